"""Names of runs that come from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from ser_core import runs, settings


def free_path(name: str) -> Path:
    """Return a path in SER_HOME/runs for a run that is to be called `name`; one that any run has already gets a number."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip(".-")[:80] or "imported"
    taken = {run.name for run in runs.all_runs()}
    folder, found, number = settings.home().runs, stem, 2
    while found in taken or (folder / found).exists():
        found, number = f"{stem}-{number}", number + 1
    return folder / found
