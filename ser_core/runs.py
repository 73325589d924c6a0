"""The run folder: what a training leaves behind, readable without this program. Nothing else touches these files."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from ser_core import files, settings

STATES = ("queued", "running", "done", "failed", "cancelled")
#: Without these a run is not whole; models, features and curves depend on the kind of run.
ALWAYS = ("recipe.json", "status.json", "predictions.csv", "metrics.json", "split.csv")

#: What a weightless run lacks.
WEIGHTS = ("model.keras", "model.onnx", "checkpoint.keras", "best.weights.h5")


class RunError(ValueError):
    """A run is missing, damaged, or cannot do what was asked; the message says which and why."""


@dataclass(frozen=True)
class Run:
    """A run folder at `path`. Reading raises RunError with the file's name and what is wrong with it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def shipped(self) -> bool:
        return self.path.parent.parent == settings.ARTIFACTS

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    @cached_property
    def recipe(self) -> dict[str, Any]:
        return self._json("recipe.json")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        return self._json("metrics.json")

    @cached_property
    def feature(self) -> dict[str, Any]:
        return self._json("feature.json")

    @cached_property
    def layers(self) -> list[dict[str, Any]]:
        return self._json("layers.json")

    @cached_property
    def predictions(self) -> pd.DataFrame:
        return self._csv("predictions.csv")

    @cached_property
    def split(self) -> pd.DataFrame:
        return self._csv("split.csv")

    @cached_property
    def card(self) -> str:
        return self._text("card.md")

    @property
    def history(self) -> pd.DataFrame:
        """A row an epoch; empty before the first one ends."""
        return self._csv("history.csv") if self.has("history.csv") else pd.DataFrame()

    @property
    def log(self) -> str:
        return self._text("log.txt") if self.has("log.txt") else ""

    @property
    def status(self) -> dict[str, Any]:
        """The run's state; `interrupted` where its process has gone without saying how it ended."""
        status = self._json("status.json")
        if status.get("state") == "running" and not process_lives(status.get("pid"), status.get("pid_created")):
            status["state"] = "interrupted"
        return status

    def model_path(self) -> Path:
        """Return the ONNX graph's path. Raises RunError for a run without one."""
        if not self.has("model.onnx"):
            raise RunError(f"The run {self.name} has no model.onnx, so it cannot predict.")
        return self.path / "model.onnx"

    def problems(self, *, hashes: bool = False) -> list[str]:
        """Return what is wrong with the folder, a sentence each: missing, truncated and (with `hashes`) altered files."""
        try:
            listed = self._json("files.json")
        except RunError as error:
            return [str(error)]
        found = []
        for name, stated in listed.items():
            path = self.path / name
            if not path.is_file():
                found.append(f"{name} is missing.")
            elif path.stat().st_size != stated["bytes"]:
                found.append(f"{name} has {path.stat().st_size} bytes instead of {stated['bytes']}.")
            elif hashes and sha256(path) != stated["sha256"]:
                found.append(f"{name} was altered: its SHA-256 is not the one in files.json.")
        found += [f"{name} is not listed in files.json." for name in ALWAYS if name not in listed]
        return found

    def checked(self) -> Run:
        """Return the run after its files were held against their hashes. Raises RunError for a damaged one."""
        problems = self.problems(hashes=True)
        if problems:
            raise RunError(f"The run {self.name} is damaged: {problems[0]}")
        return self

    # Writing: by whoever queues a run, then by the process that trains it.

    def write_json(self, name: str, value: Any) -> None:
        files.write_json(self.path / name, value)

    def write_text(self, name: str, text: str) -> None:
        files.write_text(self.path / name, text)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a CSV; probabilities keep 6 significant digits."""
        files.write_text(self.path / name, table.to_csv(index=False, float_format="%.6g"))

    def write_status(self, state: str, **more: Any) -> None:
        """Write status.json: state, this process' pid and creation time, heartbeat (UTC), and what else is given."""
        if state not in STATES:
            raise ValueError(f"no such state: {state}")
        status = {"state": state, "pid": os.getpid(), "pid_created": psutil.Process().create_time(), "heartbeat": now()}
        self.write_json("status.json", {**status, **more})

    def append_history(self, row: dict[str, Any]) -> None:
        """Append an epoch's row to history.csv; the header is written with the first."""
        path = self.path / "history.csv"
        fresh = not path.is_file()
        with path.open("a", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fieldnames=list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def seal(self) -> None:
        """Write files.json over everything that belongs to the finished run; the checkpoint is removed first."""
        (self.path / "checkpoint.keras").unlink(missing_ok=True)
        listed = {}
        for path in sorted(self.path.iterdir()):
            if path.is_file() and path.name != "files.json" and not path.name.startswith("."):
                listed[path.name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        self.write_json("files.json", listed)

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise RunError(f"The run {self.name} has no {name}.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{name} of the run {self.name} cannot be read: {error}") from error

    def _json(self, name: str) -> Any:
        try:
            return json.loads(self._text(name))
        except ValueError as error:
            raise (
                error
                if isinstance(error, RunError)
                else RunError(f"{name} of the run {self.name} is not JSON: {error}")
            ) from error

    def _csv(self, name: str) -> pd.DataFrame:
        self._text(name)
        try:
            return pd.read_csv(
                self.path / name, keep_default_na=False, dtype={"speaker": str, "fold": str, "pcm16_sha256_16": str}
            )
        except ValueError as error:
            raise RunError(f"{name} of the run {self.name} is not a table: {error}") from error


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def process_lives(pid: int | None, created: float | None) -> bool:
    """Tell whether the process that had this pid at this creation time still runs; a pid alone may be another's by now."""
    if pid is None or created is None:
        return False
    try:
        return abs(psutil.Process(pid).create_time() - created) < 1.0
    except psutil.Error:
        return False


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


def new_path(recipe: str, folder: Path | None = None) -> Path:
    """Return a free path below SER_HOME/runs, named by recipe and time."""
    folder = folder or settings.home().runs
    stem = f"{re.sub(r'[^A-Za-z0-9_-]', '-', recipe)}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = folder / stem, 2
    while path.exists():
        path, number = folder / f"{stem}-{number}", number + 1
    return path


def shipped() -> list[Run]:
    """Return the models that ship with the program, the accurate one first."""
    order = {"accurate": 0, "fast": 1, "cnn1d": 2, "paper": 3}
    found = _in(settings.ARTIFACTS / "models")
    return sorted(found, key=lambda run: (order.get(run.name, len(order)), run.name))


def own() -> list[Run]:
    """Return the runs in SER_HOME, newest first."""
    return sorted(_in(settings.home().runs), key=lambda run: run.path.stat().st_mtime, reverse=True)


def all_runs() -> list[Run]:
    """Return every run that the program knows: shipped models, published results, own runs."""
    return shipped() + _in(settings.ARTIFACTS / "results") + own()


def find(name: str) -> Run:
    """Return the run in the folder `name`, else the shipped or own run of that name. Raises RunError when there is none."""
    path = Path(name)
    if (path / "recipe.json").is_file():
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


def prediction_rows(
    clips: Sequence[str],
    parts: Iterable[str],
    speakers: Iterable[str],
    true: Iterable[str],
    probabilities: Any,
    labels: Sequence[str],
    fold: str = "",
) -> pd.DataFrame:
    """Return the rows of predictions.csv for these clips (probabilities: clips × labels)."""
    predicted = [labels[k] for k in probabilities.argmax(axis=1)]
    table = pd.DataFrame(
        {
            "clip": clips,
            "part": list(parts),
            "fold": fold,
            "speaker": list(speakers),
            "true": list(true),
            "predicted": predicted,
        }
    )
    for k, label in enumerate(labels):
        table[f"p_{label}"] = probabilities[:, k]
    return table


def _in(folder: Path) -> list[Run]:
    if not folder.is_dir():
        return []
    return [Run(path) for path in sorted(folder.iterdir()) if (path / "recipe.json").is_file()]
