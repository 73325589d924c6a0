"""Checking a corpus of one's own: nothing official to hold it against, so its files and its table are looked at for themselves."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from ser_core import audio
from ser_core.corpora import links, own, recordings
from ser_core.corpora.base import Corpus
from ser_core.corpora.findings import Finding, Report
from ser_core.corpora.reading import ClipReader
from ser_core.fanout import Progress

#: Clips that a finding of equal samples names.
NAMED_TWINS = 3


@dataclass(frozen=True)
class _Heard:
    """What decoding one clip showed."""

    stem: str
    digest: str = ""
    silent: bool = False
    cut: str = ""
    error: str = ""


def validate(corpus: Corpus, *, progress: Progress | None = None, n_jobs: int = -1) -> Report:
    """Decode every clip and report what is missing, unreadable, silent, cut short or there twice, and rows that did not fit.

    Fault `label`: a row of the table, or a loose file, that was left out. Clips are the same when their samples at 16 kHz are.
    """
    clips = corpus.clips
    stems = [clip.removeprefix(f"{corpus.name}/") for clip in clips["clip"]]
    segments: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for stem, path, start, end in zip(stems, clips["path"], clips["start"], clips["end"], strict=True):
        segments[path].append((stem, start, end))
    findings = [Finding(problem.where, "label", False, problem.message) for problem in corpus.problems]
    gone = {path for path in segments if not Path(path).is_file()}
    for path in gone:
        said = "its file is a link out of its corpus" if path.endswith(links.MARK) else "its file is not there"
        findings += [Finding(stem, "missing", False, said) for stem, _, _ in segments[path]]
    tasks = [joblib.delayed(_hear)(path, cuts) for path, cuts in segments.items() if path not in gone]
    heard: list[_Heard] = []
    missing = len(findings) - len(corpus.problems)
    for of_file in joblib.Parallel(n_jobs=n_jobs, batch_size=32, return_as="generator")(tasks):
        heard += of_file
        if progress:
            progress(missing + len(heard), len(stems))
    findings += _faults(heard, dict(zip(stems, clips["emotion"], strict=True)))
    here = clips[~clips["path"].isin(gone)]
    emotions = Counter(here["emotion"])
    return Report(
        corpus=corpus.name,
        clips=len(here),
        speakers=dict(sorted(Counter(speaker for speaker in here["speaker"] if speaker).items())),
        emotions={emotion: emotions[emotion] for emotion in corpus.emotions if emotions[emotion]},
        absent_speakers=[],
        findings=sorted(
            findings, key=lambda finding: (finding.fault == "label", _in_order(finding.clip), finding.fault)
        ),
        unknown_speakers=int((here["speaker"] == "").sum()),
        notes=tuple(note for note in (*corpus.notes, *_offers(corpus)) if note),
    )


def _offers(corpus: Corpus) -> list[str]:
    # Recordings have the classes and the speaker under which they were made.
    return [] if corpus.name == recordings.NAME else [own.label_offer(corpus), own.speaker_offer(corpus)]


def _in_order(name: str) -> list[tuple[int, str]]:
    """Sorts `row 2` before `row 100`, and clips likewise."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _hear(path: str, segments: list[tuple[str, float, float]]) -> list[_Heard]:
    reader = ClipReader()
    heard = []
    for stem, start, end in segments:
        try:
            clip = reader.read(path, start, end)
        except (audio.AudioError, OSError) as error:
            heard.append(_Heard(stem, error=str(error)))
            continue
        cut = next((finding.message for finding in clip.findings if finding.code == "truncated"), "")
        silent = not np.any(clip.samples)
        heard.append(_Heard(stem, hashlib.sha256(clip.samples.tobytes()).hexdigest(), silent, cut))
    return heard


def _faults(heard: list[_Heard], labels: dict[str, str]) -> list[Finding]:
    same: dict[str, list[str]] = defaultdict(list)
    for clip in heard:
        if clip.digest and not clip.silent:
            same[clip.digest].append(clip.stem)
    mixed = {digest for digest, stems in same.items() if len({labels[stem] for stem in stems}) > 1}
    findings = []
    for clip in heard:
        if clip.error:
            findings.append(Finding(clip.stem, "unreadable", False, clip.error))
        if clip.silent:
            findings.append(Finding(clip.stem, "silent", False, "every sample is zero"))
        if clip.cut:
            findings.append(Finding(clip.stem, "truncated", False, clip.cut))
        group = same.get(clip.digest, [])
        if len(group) > 1 and not clip.silent:
            twins = [stem for stem in group[: NAMED_TWINS + 1] if stem != clip.stem][:NAMED_TWINS]
            named = ", ".join(twins) + (" and more" if len(group) > len(twins) + 1 else "")
            message = f"the same samples as {named}" + (", under another label" if clip.digest in mixed else "")
            findings.append(Finding(clip.stem, "duplicate", False, message))
    return findings
