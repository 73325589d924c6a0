"""Was it in the training? What a run's split.csv knows of a clip, by its id or by the hash of its decoded samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from ser_core.corpora import details, registry
from ser_core.corpora.base import index
from ser_core.runs import Run, RunError

#: What a model did with the clips of a part, the graver part first. Test rows are no part of it.
VERBS = {"train": "trained on", "validation": "chosen on"}


@dataclass(frozen=True)
class Seen:
    """How a run met a clip: `part` train or validation; `what` the clip itself, or another clip of its speaker."""

    part: str
    what: str
    """clip | speaker"""

    @property
    def words(self) -> str:
        """`trained on this clip`, `chosen on this speaker`, and so on."""
        return f"{VERBS[self.part]} this {self.what}"

    @property
    def sentence(self) -> str:
        return f"This model was {self.words}."


@dataclass(frozen=True)
class _Used:
    """What of a run's split is asked for: part → clip ids, hashes, (corpus, speaker)."""

    clips: dict[str, frozenset[str]] = field(repr=False)
    hashes: dict[str, frozenset[str]] = field(repr=False)
    speakers: dict[str, frozenset[tuple[str, str]]] = field(repr=False)
    speaker_of: dict[str, tuple[str, str]] = field(repr=False)
    """Clip id or hash → its corpus and speaker, of every row, test rows too."""


def of(run: Run, *, clip: str = "", digest: str = "", speaker: str = "") -> Seen | None:
    """Return how the run met a clip in its training, None where it did not or nothing is known.

    clip: its id, '' where it has none (an upload); digest: the hash of its decoded samples (Clip.pcm16_sha256_16), '' for a lossy
    file; speaker: who speaks, where a corpus says so. Where it does not, the run's own split and the carried indexes of the
    official corpora are asked whose clip it is. The clip itself comes before its speaker, train before validation. Raises
    RunError for a damaged split.csv.
    """
    used = _used(str(run.path), run.changed("split.csv"))
    clip = details.original(clip)
    for part in VERBS:
        if clip in used.clips[part] or (digest and digest in used.hashes[part]):
            return Seen(part, "clip")
    whose = _whose(used, clip, digest, speaker)
    for part in VERBS:
        if whose & used.speakers[part]:
            return Seen(part, "speaker")
    return None


def _whose(used: _Used, clip: str, digest: str, speaker: str) -> set[tuple[str, str]]:
    speakers = {used.speaker_of[name] for name in (clip, digest) if name and name in used.speaker_of}
    if clip and speaker:
        speakers.add((details.corpus_of(clip), speaker))
    elif clip:
        speakers |= _official(clip)
    if digest:
        speakers |= {voice for name in _by_hash().get(digest, ()) for voice in _official(name)}
    return speakers


def _official(clip: str) -> set[tuple[str, str]]:
    """The speaker of a clip of an official corpus, by its name."""
    corpus, _, stem = clip.partition("/")
    known = corpus in registry.MODULES and stem in index(corpus)
    return {(corpus, registry.MODULES[corpus].speaker_of(stem))} if known else set()


@cache
def _by_hash() -> dict[str, tuple[str, ...]]:
    """Hash of the decoded samples → ids of the official clips that have it."""
    clips: dict[str, tuple[str, ...]] = {}
    for corpus in registry.MODULES:
        for stem, entry in index(corpus).items():
            clips[entry.pcm16_sha256_16] = (*clips.get(entry.pcm16_sha256_16, ()), f"{corpus}/{stem}")
    return clips


@lru_cache(maxsize=32)
def _used(path: str, changed: int) -> _Used:
    run = Run(Path(path))
    table = run.split
    try:
        clips = [details.original(clip) for clip in table["clip"]]
        rows = list(zip(clips, table["speaker"], table["part"], table["pcm16_sha256_16"], strict=True))
    except KeyError as error:
        raise RunError(f"split.csv of the run {run.name} has no column {error}.") from error
    by_part = {part: [row for row in rows if row[2] == part] for part in VERBS}
    whose = {clip: (details.corpus_of(clip), speaker) for clip, speaker, _, _ in rows}
    return _Used(
        {part: frozenset(row[0] for row in group) for part, group in by_part.items()},
        {part: frozenset(row[3] for row in group if row[3]) for part, group in by_part.items()},
        {part: frozenset(whose[row[0]] for row in group if row[1]) for part, group in by_part.items()},
        whose | {digest: whose[clip] for clip, _, _, digest in rows if digest},
    )
