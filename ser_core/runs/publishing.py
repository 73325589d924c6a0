"""Copies of a run without its weights: in the plain form, and in the published one (`published`), which weighs little."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files
from ser_core.runs import published
from ser_core.runs.folders import create, pieces
from ser_core.runs.run import Run, RunError
from ser_core.runs.tables import as_csv
from ser_core.runs.trainings import FILE, to_json, trainings

#: Files that both forms have by their names, the card where there is one.
ALIKE = ("recipe.json", "status.json", "metrics.json", "card.md")


def weightless(run: Run, path: Path) -> Run:
    """Copy a finished run, plain or published, without its weights to `path`, which must not exist; return the copy, which is plain.

    Of the trainings that it pools trainings.json is left: what they found, their scores, layers and curves.
    """
    copy = create(path)
    _copy_alike(run, path)
    for name, stated in _small(run).items():
        copy.write_text(name, stated) if isinstance(stated, str) else copy.write_json(name, stated)
    copy.write_table("predictions.csv", run.predictions)
    copy.write_table("split.csv", run.split)
    copy.seal()
    return copy


def publish(run: Run, path: Path) -> Run:
    """Write the published form of a finished run to `path`, in place of what is there, and return it.

    Its split comes into `splits` beside it, where runs of the same split share it. Raises RunError for a run that is not finished
    or is damaged, and where what was written is not read back as it was.
    """
    _check(run)
    making = path.with_name(f".{path.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    copy = create(making)
    try:
        _copy_alike(run, making)
        files.write_entries(making / published.SMALL, _small(run))
        published.write_parquet(run.predictions, making / published.PREDICTIONS)
        copy.seal()
        _name_split(copy, _shared(run.split, path.parent))
        _check_alike(run, copy)
        shutil.rmtree(path, ignore_errors=True)
        making.rename(path)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _sweep(path.parent)
    return Run(path)


def split_id(split: pd.DataFrame) -> str:
    """Return the name of a split by its content: the first 16 digits of the SHA-256 of split.csv's text."""
    return hashlib.sha256(as_csv(split).encode()).hexdigest()[:16]


def _check(run: Run) -> None:
    state = run.checked().status["state"]
    if state != "done":
        raise RunError(f"The run {run.name} is {state}; only finished runs are published.")
    for piece in pieces(run):
        _check(piece)


def _copy_alike(run: Run, path: Path) -> None:
    for name in ALIKE:
        if (run.path / name).is_file():
            shutil.copyfile(run.path / name, path / name)


def _small(run: Run) -> dict[str, Any]:
    """What small.json holds: name → what a JSON file states, the text of any other."""
    names = [name for name in published.INSIDE if run.has(name)]
    small = {name: run.json(name) if name.endswith(".json") else run.text(name) for name in names}
    pooled = trainings(run)
    return {**small, FILE: to_json(pooled)} if pooled else small


def _shared(split: pd.DataFrame, folder: Path) -> Path:
    """Return the file of the split among those of the folder's runs, written where none of them has it yet."""
    path = folder / published.SPLITS / f"{split_id(split)}.parquet"
    if not path.is_file():
        with files.replacing(path) as temporary:
            published.write_parquet(split, temporary)
    return path


def _name_split(copy: Run, split: Path) -> None:
    stated = {"bytes": split.stat().st_size, "sha256": files.sha256(split)}
    copy.write_json("files.json", {**copy.json("files.json"), f"../{published.SPLITS}/{split.name}": stated})


def _check_alike(run: Run, copy: Run) -> None:
    same = copy.predictions.equals(run.predictions) and copy.split.equals(run.split) and _small(copy) == _small(run)
    if not same or copy.problems(hashes=True):
        raise RunError(f"The run {run.name} was not published: what was written is not read back as it was.")


def _sweep(folder: Path) -> None:
    """Remove the splits that no run of the folder names any more."""
    used = {published.split(path) for path in folder.iterdir() if published.is_published(path)}
    for path in (folder / published.SPLITS).iterdir():
        if path not in used:
            path.unlink()
