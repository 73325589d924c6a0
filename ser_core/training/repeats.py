"""Several trainings of one recipe under one parent run: the folds of a cross-validation, or several seeds."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from ser_core import fanout, runs
from ser_core.corpora import folds, schemes
from ser_core.corpora.base import Corpus
from ser_core.corpora.splits import Division
from ser_core.evaluation import repeats
from ser_core.features import store
from ser_core.recipes import Recipe, plan
from ser_core.recipes.planning import with_labels
from ser_core.runs import Run
from ser_core.training import train as single
from ser_core.training.card import parent_card

#: Processes that fit folds side by side; each gets its share of the cores.
WORKERS = max(1, os.cpu_count() or 1)


class Quiet:
    """Tells nobody: folds run side by side, and their parent says how many are done."""

    def features(self, done: int, total: int) -> None: ...

    def epoch(self, row: dict[str, Any], epochs: int) -> None: ...

    def batch(self, share_of_epoch: float) -> None: ...


def train(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: single.Reporter,
    *,
    test: bool = True,
    n_folds: int = folds.FOLDS,
    seeds: int = 1,
    piece_done: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Train `recipe` as its split and `seeds` ask: once, once a fold, or once a seed (each with its folds).

    A parent run keeps each training as a whole run in folds/<name>/ or seeds/<n>/, pools their predictions (test rows, or
    validation rows without `test`) with a fold column, and has no model. Finished pieces are kept when it is resumed.
    `piece_done(done, total)` is called when a piece is whole. Raises what `train.train` raises.
    """
    if seeds > 1:
        return _seeds(recipe, corpus, run, reporter, test, n_folds, seeds, piece_done)
    if schemes.of(recipe.split).folds:
        return _folds(recipe, corpus, run, reporter, test, n_folds, piece_done)
    return single.train(recipe, corpus, run, reporter, test=test)


def _seeds(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: single.Reporter,
    test: bool,
    n_folds: int,
    seeds: int,
    piece_done: Callable[[int, int], None],
) -> Run:
    started = time.monotonic()
    with single.reported(run):
        recipe = with_labels(recipe, corpus)
        _start(recipe, run, f"{seeds} seeds", test, "seeds", {"folds": n_folds, "seeds": seeds})
        for number in range(seeds):
            piece = Run(run.path / "seeds" / str(recipe.seed + number))
            if not _whole(piece):
                piece.path.mkdir(parents=True, exist_ok=True)
                train(recipe.with_(seed=recipe.seed + number), corpus, piece, reporter, test=test, n_folds=n_folds)
            run.write_status("running", message=f"{number + 1} of {seeds} seeds")
            piece_done(number + 1, seeds)
        pool(recipe, corpus, run, test, time.monotonic() - started)
    return run


def _folds(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: single.Reporter,
    test: bool,
    n_folds: int,
    piece_done: Callable[[int, int], None],
) -> Run:
    started = time.monotonic()
    with single.reported(run):
        # Extracted here, once, so that the folds only read.
        for one in recipe.feature_set.inputs:
            store.load(corpus, one.source, progress=reporter.features)
        planned = plan(recipe, corpus, n_folds)
        recipe, made = planned.recipe, planned.divisions
        title = made[0].title.rpartition(", ")[0]
        _start(recipe, run, title, test, "folds", {"folds": n_folds}, planned.notes)
        for note in planned.notes:
            run.log_line(note)
        todo = [fold for fold in made if not _whole(Run(run.path / "folds" / fold.name))]
        done = len(made) - len(todo)
        workers = min(WORKERS, len(todo) or 1)
        threads = max(1, WORKERS // workers)
        tasks = [
            joblib.delayed(_fold)(recipe, corpus, run.path / "folds" / fold.name, fold, test, threads) for fold in todo
        ]
        for _ in fanout.each(tasks, n_jobs=workers):
            done += 1
            run.write_status("running", message=f"{done} of {len(made)} folds")
            piece_done(done, len(made))
        pool(recipe, corpus, run, test, time.monotonic() - started)
    return run


def _fold(recipe: Recipe, corpus: Corpus, path: Path, division: Division, test: bool, threads: int) -> None:
    # Read by TensorFlow when it first computes: folds side by side must not each take every core.
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    path.mkdir(parents=True, exist_ok=True)
    single.train(recipe, corpus, Run(path), Quiet(), test=test, division=division)


def _whole(piece: Run) -> bool:
    return piece.has("files.json") and not piece.problems()


def _start(
    recipe: Recipe,
    run: Run,
    split_name: str,
    test: bool,
    kind: str,
    asked: dict[str, int],
    notes: Sequence[str] = (),
) -> None:
    run.write_json(
        "recipe.json",
        {
            "recipe": recipe.to_dict(),
            "split_name": split_name,
            "seed": recipe.seed,
            "test": test,
            "pooled": kind,
            # What it takes to go on with it.
            "asked": asked,
            "notes": list(notes),
            "packages": single.versions(),
            "git_commit": single.commit(),
            "created": runs.now(),
        },
    )


def pool(recipe: Recipe, corpus: Corpus, run: Run, test: bool, seconds: float) -> None:
    """Write what a parent run says of its pieces: predictions of their test part (else of validation), metrics, card, files.json."""
    pieces = sorted(runs.pieces(run), key=lambda piece: (len(piece.name), piece.name))
    part = "test" if test else "validation"
    predictions, divided = [], []
    for piece in pieces:
        rows, split = piece.predictions, piece.split
        predictions.append(rows[rows["part"] == part].assign(fold=piece.name))
        divided.append(split[split["part"] == part].assign(fold=piece.name))
    run.write_table("predictions.csv", pd.concat(predictions, ignore_index=True))
    run.write_table("split.csv", pd.concat(divided, ignore_index=True)[[*_SPLIT, "fold"]])
    scores = repeats.parts(Run(run.path).predictions, recipe.labels)
    run.write_json("metrics.json", scores)
    # A resumed parent took longer than this process knows; its pieces know.
    spent = sum(float(piece.status.get("seconds", 0.0)) for piece in pieces)
    facts = {
        "parameters": pieces[0].recipe["found"]["parameters"],
        "seconds": seconds,
        "seconds_of_pieces": spent,
        "pieces": [piece.name for piece in pieces],
        "corpus_fingerprint": pieces[0].recipe.get("corpus_fingerprint")
        or pieces[0].recipe["found"]["corpus_fingerprint"],
    }
    stated = json.loads((run.path / "recipe.json").read_text(encoding="utf-8"))
    notes = stated.get("notes", ())
    run.write_text("card.md", parent_card(recipe, corpus.card, stated["split_name"], scores, facts, notes))
    run.write_json("recipe.json", {**stated, "found": facts})
    run.log_line(f"done: {len(pieces)} {stated['pooled']}")
    run.write_status("done", message="done", seconds=round(facts["seconds"], 1))
    run.seal()


_SPLIT = ["clip", "speaker", "emotion", "part", "pcm16_sha256_16"]
