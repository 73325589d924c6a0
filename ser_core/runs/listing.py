"""Which runs there are, by whom they were made, and how one is found by name."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from ser_core import settings
from ser_core.runs.folders import create
from ser_core.runs.run import Run, RunError


def new_path(recipe: str, folder: Path | None = None) -> Path:
    """Return a free path below SER_HOME/runs, named by recipe and time."""
    folder = folder or settings.home().runs
    stem = f"{re.sub(r'[^A-Za-z0-9_-]', '-', recipe)}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = folder / stem, 2
    while path.exists():
        path, number = folder / f"{stem}-{number}", number + 1
    return path


def whole(name: str, write: Callable[[Run], object]) -> Run:
    """Return a run in SER_HOME/runs, named by `name` and time, that `write` has written; nobody sees it before it is whole."""
    making = settings.home().path / f".{uuid.uuid4().hex}.making"
    try:
        write(create(making))
        path = new_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        making.rename(path)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Run(path)


def shipped() -> list[Run]:
    """Return the models that ship with the program, the accurate one first."""
    order = {"accurate": 0, "fast": 1, "scratch": 2, "cnn1d": 3, "paper": 4}
    models = _in(settings.ARTIFACTS / "models")
    return sorted(models, key=lambda run: (order.get(run.name, len(order)), run.name))


def own() -> list[Run]:
    """Return the runs in SER_HOME, newest first."""
    return sorted(_in(settings.home().runs), key=lambda run: run.path.stat().st_mtime, reverse=True)


def all_runs() -> list[Run]:
    """Return every run that the program knows.

    Returns
    -------
    list of Run
        The models that ship, the accurate one first; published results, by name (a checkout has them, an installed copy does not); the
        runs in SER_HOME, newest first. Each has `name`, `path`, `recipe` and `metrics`, read when they are asked for.

    Examples
    --------
    >>> import ser_core as ser
    >>> [run.name for run in ser.runs()][:4]
    ['accurate', 'fast', 'scratch', 'cnn1d']
    """
    return shipped() + _in(settings.ARTIFACTS / "results") + own()


def find(name: str) -> Run:
    """Return the run in the folder `name`, else the shipped or own run of that name.

    A visitor of a server names no folders of its machine, but those of their own runs and what ships. Raises RunError when there is
    none.
    """
    path = Path(name)
    if (path / "recipe.json").is_file() and _may_be_named(path):
        return Run(path.resolve())
    if re.fullmatch(r"[\w.-]+", name):
        for run in all_runs():
            if run.name == name:
                return run
    raise RunError(f"There is no run called '{name}', and no run folder there. `runs list` names them all.")


def summary(run: Run) -> dict[str, Any]:
    """Return the run as `runs list` prints it: name, path, recipe, corpus, split, status, metrics."""
    recipe = run.recipe.get("recipe", {})
    metrics = run.metrics if run.has("metrics.json") else {}
    return {
        "name": run.name,
        "path": str(run.path),
        "recipe": recipe.get("name"),
        "corpus": recipe.get("corpus"),
        "split": recipe.get("split"),
        "status": run.status["state"],
        "metrics": metrics,
    }


def _may_be_named(folder: Path) -> bool:
    here = settings.home()
    real = folder.resolve()
    return not here.owner or any(real.is_relative_to(own.resolve()) for own in (here.own, settings.ARTIFACTS))


def _in(folder: Path) -> list[Run]:
    if not folder.is_dir():
        return []
    return [Run(path) for path in sorted(folder.iterdir()) if (path / "recipe.json").is_file()]
