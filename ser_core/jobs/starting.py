"""Starting the runner where none runs."""

from __future__ import annotations

import json
from pathlib import Path

import filelock

from ser_core import files, runs, settings
from ser_core.jobs import locks, processes, reporting


def start_runner() -> None:
    """Start `python -m ser_core jobs run`, detached, where no runner works; it ends by itself when nothing waits.

    Whoever queues calls this after the job was written, and the runner looks at the queue once more after it has let go of
    its lock: so no job is left behind. A runner that was started and has not got as far as its lock yet counts too: on a
    loaded machine that takes seconds, in which every page that looks would start another one.
    """
    lock = locks.runner_lock()
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return
    lock.release()
    if _lives(starting_file()):
        return
    with files.append_privately(settings.home().jobs / "runner.log") as log:
        runner = processes.start(["jobs", "run"], log, {reporting.VARIABLE: "", settings.OWNER_VARIABLE: ""})
    files.write_json(starting_file(), {"pid": runner.pid, "created": runs.born(runner.pid)})
    processes.forget(runner)


def starting_file() -> Path:
    """Return the file that names a runner on its way to its lock; the runner removes it when it has it."""
    return settings.home().jobs / "starting.json"


def _lives(started: Path) -> bool:
    try:
        stated = json.loads(started.read_text(encoding="utf-8"))
        return runs.process_lives(stated["pid"], stated["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
