"""Names for what comes from elsewhere or goes there: one that is taken gets a number."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from ser_core import runs, settings


def free_path(name: str) -> Path:
    """Return a path in SER_HOME/runs for a run that is to be called `name`; one that any run has already gets a number."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip(".-")[:80] or "imported"
    taken = {run.name for run in runs.all_runs()}
    return numbered(settings.home().runs, stem, taken)


def numbered(folder: Path, name: str, taken: Collection[str] = ()) -> Path:
    """Return the path `name` in the folder, with a number where it exists or is among `taken`."""
    free, number = name, 2
    while free in taken or (folder / free).exists():
        free, number = f"{name}-{number}", number + 1
    return folder / free
