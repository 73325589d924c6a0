"""Starting the runner where none runs."""

from __future__ import annotations

import filelock

from ser_core import settings
from ser_core.jobs import locks, processes, reporting


def start_runner() -> None:
    """Start `python -m ser_core jobs run`, detached, where no runner works; it ends by itself when nothing waits.

    Whoever queues calls this after the job was written, and the runner looks at the queue once more after it has let go of
    its lock: so no job is left behind.
    """
    lock = locks.runner_lock()
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return
    lock.release()
    with (settings.home().jobs / "runner.log").open("ab") as log:
        processes.forget(processes.start(["jobs", "run"], log, {reporting.VARIABLE: "", settings.OWNER_VARIABLE: ""}))
