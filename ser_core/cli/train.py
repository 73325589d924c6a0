"""`train`: fit a recipe and write its run folder."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import filelock
from rich.progress import Progress

from ser_core import jobs, recipes, runs
from ser_core.cli import output, overrides
from ser_core.corpora import registry


def add(commands: Any) -> None:
    parser = commands.add_parser("train", help="train a recipe; Ctrl-C cancels it")
    overrides.add(parser)
    parser.add_argument(
        "--no-test", action="store_true", help="write no test rows: for trials, which are chosen among on validation"
    )
    parser.add_argument("--run", type=Path, help="the run's folder: new, or an interrupted run to go on with")
    parser.add_argument("--json", action="store_true", help="print {run, path, status, metrics}")
    parser.set_defaults(handler=train)


class _Bar:
    """A bar a stage on stderr: the features of the corpus, then the epochs."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, Any] = {}
        self.epochs_done = 0

    def features(self, done: int, total: int) -> None:
        self._task("features", total)
        self.progress.update(self.tasks["features"], completed=done)

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        self._task("epochs", epochs)
        self.epochs_done = row["epoch"]
        note = f"loss {row['loss']:.3f}  validation: accuracy {row['val_accuracy']:.3f}, UAR {row['val_uar']:.3f}"
        self.progress.update(self.tasks["epochs"], completed=row["epoch"], note=note)
        if not self.progress.console.is_terminal:
            self.progress.console.print(f"epoch {row['epoch']}/{epochs}  {note}  {row['seconds']:.0f} s")

    def batch(self, share_of_epoch: float) -> None:
        if "epochs" in self.tasks:
            self.progress.update(self.tasks["epochs"], completed=self.epochs_done + share_of_epoch)

    def _task(self, name: str, total: int) -> None:
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=total, note="")


def train(stated: argparse.Namespace) -> int:
    """Train in this process, holding the lock that keeps two trainings apart."""
    recipe = overrides.resolve(stated)
    run = _folder(stated.run, recipe)
    signal.signal(signal.SIGTERM, _interrupt)
    lock = jobs.training_lock()
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        print("Another training runs; this one waits for it.", file=sys.stderr)
        lock.acquire()
    try:
        corpus = registry.load(recipe.corpus, stated.data)
        # Imported here, so that every other command works without TensorFlow.
        from ser_core.training import train as training

        with output.progress() as progress:
            training.train(recipe, corpus, run, _Bar(progress), test=not stated.no_test)
    except KeyboardInterrupt:
        print(f"Cancelled; the run is kept in {run.path} and can be resumed.", file=sys.stderr)
        return 1
    finally:
        lock.release()
    done = runs.summary(runs.Run(run.path))
    if stated.json:
        output.print_json({"run": done["name"], **{key: done[key] for key in ("path", "status", "metrics")}})
    else:
        print(f"{run.path}")
        for part, found in done["metrics"].items():
            print(
                f"{part}: accuracy {found['accuracy']:.3f}, UAR {found['uar']:.3f}, macro-F1 {found['macro_f1']:.3f}, {found['n']} clips"
            )
    return 0


def _folder(path: Path | None, recipe: recipes.Recipe) -> runs.Run:
    if path is None:
        return runs.create(runs.new_path(recipe.name))
    if (path / "status.json").is_file():
        run = runs.Run(path.resolve())
        state = run.status["state"]
        if state not in ("interrupted", "cancelled", "failed"):
            raise runs.RunError(f"The run in {path} is {state}; only an interrupted, cancelled or failed one goes on.")
        if run.has("recipe.json") and recipes.from_dict(run.recipe["recipe"]) != recipe:
            raise runs.RunError(
                f"The run in {path} has another recipe; go on with its own: train {path / 'recipe.json'} --run {path}."
            )
        return run
    return runs.create(path.resolve())


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
