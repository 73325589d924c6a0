"""The three locks of the queue, files in SER_HOME/jobs that other processes see."""

from __future__ import annotations

import filelock

from ser_core import files, settings


def training_lock() -> filelock.FileLock:
    """Return the lock that whoever trains holds, so that two trainings never fight for the machine."""
    return _lock("training")


def runner_lock() -> filelock.FileLock:
    """Return the lock that the runner holds as long as it works, so that there is one at most."""
    return _lock("runner")


def queue_lock() -> filelock.FileLock:
    """Return the lock for the blink in which a job is taken out of the queue: by the runner, or by whoever cancels it."""
    return _lock("queue")


def _lock(name: str) -> filelock.FileLock:
    folder = files.private_folder(settings.home().jobs)
    return filelock.FileLock(folder / f"{name}.lock")
