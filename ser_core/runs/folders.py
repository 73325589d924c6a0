"""Folders of runs: made new, and copied without their weights."""

from __future__ import annotations

import shutil
from pathlib import Path

from ser_core.runs.run import Run, RunError

#: What a weightless run lacks.
WEIGHTS = ("model.keras", "model.onnx", "novelty.npz", "checkpoint.keras", "best.weights.h5")

#: Folders in which a cross-validation and a training with several seeds keep their runs.
PIECES = ("folds", "seeds")


def create(path: Path) -> Run:
    """Make the folder of a new run. Raises RunError when something is there already."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError(f"{path} exists already; name a folder that does not, or resume the run in it.")
    path.mkdir(parents=True, exist_ok=True)
    return Run(path)


def pieces(run: Run) -> list[Run]:
    """Return the whole runs that a parent run pools: its folds, or its seeds; none for any other run."""
    found = [path for name in PIECES for path in (run.path / name).glob("*") if (path / "recipe.json").is_file()]
    return [Run(path) for path in sorted(found)]


def weightless(run: Run, path: Path) -> Run:
    """Copy a finished run without its weights to `path`, which must not exist, with a files.json of its own; return the copy."""
    copy = create(path)
    for source in sorted(run.path.iterdir()):
        if source.is_file() and source.name not in (*WEIGHTS, "files.json"):
            shutil.copyfile(source, path / source.name)
    for piece in pieces(run):
        weightless(piece, path / piece.path.relative_to(run.path))
    copy.seal()
    return copy
