"""Trainings of one corpus side by side, each a whole run of its own: in processes of this machine, or on a Dask scheduler's workers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import joblib

from ser_core import fanout
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.splits import Division
from ser_core.fanout import Progress
from ser_core.features import store
from ser_core.recipes import Recipe, RecipeError, planning
from ser_core.runs import Run, RunError, born
from ser_core.runs.run import Process
from ser_core.training import copies, teaching
from ser_core.training import train as single
from ser_core.training.reporter import Quiet

#: Processes that fit side by side; each gets its share of the cores: of those that a container or LOKY_MAX_CPU_COUNT leaves to this one.
WORKERS: int = joblib.cpu_count()
#: In a training's folder while a worker trains there.
LOCK = ".lock"


@dataclass(frozen=True, eq=False)
class Piece:
    """One training: its recipe, its folder, which may hold an interrupted one, and its division; None for the recipe's own split."""

    recipe: Recipe
    path: Path
    division: Division | None = None


def features_first(
    recipe: Recipe, corpus: Corpus, progress: Progress, divisions: Sequence[Division]
) -> list[dict[str, str]]:
    """Compute what trainings of a recipe will read, once and in shards, so that they only read; return by input why clips have none.

    divisions: theirs: the copies that a training on each reads are computed, too, as is what the recipe's teachers read.
    """
    failed = [store.load(corpus, one.source, progress=progress).failed for one in recipe.feature_set.inputs]
    unread = set().union(*failed)
    for division in divisions if recipe.copies else ():
        copied = corpus.clips["clip"][division.parts.reindex(corpus.clips.index).isin(planning.COPIED)]
        copies.load(recipe, corpus, copied[~copied.isin(unread)], progress)
    for teacher in teaching.teachers(recipe):
        for one in teacher.contract.inputs:
            store.load(corpus, one.source, progress=progress)
    return failed


def train(
    pieces: Sequence[Piece],
    corpus: Corpus,
    *,
    test: bool,
    allow_unreadable: bool,
    workers: int,
    go_on: bool = False,
) -> Iterator[tuple[Piece, str]]:
    """Train the pieces, `workers` at a time, and give each as it ends, with why it failed ('' where it did not).

    go_on: let the others go on where one fails. Default: raise what it raised. With SER_DASK set they run on that scheduler's workers
    (`fanout.each`), all of them, which must reach the same SER_HOME, corpus and folders of runs under the same names.
    """
    # By what was asked, not by how many are left: sums over other threads are rounded otherwise, and a run that goes on is to find the same.
    threads = 1 if fanout.scheduler() else max(1, WORKERS // workers)
    process = (os.getpid(), born(os.getpid()))
    tasks = [
        joblib.delayed(_train)(number, one, process, corpus, test, threads, allow_unreadable, go_on)
        for number, one in enumerate(pieces)
    ]
    # The last one, too, where several were asked for, in a process of its own: in this one TensorFlow may have its threads already.
    for number, why in fanout.each(tasks, n_jobs=min(workers, max(2, len(pieces)))):
        yield pieces[number], why


def whole(run: Run) -> bool:
    """Return whether a training has finished and nothing of its folder is missing."""
    return run.has("files.json") and not run.problems()


class _WhileAsked(Quiet):
    """Ends a training in a process that was started for it, once whoever started it was killed."""

    def __init__(self, asked_by: int) -> None:
        self.asked_by, self.started_for_it = asked_by, os.getppid() == asked_by

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        self.batch(1.0)

    @property
    def left_alone(self) -> bool:
        """Whether nobody waits any more for what this process was started for."""
        return self.started_for_it and os.getppid() != self.asked_by

    def batch(self, share_of_epoch: float) -> None:
        if self.left_alone:
            raise KeyboardInterrupt


def _train(
    number: int,
    piece: Piece,
    process: Process,
    corpus: Corpus,
    test: bool,
    threads: int,
    allow_unreadable: bool,
    go_on: bool,
) -> tuple[int, str]:
    # Read by TensorFlow when it first computes: trainings side by side must not each take every core.
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    piece.path.mkdir(parents=True, exist_ok=True)
    lock, asked = piece.path / LOCK, _WhileAsked(process[0])
    # A worker of a scheduler trains on when the process that asked was killed: who goes on with the run takes what it finishes.
    with filelock.FileLock(lock):
        try:
            if not whole(Run(piece.path)):
                single.train(
                    piece.recipe, corpus, Run(piece.path, process), asked, test=test, division=piece.division,
                    allow_unreadable=allow_unreadable,
                )  # fmt: skip
        except (CorpusError, RecipeError, RunError) as error:
            if not go_on:
                raise
            return number, str(error)
        except KeyboardInterrupt:
            if asked.left_alone:
                # It would wait for its next task for ever, with TensorFlow in its memory.
                os._exit(1)
            raise
        lock.unlink(missing_ok=True)
    return number, ""
