"""`train`: fit a recipe and write its run folder."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import filelock
from rich.progress import Progress

from ser_core import jobs, recipes, runs
from ser_core.cli import output, overrides, several_corpora, unreadable_clips
from ser_core.corpora import folds, registry
from ser_core.corpora.base import Corpus
from ser_core.exchange import trackers
from ser_core.features import external
from ser_core.jobs.orders import Training
from ser_core.runs import expected, measured


def add(commands: Any) -> None:
    parser = commands.add_parser("train", help="train a recipe; Ctrl-C cancels it")
    overrides.add(parser)
    several_corpora.add(parser)
    parser.add_argument(
        "--no-test", action="store_true", help="write no test rows: for trials, which are chosen among on validation"
    )
    parser.add_argument("--folds", type=int, default=folds.FOLDS, help="folds of kfold-speakers and kfold-clips")
    parser.add_argument("--seeds", type=int, default=1, help="train with so many seeds; gives mean and spread")
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="trainings of folds and seeds at a time, each a process with its share of the cores; default: one a core. With SER_DASK as many as "
        "there are workers",
    )
    parser.add_argument(
        "--features", type=Path, metavar="FILE", help="features computed elsewhere, by clip: Parquet, CSV or NPZ"
    )
    parser.add_argument(
        "--refit",
        action="store_true",
        help="RECIPE names a finished run (or several seeds): train its recipe on its train and validation part, nothing chosen anew",
    )
    unreadable_clips.add(parser)
    parser.add_argument(
        "--log-to",
        choices=trackers.LIVE,
        help="tell a tracker every epoch, and the finished run; `runs log` names a place",
    )
    parser.add_argument("--run", type=Path, help="the run's folder: new, or an interrupted run to go on with")
    parser.add_argument("--json", action="store_true", help="print {run, path, status, metrics}")
    parser.set_defaults(handler=train)


class Bar:
    """A bar a stage on stderr: the features of the corpus, then the epochs, or the trainings."""

    def __init__(self, progress: Progress, follower: trackers.Follower | None = None) -> None:
        self.progress, self.follower = progress, follower
        self.tasks: dict[str, Any] = {}
        self.epochs_done = 0

    def features(self, done: int, total: int) -> None:
        self._task("features", total)
        self.progress.update(self.tasks["features"], completed=done)

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        self._task("epochs", epochs)
        self.epochs_done = row["epoch"]
        # Imported here: every other command does without it.
        from ser_core.training.reporter import in_words

        note = in_words(row)
        self.progress.update(self.tasks["epochs"], completed=row["epoch"], note=note)
        if not self.progress.console.is_terminal:
            self.progress.console.print(f"epoch {row['epoch']}/{epochs}  {note}  {row['seconds']:.0f} s")
        if self.follower is not None:
            self.follower.epoch(row)

    def piece(self, done: int, total: int) -> None:
        self._task("trainings", total)
        self.progress.update(self.tasks["trainings"], completed=done)
        if not self.progress.console.is_terminal:
            self.progress.console.print(f"{done} of {total} trainings")

    def batch(self, share_of_epoch: float) -> None:
        if "epochs" in self.tasks:
            self.progress.update(self.tasks["epochs"], completed=self.epochs_done + share_of_epoch)

    def _task(self, name: str, total: int) -> None:
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=total, note="")


def train(stated: argparse.Namespace) -> int:
    """Train in this process, holding the lock that keeps two trainings apart."""
    # Read when TensorFlow loads, here and in the processes of folds: its notes on the CPU are no news to a reader.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    chosen = runs.find(stated.recipe) if stated.refit else None
    recipe = _recipe_of(chosen, stated) if chosen else several_corpora.chosen(overrides.resolve(stated), stated)
    if stated.log_to:
        trackers.needed(stated.log_to)
    if stated.folds < 2 or stated.seeds < 1 or (stated.jobs is not None and stated.jobs < 1):
        raise recipes.RecipeError("--folds must be at least 2, --seeds and --jobs at least 1.")
    corpus = registry.load(recipe.corpus, stated.data, recipe.mapping)
    for problem in corpus.problems:
        print(f"Left out, {problem.where}: {problem.message}", file=sys.stderr)
    for note in corpus.notes:
        print(note, file=sys.stderr)
    if stated.features:
        recipe = recipe.on_external(external.keep(stated.features, corpus))
    # Imported here: every other command does without it. TensorFlow loads with the first network.
    from ser_core.training import refit, repeats, side_by_side
    from ser_core.training.train import check_network

    given = recipe
    if chosen is None:
        # All that can be refused is, before there is a folder and before a long wait.
        recipe = recipes.plan(recipe, corpus, stated.folds).recipe
        check_network(recipe)
    _say_how_long(recipe, corpus, stated.folds, stated.seeds)
    run = _folder(stated.run, given, recipe)
    follower = _follower(stated.log_to, run)
    try:
        with in_turn(), output.progress() as progress:
            bar = Bar(progress, follower)
            if chosen is not None:
                refit.refit(chosen, corpus, run, bar, allow_unreadable=stated.allow_unreadable)
            else:
                repeats.train(
                    recipe,
                    corpus,
                    run,
                    bar,
                    test=not stated.no_test,
                    n_folds=stated.folds,
                    seeds=stated.seeds,
                    workers=stated.jobs or side_by_side.WORKERS,
                    piece_done=bar.piece,
                    allow_unreadable=stated.allow_unreadable,
                )
    except KeyboardInterrupt:
        print(f"Cancelled; the run is kept in {run.path} and can be resumed.", file=sys.stderr)
        return 1
    finally:
        if follower is not None:
            follower.ends(runs.Run(run.path))
    say(run, stated.json)
    return 0


def say(run: runs.Run, as_json: bool) -> None:
    """Print where a finished run lies, and its scores."""
    done = runs.summary(runs.Run(run.path))
    if as_json:
        output.print_json({"run": done["name"], **{key: done[key] for key in ("path", "status", "metrics")}})
        return
    print(f"{run.path}")
    for part, scores in done["metrics"].items():
        print(
            f"{part}: accuracy {scores['accuracy']:.3f}, UAR {scores['uar']:.3f}, macro-F1 {scores['macro_f1']:.3f}, {scores['n']} clips"
        )


def _recipe_of(chosen: runs.Run, stated: argparse.Namespace) -> recipes.Recipe:
    """Return the recipe of the run that is refitted. Raises RecipeError where something of it is to be changed."""
    changed = [stated.split, stated.seed, stated.epochs, stated.features, stated.corpora, *stated.set, *stated.label]
    if any(option is not None for option in changed) or stated.seeds != 1 or stated.jobs or stated.no_test:
        raise recipes.RecipeError("--refit trains a finished run's own recipe once more; leave the other options out.")
    first = (runs.pieces(chosen) or [chosen])[0]
    return first.trained_by


def _follower(tracker: str | None, run: runs.Run) -> trackers.Follower | None:
    """Return what follows the training for a tracker; None where none was named."""
    if tracker is None:
        return None
    follower = trackers.Follower(trackers.opened(tracker, run.name), lambda said: print(said, file=sys.stderr))
    print(f"Told to {tracker}: {follower.tracker.place}", file=sys.stderr)
    follower.begins(run)
    return follower


def _say_how_long(recipe: recipes.Recipe, corpus: Corpus, n_folds: int, seeds: int) -> None:
    """Say on stderr how long several trainings will take, features included, as far as it can be told."""
    trainings = Training(recipe, n_folds, seeds).trainings(len(corpus.speakers))
    if trainings == 1:
        return
    told = expected.of(recipe, corpus, trainings, measured.finished())
    last = "how long is not known yet, for no run of this recipe is here."
    if told is not None:
        parts = f" ({told.features_s / 60:.0f} of it for features)" if told.features_s >= 60 else ""
        source = f", going by the run {told.source.name}" if told.source else ""
        last = f"about {told.seconds / 60:.0f} min one after another{parts}{source}."
    print(f"{trainings} trainings: {last}", file=sys.stderr)


def _folder(path: Path | None, given: recipes.Recipe, recipe: recipes.Recipe) -> runs.Run:
    """Return the run folder to train in; an interrupted or queued one holds the recipe, as it was given or with its labels stated."""
    if path is None:
        return runs.create(runs.new_path(recipe.name))
    if (run := to_go_on_with(path)) is not None:
        if run.has("recipe.json") and run.trained_by not in (given, recipe):
            raise runs.RunError(
                f"The run in {path} has another recipe; go on with its own: train {path / 'recipe.json'} --run {path}."
            )
        return run
    return runs.create(path.resolve())


def to_go_on_with(path: Path) -> runs.Run | None:
    """Return the run in a folder that was begun or queued, None where there is none. Raises RunError for one that runs or has ended."""
    if not (path / "status.json").is_file():
        return None
    run = runs.Run(path.resolve())
    state = run.status["state"]
    if state not in ("queued", "interrupted", "cancelled", "failed"):
        raise runs.RunError(f"The run in {path} is {state}; only an interrupted, cancelled or failed one goes on.")
    return run


@contextmanager
def in_turn() -> Iterator[None]:
    """Hold the lock that keeps two trainings apart, for the time within; SIGTERM cancels as Ctrl-C does."""
    signal.signal(signal.SIGTERM, interrupt)
    lock = jobs.training_lock()
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        print("Another training runs; this one waits for it.", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
