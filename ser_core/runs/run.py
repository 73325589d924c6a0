"""One run folder: its files, its state, and what is wrong with it."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ser_core import files, settings, threads
from ser_core.runs import alive, published
from ser_core.runs.tables import as_csv

if TYPE_CHECKING:
    from ser_core.features.contract import Contract
    from ser_core.recipes import Recipe

STATES = ("queued", "running", "done", "failed", "cancelled")
#: Without these a run is not whole; models, features and curves depend on the kind of run.
ALWAYS = ("recipe.json", "status.json", "predictions.csv", "metrics.json", "split.csv")

#: Columns of a run's tables that are text whatever it looks like: speakers and classes may be called 0012 or True.
_TEXT = ("clip", "speaker", "emotion", "true", "predicted", "fold", "pcm16_sha256_16")


#: A process' pid, and what tells it from others that had or will have it (`alive.born`).
Process = tuple[int, str | float | None]


class RunError(ValueError):
    """A run is missing, damaged, or cannot do what was asked; the message says which and why."""


@dataclass(frozen=True)
class Run:
    """A run folder: what a training left behind, as it was trained or as it is published.

    Both forms are asked for the same names; files are read when they are asked for.

    Attributes
    ----------
    path : Path
        The folder.
    process : tuple of int and str or float, optional
        The pid and birth (`born`) of the process that answers for its training while it is trained. Default: the one that writes.

    Raises
    ------
    RunError
        Whenever a file that is asked for is missing or damaged; the message names it.

    Examples
    --------
    >>> import ser_core as ser
    >>> run = ser.runs()[0]
    >>> run.name, 0 < run.metrics["test"]["uar"] < 1, run.problems()
    ('accurate', True, [])
    """

    path: Path
    process: Process | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def shipped(self) -> bool:
        """Whether it came with the program."""
        return self.path.parent.parent == settings.ARTIFACTS

    def has(self, name: str) -> bool:
        """Return whether the run has the file `name`, in whichever form."""
        return published.holder(self.path, name) is not None

    def changed(self, name: str) -> int:
        """Return when the file, or what stands for it, was last changed, nanoseconds. Raises RunError where it is missing."""
        return self._holder(name).stat().st_mtime_ns

    def rows(self, name: str) -> int:
        """Return how many rows the table `name` has. Raises RunError where it is missing."""
        return published.rows(self._holder(name))

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """What recipe.json states: the recipe's fields, split, seed, packages, commit."""
        return self.json("recipe.json")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """By part ("validation", "test") accuracy, uar, macro_f1 (0 to 1), n, labels, confusion, classes, intervals, ece."""
        return self.json("metrics.json")

    @cached_property
    def feature(self) -> dict[str, Any]:
        """What the model is fed with and answers, as feature.json states it."""
        return self.json("feature.json")

    @cached_property
    def contract(self) -> Contract:
        """What the model is fed with and answers; see `features.contract`. Raises RunError where this program cannot make it."""
        # Imported here: lists of runs are shown before what computes features is loaded, which takes seconds.
        from ser_core.features.contract import Contract, ContractError

        try:
            return Contract.from_json(self.feature)
        except ContractError as error:
            raise RunError(f"The run {self.name}: {error}") from error

    @cached_property
    def trained_by(self) -> Recipe:
        """The recipe that recipe.json states. Raises RunError where it states none that this version knows."""
        from ser_core import recipes

        stated = self.recipe.get("recipe") if isinstance(self.recipe, dict) else None
        if stated is None:
            raise RunError(f"recipe.json of the run {self.name} states no recipe.")
        try:
            return recipes.from_dict(stated)
        except recipes.RecipeError as error:
            raise RunError(f"The run {self.name}: recipe.json: {error}") from error

    @cached_property
    def layers(self) -> list[dict[str, Any]]:
        """The network's layers: name, kind, shape and parameters of each."""
        return self.json("layers.json")

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """A row a clip: part, clip, speaker, true, predicted, and the probability `p_<label>` of every label."""
        return self._table("predictions.csv")

    @cached_property
    def split(self) -> pd.DataFrame:
        """A row a clip: which part it is in."""
        return self._table("split.csv")

    @cached_property
    def card(self) -> str:
        """What the model is, and what it is not for: Markdown."""
        return self.text("card.md")

    @property
    def history(self) -> pd.DataFrame:
        """A row an epoch; empty before the first one ends."""
        return self._table("history.csv") if self.has("history.csv") else pd.DataFrame()

    @property
    def log(self) -> str:
        """The training's log, a line an event; empty where there is none."""
        return self.text("log.txt") if self.has("log.txt") else ""

    @property
    def status(self) -> dict[str, Any]:
        """The run's state; `interrupted` where its process has gone without saying how it ended."""
        status = self.json("status.json")
        if status.get("state") == "running" and not alive.process_lives(status.get("pid"), status.get("pid_created")):
            status["state"] = "interrupted"
        return status

    @property
    def servable(self) -> bool:
        """Whether the run's model can be given a new clip: it has one, its features are computed here, its rules are right."""
        try:
            whole = all(self.has(name) for name in ("model.onnx", "feature.json", "files.json"))
            return whole and not self.missing and not self.recipe.get("wrong_on_purpose")
        except RunError:
            return False

    @property
    def of_a_stranger(self) -> bool:
        """Whether its graph was imported, or made of one that was. Raises RunError for a recipe.json that cannot be read."""
        return bool(self.recipe.get("imported") or self.recipe.get("of_strangers"))

    @property
    def missing(self) -> str:
        """What is missing on this machine to compute a clip's features for the model, a sentence; '' for nothing."""
        try:
            inputs = self.contract.inputs
        except RunError:
            # Nothing that could be brought: whoever opens the model says what does not fit.
            return ""
        return next((given.source.missing for given in inputs if given.source.missing), "")

    def model_path(self) -> Path:
        """Return the ONNX graph's path. Raises RunError for a run without one."""
        if not self.has("model.onnx"):
            raise RunError(f"The run {self.name} has no model.onnx, so it cannot predict.")
        return self.path / "model.onnx"

    def problems(self, *, hashes: bool = False) -> list[str]:
        """Return what is wrong with the folder, a sentence each: missing, truncated and (with `hashes`) altered files."""
        try:
            listed = self.json("files.json")
        except RunError as error:
            return [str(error)]
        faults = []
        for name, stated in listed.items():
            path = self.path / name
            if not path.is_file():
                faults.append(f"{name} is missing.")
            elif path.stat().st_size != stated["bytes"]:
                faults.append(f"{name} has {path.stat().st_size} bytes instead of {stated['bytes']}.")
            elif hashes and files.sha256(path) != stated["sha256"]:
                faults.append(f"{name} was altered: its SHA-256 is not the one in files.json.")
        faults += [f"{name} is not listed in files.json." for name in ALWAYS if not published.lists(listed, name)]
        return faults

    def checked(self) -> Run:
        """Return the run after its files were held against their hashes. Raises RunError for a damaged one."""
        problems = self.problems(hashes=True)
        if problems:
            raise RunError(f"The run {self.name} is damaged: {problems[0]}")
        return self

    # Writing: by whoever queues a run, then by the process that trains it.

    def write_json(self, name: str, value: Any) -> None:
        """Write a value as a JSON file of the run."""
        files.write_json(self.path / name, value)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file of the run."""
        files.write_text(self.path / name, text)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a CSV; probabilities keep 6 significant digits."""
        files.write_text(self.path / name, as_csv(table))

    def write_status(self, state: str, **more: Any) -> None:
        """Write status.json: state, pid and creation time of the run's process, heartbeat (UTC), and what else is given."""
        if state not in STATES:
            raise ValueError(f"no such state: {state}")
        pid, born = self.process or (os.getpid(), alive.born(os.getpid()))
        status = {"state": state, "pid": pid, "pid_created": born, "heartbeat": now()}
        self.write_json("status.json", {**status, **more})

    def append_history(self, row: dict[str, Any]) -> None:
        """Append an epoch's row to history.csv; the header is written with the first, so that who reads meanwhile finds no empty table."""
        path, text = self.path / "history.csv", io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(row))
        if path.is_file():
            writer.writerow(row)
            with path.open("a", newline="", encoding="utf-8") as out:
                out.write(text.getvalue())
        else:
            writer.writeheader()
            writer.writerow(row)
            with files.replacing(path) as temporary:
                temporary.write_text(text.getvalue(), encoding="utf-8", newline="")

    def log_line(self, text: str) -> None:
        """Append a line with the time (UTC) to log.txt."""
        with (self.path / "log.txt").open("a", encoding="utf-8") as out:
            out.write(f"{now()} {text}\n")

    def seal(self) -> None:
        """Write files.json over everything that belongs to the finished run; what a fit would go on from is removed first."""
        for name in ("checkpoint.keras", "best.weights.h5"):
            (self.path / name).unlink(missing_ok=True)
        listed = {}
        for path in sorted(self.path.iterdir()):
            if path.is_file() and path.name != "files.json" and not path.name.startswith("."):
                listed[path.name] = {"bytes": path.stat().st_size, "sha256": files.sha256(path)}
        self.write_json("files.json", listed)

    def text(self, name: str) -> str:
        """Return the text of a file that is no table of clips."""
        holder = self._holder(name)
        try:
            return holder.read_text(encoding="utf-8") if holder.name == name else published.text(self.path, name)
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise RunError(f"{name} of the run {self.name} cannot be read: {error}") from error

    def json(self, name: str) -> Any:
        """Return what a JSON file states."""
        text = self.text(name)
        try:
            return files.from_json(text)
        except ValueError as error:
            raise RunError(f"{name} of the run {self.name} is not JSON: {error}") from error

    def _table(self, name: str) -> pd.DataFrame:
        holder = self._holder(name)
        try:
            if holder.suffix == ".parquet":
                return threads.shareable(published.read_parquet(holder))
            lines = io.StringIO(self.text(name))
            return threads.shareable(pd.read_csv(lines, keep_default_na=False, dtype=dict.fromkeys(_TEXT, str)))
        except (OSError, ValueError) as error:
            raise (
                error
                if isinstance(error, RunError)
                else RunError(f"{name} of the run {self.name} is not a table: {error}")
            ) from error

    def _holder(self, name: str) -> Path:
        holder = published.holder(self.path, name)
        if holder is None:
            raise RunError(f"The run {self.name} has no {name}.")
        return holder


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
