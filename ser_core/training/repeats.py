"""Several trainings of one recipe under one parent run: the folds of a cross-validation, or several seeds."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from ser_core import fanout, runs
from ser_core.corpora import folds, unreadable
from ser_core.corpora.base import Corpus
from ser_core.evaluation import repeats
from ser_core.features import store
from ser_core.recipes import Recipe
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
    allow_unreadable: bool = False,
) -> Run:
    """Train `recipe` as its split and `seeds` ask: once, once a fold, or once a seed (each with its folds).

    A parent run keeps each training as a whole run in folds/<name>/ or seeds/<n>/, pools their predictions (test rows, or
    validation rows without `test`) with a fold column, and has no model. Finished pieces are kept when it is resumed.
    `piece_done(done, total)` is called when a piece is whole. `allow_unreadable`
    and what is raised: as in `train.train`.
    """
    if seeds > 1:
        return _seeds(recipe, corpus, run, reporter, test, n_folds, seeds, piece_done, allow_unreadable)
    if recipe.split in folds.KINDS:
        return _folds(recipe, corpus, run, reporter, test, n_folds, piece_done, allow_unreadable)
    return single.train(recipe, corpus, run, reporter, test=test, allow_unreadable=allow_unreadable)


def _seeds(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: single.Reporter,
    test: bool,
    n_folds: int,
    seeds: int,
    piece_done: Callable[[int, int], None],
    allow_unreadable: bool,
) -> Run:
    started = time.monotonic()
    with single.reported(run):
        _start(recipe, run, f"{seeds} seeds", test, "seeds", {"folds": n_folds, "seeds": seeds}, allow_unreadable)
        for number in range(seeds):
            piece = Run(run.path / "seeds" / str(recipe.seed + number))
            if not _whole(piece):
                piece.path.mkdir(parents=True, exist_ok=True)
                train(
                    recipe.with_(seed=recipe.seed + number),
                    corpus,
                    piece,
                    reporter,
                    test=test,
                    n_folds=n_folds,
                    allow_unreadable=allow_unreadable,
                )
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
    allow_unreadable: bool,
) -> Run:
    started = time.monotonic()
    with single.reported(run):
        # Extracted here, once, so that the folds only read.
        failed = [
            store.load(corpus, one.source, progress=reporter.features).failed for one in recipe.feature_set.inputs
        ]
        clips = single.labelled(recipe, corpus)
        # Said once, here: every fold would say it.
        unreadable.among(clips["clip"], failed, corpus.card.title, allowed=allow_unreadable)
        made = folds.divide(clips, recipe.split, n_folds, recipe.seed)
        _start(recipe, run, made[0].title.rpartition(", ")[0], test, "folds", {"folds": n_folds}, allow_unreadable)
        todo = [fold for fold in made if not _whole(Run(run.path / "folds" / fold.name))]
        done = len(made) - len(todo)
        workers = min(WORKERS, len(todo) or 1)
        threads = max(1, WORKERS // workers)
        tasks = [
            joblib.delayed(_fold)(
                recipe,
                corpus,
                run.path / "folds" / fold.name,
                single.Division(fold.title, fold.parts),
                test,
                threads,
                allow_unreadable,
            )
            for fold in todo
        ]
        for _ in fanout.each(tasks, n_jobs=workers):
            done += 1
            run.write_status("running", message=f"{done} of {len(made)} folds")
            piece_done(done, len(made))
        pool(recipe, corpus, run, test, time.monotonic() - started)
    return run


def _fold(
    recipe: Recipe,
    corpus: Corpus,
    path: Path,
    division: single.Division,
    test: bool,
    threads: int,
    allow_unreadable: bool,
) -> None:
    # Read by TensorFlow when it first computes: folds side by side must not each take every core.
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    path.mkdir(parents=True, exist_ok=True)
    single.train(recipe, corpus, Run(path), Quiet(), test=test, division=division, allow_unreadable=allow_unreadable)


def _whole(piece: Run) -> bool:
    return piece.has("files.json") and not piece.problems()


def _start(
    recipe: Recipe,
    run: Run,
    split_name: str,
    test: bool,
    kind: str,
    asked: dict[str, int],
    allow_unreadable: bool,
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
            "allow_unreadable": allow_unreadable,
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
        # Every piece divides the same clips.
        "unreadable": pieces[0].recipe["found"].get("unreadable"),
        "corpus_fingerprint": pieces[0].recipe.get("corpus_fingerprint")
        or pieces[0].recipe["found"]["corpus_fingerprint"],
    }
    stated = json.loads((run.path / "recipe.json").read_text(encoding="utf-8"))
    run.write_text("card.md", parent_card(recipe, corpus.card, stated["split_name"], scores, facts))
    run.write_json("recipe.json", {**stated, "found": facts})
    run.log_line(f"done: {len(pieces)} {stated['pooled']}")
    run.write_status("done", message="done", seconds=round(facts["seconds"], 1))
    run.seal()


_SPLIT = ["clip", "speaker", "emotion", "part", "pcm16_sha256_16"]
