"""A finished run, told to a tracker at once."""

from __future__ import annotations

from ser_core.exchange.trackers import contents
from ser_core.exchange.trackers.opening import opened
from ser_core.runs import Run, RunError


def log(run: Run, to: str, into: str | None = None) -> str:
    """Tell the tracker `to` (of NAMES) all of a finished run; return where it lies. `into`: as of `opened`.

    Raises RunError for a run that is not finished or damaged, a tracker that is not installed, and whatever fails at the tracker.
    """
    state = run.status["state"]
    if state != "done":
        raise RunError(
            f"The run {run.name} is {state}; only finished runs are logged. To follow a training: train --log-to."
        )
    run.checked()
    try:
        tracker = opened(to, run.name, into)
        ended = False
        try:
            contents.write(run, tracker)
            ended = True
        finally:
            tracker.close(failed=not ended)
    except (RunError, KeyboardInterrupt):
        raise
    except Exception as error:  # The libraries' errors share no base class, with each other or with this one's.
        raise RunError(f"{to} did not take the run {run.name}: {error}") from error
    return tracker.place
