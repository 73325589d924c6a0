"""Holding a corpus' folder against the official one: by content where files are lossless, else by name and duration."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from ser_core import audio
from ser_core.corpora import links, own_validation, registry
from ser_core.corpora.base import LOSSY_ENDINGS, Corpus, CorpusError, CorpusModule, IndexEntry, audio_files, index
from ser_core.corpora.findings import Finding, Report
from ser_core.fanout import Progress

#: A lossy copy may be this much longer or shorter than the official clip (encoder padding), in seconds.
LOSSY_SLACK_S = 0.15


@dataclass(frozen=True)
class _Heard:
    """What decoding one file showed."""

    stem: str
    path: str
    lossy: bool
    duration: float = 0.0
    digest: str = ""
    silent: bool = False
    error: str = ""


def check(name: str, path: Path | None = None, *, progress: Progress | None = None, n_jobs: int = -1) -> Report:
    """Check the corpus `name` (as `registry.load` knows it) at `path`, else where it is registered; nothing is registered.

    An official corpus is held against its index, one of the user's own is decoded and looked at. Raises CorpusError when there
    is nothing to check, or for joined corpora, which are checked one by one.
    """
    if name not in registry.MODULES:
        if registry.PLUS in name and name not in registry.entries():
            raise CorpusError(f"'{name}' joins several corpora; check each of them by its own name.")
        return own_validation.validate(registry.load(name, path), progress=progress, n_jobs=n_jobs)
    folder = path or registry.folders().get(name)
    if folder is None:
        raise CorpusError(f"{registry.MODULES[name].card.title} is not registered; name its folder with --data DIR.")
    return validate(registry.MODULES[name], folder, progress=progress, n_jobs=n_jobs)


def validate(module: CorpusModule, root: Path, *, progress: Progress | None = None, n_jobs: int = -1) -> Report:
    """Decode every clip in `root` and hold it against the official corpus' index.

    Lossless files are compared by the hash of their decoded samples, so that a FLAC copy equals its WAV; lossy ones by
    name and duration. Raises CorpusError when nothing of the corpus is there.
    """
    corpus = module.load(root)
    stems = [clip.split("/", 1)[1] for clip in corpus.clips["clip"]]
    belonging = list(zip(stems, corpus.clips["path"], strict=True))
    around = {str(path) for path in audio_files(module.home(Path(root)), below=True) if not _passed_over(module, path)}
    others = sorted(
        around - {path.removesuffix(links.MARK) for path in corpus.clips["path"]} - links.strays(around, Path(root))
    )
    tasks = [
        joblib.delayed(_hear)(stem, path) for stem, path in belonging + [(Path(path).stem, path) for path in others]
    ]
    heard: list[_Heard] = []
    for one in joblib.Parallel(n_jobs=n_jobs, batch_size=32, return_as="generator")(tasks):
        heard.append(one)
        if progress:
            progress(len(heard), len(tasks))
    findings = _findings(module, corpus, heard[: len(stems)], heard[len(stems) :])
    official = index(corpus.name)
    absent = sorted({module.speaker_of(stem) for stem in official} - set(corpus.clips["speaker"]))
    speakers = Counter(speaker for speaker in corpus.clips["speaker"] if speaker)
    emotions = Counter(corpus.clips["emotion"])
    return Report(
        corpus=corpus.name,
        clips=len(stems),
        speakers=dict(sorted(speakers.items())),
        emotions={emotion: emotions[emotion] for emotion in corpus.emotions},
        absent_speakers=absent,
        findings=sorted(findings, key=lambda finding: (finding.clip, finding.fault)),
        unknown_speakers=corpus.unknown_speakers,
        notes=(*corpus.notes, *(f"{problem.where}: {problem.message}" for problem in corpus.problems)),
    )


def _passed_over(module: CorpusModule, path: Path) -> bool:
    return module.passed_over is not None and module.passed_over.match(path.stem) is not None


def _hear(stem: str, path: str) -> _Heard:
    lossy = Path(path).suffix.lower() in LOSSY_ENDINGS
    try:
        clip = audio.decode(Path(path))
    except (audio.AudioError, OSError) as error:
        return _Heard(stem, path, lossy=lossy, error=str(error))
    return _Heard(stem, path, lossy, clip.duration, clip.pcm16_sha256_16, not np.any(clip.samples))


def _findings(module: CorpusModule, corpus: Corpus, heard: list[_Heard], strangers: list[_Heard]) -> list[Finding]:
    official = index(corpus.name)
    by_hash: dict[str, list[str]] = defaultdict(list)
    for stem, entry in official.items():
        by_hash[entry.pcm16_sha256_16].append(stem)
    present = {clip.stem: clip for clip in heard}
    labels = dict(zip(present, corpus.clips["emotion"], strict=True))
    findings = []
    found_elsewhere: set[str] = set()
    for clip in heard + strangers:
        stated = official.get(clip.stem)
        if clip.error:
            findings.append(Finding(clip.stem, "unreadable", False, clip.error))
        elif stated is not None and _agrees(clip, stated):
            findings += _official_faults(clip, by_hash[stated.pcm16_sha256_16], present, labels)
        elif official or clip.silent:
            finding, origin = _fault(clip, stated, by_hash, present)
            findings.append(finding)
            if finding.fault == "renamed" and origin:
                found_elsewhere.add(origin)
    speakers = {module.speaker_of(stem) for stem in present}
    for stem in official:
        if stem not in present and stem not in found_elsewhere and module.speaker_of(stem) in speakers:
            findings.append(
                Finding(stem, "missing", False, "the official corpus has this clip of a speaker who is here")
            )
    return findings


def _agrees(clip: _Heard, entry: IndexEntry) -> bool:
    if clip.lossy:
        return abs(clip.duration - entry.samples / entry.sample_rate) <= LOSSY_SLACK_S
    return clip.digest == entry.pcm16_sha256_16


def _official_faults(
    clip: _Heard, same: list[str], present: dict[str, _Heard], labels: dict[str, str]
) -> list[Finding]:
    """Faults of a clip that is as the official one is, so known."""
    findings = []
    if clip.silent:
        findings.append(Finding(clip.stem, "silent", True, "every sample is zero"))
    twins = [
        stem for stem in same if stem != clip.stem and stem in present and present[stem].digest == clip.digest != ""
    ]
    if twins:
        other = any(labels.get(twin) != labels.get(clip.stem) for twin in twins)
        message = f"the same samples as {', '.join(twins)}" + (", under another label" if other else "")
        findings.append(Finding(clip.stem, "duplicate", True, message))
    return findings


def _fault(
    clip: _Heard, entry: IndexEntry | None, by_hash: dict[str, list[str]], present: dict[str, _Heard]
) -> tuple[Finding, str | None]:
    """The fault of a clip that is not what its name says, and whose clip it is instead."""
    origins = by_hash.get(clip.digest, []) if clip.digest else []
    if origins and not clip.silent:
        origin = origins[0]
        there = present.get(origin)
        if there is None:
            return Finding(clip.stem, "renamed", False, f"its samples are those of {origin}"), origin
        if entry is not None and there.digest == entry.pcm16_sha256_16:
            return Finding(
                clip.stem, "swapped", False, f"its samples are those of {origin}, and the other way round"
            ), origin
        if there.digest == clip.digest:
            return Finding(clip.stem, "duplicate", False, f"the same samples as {origin}"), origin
        return Finding(clip.stem, "renamed", False, f"its samples are those of {origin}"), origin
    if clip.silent:
        return Finding(clip.stem, "silent", False, "every sample is zero"), None
    if entry is None:
        return Finding(clip.stem, "extra", False, "the official corpus has no clip of this name"), None
    missing = entry.samples / entry.sample_rate - clip.duration
    if missing > (LOSSY_SLACK_S if clip.lossy else 0.5 / entry.sample_rate):
        return Finding(clip.stem, "truncated", False, f"{missing:.2f} s shorter than the official clip"), None
    return Finding(clip.stem, "altered", False, "its samples are not those of the official clip"), None
