"""Processes that outlive whoever starts them, and are ended by pid and birth, never by pid alone."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from ser_core import runs, settings

#: The priority, as Unix has it, of work that steps back: a tenth of what a server beside it takes while both want the same core.
BEHIND = 10
#: What makes a process compute in one thread, features included: on two cores the other one is left to whoever waits for an answer.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "LOKY_MAX_CPU_COUNT"), "1"
)


def start(arguments: Sequence[str], out: IO[bytes], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `python -m ser_core ARGUMENTS` in a session of its own, so that it outlives this process; it prints into `out`."""
    environ = {
        **os.environ,
        "SER_HOME": str(settings.home().path.resolve()),
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **environment,
    }
    # A checkout is found because the process begins in it. An installed copy is found anyway, and -P keeps the folder that the process
    # begins in off the path: a module that lies there must not stand in for one of Python's.
    safely, cwd = (["-P"], settings.home().path) if settings.INSTALLED else ([], settings.ROOT)
    return subprocess.Popen(
        [sys.executable, *safely, "-m", "ser_core", *arguments],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        **_own_session(),
    )


def step_back(process: subprocess.Popen[bytes]) -> None:
    """Let a started process take only what the others of this machine leave, a server that answers a class at once."""
    with contextlib.suppress(psutil.Error):
        psutil.Process(process.pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else BEHIND)
    # Where Linux groups processes by session, a process' priority counts among those of its own session alone: of two busy ones a job
    # took half of the machine from the server. What the whole session gets is stated beside it.
    with contextlib.suppress(OSError):
        Path(f"/proc/{process.pid}/autogroup").write_text(str(BEHIND))


def forget(process: subprocess.Popen[bytes]) -> None:
    """Let a started process go its way; when it ends before this one, no dead entry of it stays in the system's table."""
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()


def ask_to_end(pid: int | None, made: str | float | None) -> None:
    """Send SIGTERM (on Windows: end it) to the process that had this pid and was born so (`runs.born`); nothing where it has gone."""
    if pid is not None and runs.process_lives(pid, made):
        try:
            psutil.Process(pid).terminate()
        except psutil.NoSuchProcess:
            return


def kill(pid: int | None, made: str | float | None) -> None:
    """Kill the process that had this pid and was born so (`runs.born`), and all that it started; nothing where it has gone."""
    if pid is None or not runs.process_lives(pid, made):
        return
    try:
        top = psutil.Process(pid)
        family = [*top.children(recursive=True), top]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _own_session() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
