"""The guesses of "listen and guess", pooled: what a class heard in each clip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import filelock
import pandas as pd

from ser_core import files, settings
from ser_core.classroom import pupils
from ser_core.classroom.lesson import Lesson

FILE = "guesses.json"
#: Clips of which a pupil's guesses are kept: more than anybody hears in a lesson.
MOST = 500


def keep(clip: str, emotion: str) -> None:
    """Keep what whoever asks heard in a clip; the last word on each clip counts."""
    path = settings.home().own / FILE
    if not path.parent.is_dir():
        # Taken out, or the lesson has ended: nothing comes back.
        return
    with filelock.FileLock(path.with_name(f".{FILE}.lock"), mode=0o600):
        kept = _read(path)
        if clip in kept or len(kept) < MOST:
            files.write_json(path, kept | {clip: emotion}, private=True)


def votes(lesson: Lesson, labels: Sequence[str]) -> pd.DataFrame:
    """Return a row a clip that anybody guessed (column clip), and how many pupils said each label, as listeners' votes have it."""
    counted: dict[str, dict[str, int]] = {}
    for pupil in pupils.listed(lesson):
        for clip, emotion in _read(settings.home(pupil.id).own / FILE).items():
            if emotion in labels:
                row = counted.setdefault(clip, dict.fromkeys(labels, 0))
                row[emotion] += 1
    rows = [{"clip": clip, **row} for clip, row in sorted(counted.items())]
    return pd.DataFrame(rows, columns=["clip", *labels])


def guessing(lesson: Lesson) -> int:
    """Return how many pupils have guessed."""
    return sum(bool(_read(settings.home(pupil.id).own / FILE)) for pupil in pupils.listed(lesson))


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(clip): str(emotion) for clip, emotion in kept.items()} if isinstance(kept, dict) else {}
