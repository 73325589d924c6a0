"""What a job's own process tells the queue: how far it is, and how it ended. Outside a job nothing is told."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ser_core import files

#: Names the job's folder to its process.
VARIABLE = "SER_JOB"
PROGRESS, END = "progress.json", "end.json"
#: Seconds between two words about progress.
EVERY_S = 0.5

_told = {"at": 0.0}


def progress(share: float | None, message: str) -> None:
    """Tell how far this process is: a share in [0, 1] or None, and a few words. Told twice a second at most."""
    folder = _folder()
    now = time.monotonic()
    if folder is None or now - _told["at"] < EVERY_S:
        return
    _told["at"] = now
    files.write_json(folder / PROGRESS, {"progress": share, "message": message})


def ended(code: int) -> None:
    """Tell the exit status with which this process is about to end."""
    folder = _folder()
    if folder is not None:
        files.write_json(folder / END, {"code": code, "pid": os.getpid()})


def told(folder: Path, name: str) -> dict[str, Any]:
    """Return what a job's process told last (PROGRESS or END); empty where it told nothing."""
    try:
        last = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return last if isinstance(last, dict) else {}


def _folder() -> Path | None:
    stated = os.environ.get(VARIABLE, "")
    return Path(stated) if stated and Path(stated).is_dir() else None
