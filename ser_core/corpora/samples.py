"""Clips of CREMA-D to listen to one by one, fetched where they are not on this machine."""

from __future__ import annotations

from pathlib import Path

from ser_core import settings
from ser_core.corpora import crema_d, fetching, links, registry
from ser_core.corpora.base import index


def on_disk(stem: str) -> Path | None:
    """Return the file of any clip of CREMA-D that is on this machine: fetched before, or of the registered corpus; else None."""
    candidates = [_folder() / f"{stem}.wav"]
    folder = registry.folders().get("crema-d")
    if folder is not None:
        named = [crema_d.audio_folder(folder) / f"{stem}.{ending}" for ending in ("wav", "flac")]
        candidates += [path for path in named if not links.leads_out(path, folder)]
    return next((path for path in candidates if path.is_file()), None)


def fetch(stem: str) -> Path:
    """Fetch one clip of CREMA-D from the official repository and return its file; one that is here already is not fetched again.

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
