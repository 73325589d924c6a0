"""What a class recorded in its lesson, as one corpus: the recordings of every pupil, each under their nickname."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from ser_core import settings
from ser_core.corpora import own
from ser_core.corpora.base import Corpus, CorpusError, complete
from ser_core.corpora.recordings import TABLE, Recordings

NAME, TITLE = "class", "What our class recorded"


def load() -> Corpus:
    """Return the corpus `class`: its speakers are the nicknames with which the clips were kept. Raises CorpusError when nobody recorded."""
    rows = [
        {**asdict(recording), "clip": clip_of(folder, recording.file), "path": str(folder / recording.file)}
        for folder in _folders()
        for recording in Recordings(folder).list_all()
    ]
    if not rows:
        raise CorpusError("Nobody in the class has recorded anything yet.")
    frame = complete(pd.DataFrame(rows).drop(columns=["file", "seconds"]))
    return own.corpus(NAME, settings.home("").users, "what the class recorded in this lesson", frame)


def clip_of(folder: Path, file: str) -> str:
    """Return the id that a pupil's recording has in the corpus. folder: the pupil's recordings."""
    return f"{NAME}/{folder.parent.name[:8]}-{file}"


def state() -> str:
    """Return what changes whenever a pupil records or deletes something."""
    tables = sorted(folder / TABLE for folder in _folders() if (folder / TABLE).is_file())
    said = [f"{table} {table.stat().st_mtime_ns} {table.stat().st_size}" for table in tables]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def counts() -> tuple[int, int]:
    """Return how many clips were recorded, and by how many pupils."""
    each = [len(Recordings(folder).list_all()) for folder in _folders()]
    return sum(each), sum(n > 0 for n in each)


def _folders() -> list[Path]:
    return sorted(settings.home("").users.glob("*/recordings"))
