"""Whether a process still runs: a pid alone may be another's by now, and the time of its start moves when the clock is set."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

_STAT = "/proc/{}/stat"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: Place of the start among the fields of /proc/PID/stat behind the name (proc(5): field 22), in ticks since the machine's start.
_START = 19


def born(pid: int) -> str | float | None:
    """Return what tells the process from any other that had or will have its pid, or None when it has gone.

    On Linux the machine's start and the ticks since then, which no setting of the clock moves; elsewhere the time of its creation,
    which the system keeps as it was.
    """
    try:
        if sys.platform == "linux":
            fields = Path(_STAT.format(pid)).read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            return f"{_BOOT.read_text().strip()} {fields[_START]}"
        return psutil.Process(pid).create_time()
    except (OSError, psutil.Error):
        return None


def process_lives(pid: int | None, made: str | float | None) -> bool:
    """Tell whether the process that `born` said this of still runs. A number: the time of its creation, as earlier versions wrote it."""
    if pid is None or made is None:
        return False
    try:
        process = psutil.Process(pid)
        # A process that has ended stays in the table until its parent asks for it; in a container that may be never.
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return born(pid) == made if isinstance(made, str) else abs(process.create_time() - made) < 1.0
    except psutil.Error:
        return False
