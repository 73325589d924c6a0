"""Trainings of one corpus side by side, each a whole run of its own: in processes of this machine, or on a Dask scheduler's workers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib

from ser_core import fanout
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.splits import Division
from ser_core.fanout import Progress
from ser_core.features import store
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run, RunError
from ser_core.training import copies
from ser_core.training import train as single
from ser_core.training.reporter import Quiet

#: Processes that fit side by side; each gets its share of the cores.
WORKERS = max(1, os.cpu_count() or 1)


@dataclass(frozen=True, eq=False)
class Piece:
    """One training: its recipe, its folder, which may hold an interrupted one, and its division; None for the recipe's own split."""

    recipe: Recipe
    path: Path
    division: Division | None = None


def features_first(
    recipe: Recipe, corpus: Corpus, progress: Progress, division: Division | None = None
) -> list[dict[str, str]]:
    """Compute what trainings of a recipe will read, once and in shards, so that they only read; return by input why clips have none.

    division: that of all of them, where they have one: the copies that trainings on it read are computed, too.
    """
    failed = [store.load(corpus, one.source, progress=progress).failed for one in recipe.feature_set.inputs]
    if recipe.copies and division is not None:
        copied = corpus.clips["clip"][division.parts.reindex(corpus.clips.index).isin(copies.PARTS)]
        copies.load(recipe, corpus, copied[~copied.isin(set().union(*failed))], progress)
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
    (`fanout.each`), which must reach the same SER_HOME, corpus and folders of runs under the same names.
    """
    workers = min(workers, len(pieces) or 1)
    threads = max(1, WORKERS // workers)
    tasks = [
        joblib.delayed(_train)(number, one, corpus, test, threads, allow_unreadable, go_on)
        for number, one in enumerate(pieces)
    ]
    for number, why in fanout.each(tasks, n_jobs=workers):
        yield pieces[number], why


def whole(run: Run) -> bool:
    """Return whether a training has finished and nothing of its folder is missing."""
    return run.has("files.json") and not run.problems()


def _train(
    number: int, piece: Piece, corpus: Corpus, test: bool, threads: int, allow_unreadable: bool, go_on: bool
) -> tuple[int, str]:
    # Read by TensorFlow when it first computes: trainings side by side must not each take every core.
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    piece.path.mkdir(parents=True, exist_ok=True)
    try:
        single.train(
            piece.recipe, corpus, Run(piece.path), Quiet(), test=test, division=piece.division, allow_unreadable=allow_unreadable
        )  # fmt: skip
    except (CorpusError, RecipeError, RunError) as error:
        if not go_on:
            raise
        return number, str(error)
    return number, ""
