"""Twelve clips of CREMA-D to listen to, two an emotion, of speakers whom no shipped model has heard."""

from __future__ import annotations

import os
from pathlib import Path

import pooch

from ser_core import audio, settings
from ser_core.corpora import crema_d, registry, splits
from ser_core.corpora.base import CorpusError, index

#: The official repository's files, git-lfs resolved; SER_CREMA_D_URL names another server of the same files.
OFFICIAL = "https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/master/AudioWAV/"
TIMEOUT_S = 20
SENTENCES = ("IEO", "TSI", "DFA", "ITS", "IWL", "MTI")


def stems() -> list[str]:
    """Return the twelve clips' names: for every emotion two of the public test speakers, with different sentences."""
    speakers = [str(number) for number in splits.published_speakers("crema-d", "tfds", "test")]
    chosen = []
    for number, code in enumerate(crema_d.EMOTION_CODES):
        for turn in range(2):
            speaker = speakers[(2 * number + turn) % len(speakers)]
            sentence = SENTENCES[(number + 3 * turn) % len(SENTENCES)]
            named = [stem for stem in index("crema-d") if stem.startswith(f"{speaker}_{sentence}_{code}_")]
            chosen.append(sorted(named)[0])
    return chosen


def present() -> dict[str, Path]:
    """Return the clips that are on this machine, name → file: fetched before, or of a registered corpus."""
    found: dict[str, Path] = {}
    folder = registry.folders().get("crema-d")
    for stem in stems():
        fetched = _folder() / f"{stem}.wav"
        candidates = [fetched]
        if folder is not None:
            candidates += [folder / "AudioWAV" / f"{stem}.{ending}" for ending in ("wav", "flac")]
        for path in candidates:
            if path.is_file():
                found[stem] = path
                break
    return found


def fetch(stem: str) -> Path:
    """Fetch one clip from the official repository and return its file; one that is here already is not fetched again.

    It is kept only when the hash of its decoded samples is the index's. Raises CorpusError with what went wrong.
    """
    here = present().get(stem)
    if here is not None:
        return here
    base = os.environ.get("SER_CREMA_D_URL", OFFICIAL)
    target = _folder() / f"{stem}.wav"
    try:
        downloader = pooch.HTTPDownloader(progressbar=False, timeout=TIMEOUT_S)
        part = Path(pooch.retrieve(f"{base}{stem}.wav", None, f"{stem}.part", _folder(), downloader=downloader))
    except Exception as error:  # pooch passes on requests' and the system's errors alike.
        (_folder() / f"{stem}.part").unlink(missing_ok=True)
        raise CorpusError(f"{stem} could not be fetched from {base}: {error}") from error
    try:
        digest = audio.decode(part).pcm16_sha256_16
    except audio.AudioError as error:
        part.unlink()
        raise CorpusError(f"What came from {base} for {stem} is no audio: {error}") from error
    if digest != index("crema-d")[stem].pcm16_sha256_16:
        part.unlink()
        raise CorpusError(
            f"What came from {base} for {stem} is not the official clip: its samples differ. It was thrown away."
        )
    part.replace(target)
    return target


def _folder() -> Path:
    return settings.home().cache / "crema-d"
