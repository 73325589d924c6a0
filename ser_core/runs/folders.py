"""Folders of runs: made new, and copied without their weights."""

from __future__ import annotations

import shutil
from pathlib import Path

from ser_core.runs.run import Run, RunError

#: What a weightless run lacks.
WEIGHTS = ("model.keras", "model.onnx", "checkpoint.keras", "best.weights.h5")


def create(path: Path) -> Run:
    """Make the folder of a new run. Raises RunError when something is there already."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError(f"{path} exists already; name a folder that does not, or resume the run in it.")
    path.mkdir(parents=True, exist_ok=True)
    return Run(path)


def weightless(run: Run, path: Path) -> Run:
    """Copy a finished run without its weights to `path`, which must not exist, with a files.json of its own; return the copy."""
    copy = create(path)
    for source in sorted(run.path.iterdir()):
        if source.is_file() and source.name not in (*WEIGHTS, "files.json"):
            shutil.copyfile(source, path / source.name)
    copy.seal()
    return copy
