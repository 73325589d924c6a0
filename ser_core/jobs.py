"""Long work as a process of its own, one at a time."""

from __future__ import annotations

import filelock

from ser_core import settings


def training_lock() -> filelock.FileLock:
    """Return the lock that whoever trains holds, so that two trainings never fight for the machine."""
    folder = settings.home().jobs
    folder.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(folder / "training.lock")
