"""Folders of runs: made new, and those that lie in others."""

from __future__ import annotations

from pathlib import Path

from ser_core.runs.run import Run, RunError

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
    paths = [path for name in PIECES for path in (run.path / name).glob("*") if (path / "recipe.json").is_file()]
    return [Run(path) for path in sorted(paths)]
