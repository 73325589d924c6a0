"""Taking one's own runs away."""

from __future__ import annotations

import shutil
import uuid

from ser_core import settings
from ser_core.runs import notes
from ser_core.runs.run import Run, RunError


def delete(run: Run) -> None:
    """Delete the run's folder and what was noted of it.

    Raises RunError for a run that ships with the program, lies elsewhere than in SER_HOME, or is waiting or training.
    """
    if run.shipped:
        raise RunError(f"{run.name} ships with the program and is not deleted.")
    if run.path.parent != settings.home().runs:
        raise RunError(f"{run.name} does not lie in {settings.home().runs}; delete {run.path} by hand.")
    try:
        state = run.status.get("state")
    except RunError:
        state = "damaged"
    if state in ("queued", "running"):
        raise RunError(f"{run.name} is {state}; cancel it before it is deleted.")
    # Moved out first: a run that is half deleted is not listed as damaged.
    away = settings.home().own / f".{uuid.uuid4().hex}.deleted"
    try:
        run.path.rename(away)
    except OSError as error:
        raise RunError(f"{run.path} cannot be deleted: {error}") from error
    notes.forget(run)
    shutil.rmtree(away, ignore_errors=True)
