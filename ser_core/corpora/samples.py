"""Clips of CREMA-D to listen to one by one: twelve, two an emotion, of speakers whom no shipped model has heard, and any other."""

from __future__ import annotations

import functools
from pathlib import Path

from ser_core import settings
from ser_core.corpora import crema_d, fetching, links, registry, splits
from ser_core.corpora.base import index

SENTENCES = ("IEO", "TSI", "DFA", "ITS", "IWL", "MTI")


def stems() -> list[str]:
    """Return the twelve clips' names: for every emotion two of the public test speakers, with different sentences."""
    return list(_stems())


@functools.cache
def _stems() -> tuple[str, ...]:
    """The same, chosen once: the index that they are chosen from ships with the library, and is long."""
    speakers = [str(number) for number in splits.published_speakers("crema-d", "tfds", "test")]
    chosen = []
    for number, code in enumerate(crema_d.EMOTION_CODES):
        for turn in range(2):
            speaker = speakers[(2 * number + turn) % len(speakers)]
            sentence = SENTENCES[(number + 3 * turn) % len(SENTENCES)]
            named = [stem for stem in index("crema-d") if stem.startswith(f"{speaker}_{sentence}_{code}_")]
            chosen.append(sorted(named)[0])
    return tuple(chosen)


def present() -> dict[str, Path]:
    """Return those of the twelve that are on this machine, name → file."""
    found = {stem: on_disk(stem) for stem in stems()}
    return {stem: path for stem, path in found.items() if path is not None}


def on_disk(stem: str) -> Path | None:
    """Return the file of any clip of CREMA-D that is on this machine: fetched before, or of the registered corpus; else None."""
    candidates = [_folder() / f"{stem}.wav"]
    folder = registry.folders().get("crema-d")
    if folder is not None:
        named = [crema_d.audio_folder(folder) / f"{stem}.{ending}" for ending in ("wav", "flac")]
        candidates += [path for path in named if not links.leads_out(path, folder)]
    return next((path for path in candidates if path.is_file()), None)


def fetch(stem: str) -> Path:
    """Fetch one clip of CREMA-D, of the twelve or any other, from the official repository and return its file; one that is here already is not fetched again.

    It is kept only when the hash of its decoded samples is the index's. Raises CorpusError with what went wrong.
    """
    here = on_disk(stem)
    if here is not None:
        return here
    target = _folder() / f"{stem}.wav"
    target.parent.mkdir(parents=True, exist_ok=True)
    return fetching.fetch_clip(crema_d.clip_url(stem), target, index("crema-d")[stem].pcm16_sha256_16)


def _folder() -> Path:
    return settings.home().cache / "crema-d"
