"""Trainings under one parent run, side by side: the folds of a cross-validation, several seeds, the folds of several seeds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ser_core import runs
from ser_core.corpora import folds, schemes, unreadable
from ser_core.corpora.base import Corpus
from ser_core.evaluation import writing
from ser_core.recipes import Plan, Recipe, plan
from ser_core.recipes.planning import with_labels
from ser_core.runs import Run, leagues
from ser_core.training import side_by_side
from ser_core.training import train as single
from ser_core.training.card import parent_card
from ser_core.training.reporter import Reporter
from ser_core.training.side_by_side import Piece


def train(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: Reporter,
    *,
    test: bool = True,
    n_folds: int = folds.FOLDS,
    seeds: int = 1,
    workers: int = side_by_side.WORKERS,
    allow_unreadable: bool = False,
    piece_done: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Train `recipe` as its split and `seeds` ask: once, once a fold, or once a seed (each with its folds).

    A parent run keeps each training as a whole run in folds/<name>/ or seeds/<n>/, pools their predictions (test rows, or
    validation rows without `test`) with a fold column, and has no model. Finished pieces are kept when it is resumed.
    `workers` trainings go on at a time (`side_by_side.train`). `piece_done(done, total)` is called before the first and when one
    has ended. `allow_unreadable` and what is raised: as in `train.train`.
    """
    if seeds == 1 and not schemes.of(recipe.split).folds:
        return single.train(recipe, corpus, run, reporter, test=test, allow_unreadable=allow_unreadable)
    each(
        [(recipe, run)], corpus, reporter, test=test, n_folds=n_folds, seeds=seeds, workers=workers,
        allow_unreadable=allow_unreadable, piece_done=piece_done,
    )  # fmt: skip
    return run


def each(
    asked: Sequence[tuple[Recipe, Run]],
    corpus: Corpus,
    reporter: Reporter,
    *,
    test: bool = True,
    n_folds: int = folds.FOLDS,
    seeds: int = 1,
    workers: int = side_by_side.WORKERS,
    allow_unreadable: bool = False,
    go_on: bool = False,
    piece_done: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Train recipes on one corpus, each into its run as `train` does, all their trainings side by side, `workers` at a time.

    go_on: where a training fails, its run says so and the others go on. Default: raise what it raised.
    """
    with ExitStack() as watched:
        ends = _Ends(watched, corpus, test)
        for _, run in asked:
            ends.watch(run)
        planned = [_planned(recipe, corpus, run, n_folds, seeds) for recipe, run in asked]
        for parent in (parent for one in planned for parent in one.parents):
            if not side_by_side.whole(parent.run):
                ends.watch(parent.run)
                parent.write_start(test, allow_unreadable)
                ends.parents.append(parent)
        for own in (own for one in planned for own in one.plans):
            failed = side_by_side.features_first(own.recipe, corpus, reporter.features, own.divisions)
            # What cannot be read is said once: every training would say it.
            unreadable.among(own.clips["clip"], failed, corpus.card.title, allowed=allow_unreadable)
        pieces = [piece for one in planned for piece in one.pieces]
        whole = [piece for piece in pieces if side_by_side.whole(Run(piece.path))]
        for piece in whole:
            ends.of(piece, "")
        todo = [piece for piece in pieces if piece not in whole]
        piece_done(len(whole), len(pieces))
        trained = side_by_side.train(
            todo, corpus, test=test, allow_unreadable=allow_unreadable, workers=min(workers, len(pieces)), go_on=go_on
        )
        for done, (piece, why) in enumerate(trained, start=len(whole) + 1):
            ends.of(piece, why)
            piece_done(done, len(pieces))


@dataclass(frozen=True, eq=False)
class _Parent:
    """A run that pools what is trained below it: its folds, or its seeds. asked: what it takes to go on with it."""

    recipe: Recipe
    run: Run
    kind: str
    split_name: str
    asked: dict[str, int]
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()

    def write_start(self, test: bool, allow_unreadable: bool) -> None:
        """Write recipe.json: what is trained, with which versions."""
        self.run.write_json(
            "recipe.json",
            {
                "recipe": self.recipe.to_dict(),
                "split_name": self.split_name,
                "seed": self.recipe.seed,
                "test": test,
                "pooled": self.kind,
                "ear": leagues.ear(self.recipe),
                "asked": self.asked,
                "notes": list(self.notes),
                "allow_unreadable": allow_unreadable,
                "packages": writing.versions(single.PACKAGES),
                "git_commit": single.commit(),
                "created": runs.now(),
            },
        )
        for note in self.notes:
            self.run.log_line(note)


@dataclass(frozen=True, eq=False)
class _Planned:
    """How a recipe is trained: a plan a seed, the trainings, and the runs that pool them, those that others pool first."""

    plans: tuple[Plan, ...]
    pieces: tuple[Piece, ...]
    parents: tuple[_Parent, ...]


def _planned(recipe: Recipe, corpus: Corpus, run: Run, n_folds: int, seeds: int) -> _Planned:
    recipe = with_labels(recipe, corpus)
    plans: list[Plan] = []
    pieces: list[Piece] = []
    parents: list[_Parent] = []
    for seed in range(recipe.seed, recipe.seed + seeds):
        found = plan(recipe.with_(seed=seed), corpus, n_folds)
        plans.append(found)
        own = Run(run.path / "seeds" / str(seed)) if seeds > 1 else run
        if not schemes.of(recipe.split).folds:
            pieces.append(Piece(found.recipe, own.path))
            continue
        made = tuple(Piece(found.recipe, own.path / "folds" / one.name, one) for one in found.divisions)
        title = found.divisions[0].title.rpartition(", ")[0]
        parents.append(_Parent(found.recipe, own, "folds", title, {"folds": n_folds}, made, found.notes))
        pieces += made
    if seeds > 1:
        given = {"folds": n_folds, "seeds": seeds}
        parents.append(_Parent(recipe, run, "seeds", f"{seeds} seeds", given, tuple(pieces)))
    return _Planned(tuple(plans), tuple(pieces), tuple(parents))


class _Ends:
    """Runs that are finished as the trainings below them end; until then, what ends all of it is said in each."""

    def __init__(self, watched: ExitStack, corpus: Corpus, test: bool) -> None:
        self.watched, self.corpus, self.test = watched, corpus, test
        self.parents: list[_Parent] = []
        self.open: dict[Path, ExitStack] = {}
        self.whys: dict[Path, str] = {}
        self.started = time.monotonic()

    def watch(self, run: Run) -> None:
        """Keep the run's status true until it is finished."""
        if run.path not in self.open:
            run.path.mkdir(parents=True, exist_ok=True)
            self.open[run.path] = self.watched.enter_context(ExitStack())
            self.open[run.path].enter_context(single.reported(run))

    def of(self, piece: Piece, why: str) -> None:
        """A training has ended, and failed where there is a `why`; pool what it was the last of."""
        self.whys[piece.path] = why
        self._over(piece.path)
        for parent in [one for one in self.parents if piece in one.pieces]:
            ended = [self.whys[one.path] for one in parent.pieces if one.path in self.whys]
            if len(ended) < len(parent.pieces):
                said = f"{len(ended)} of {len(parent.pieces)} trainings"
                parent.run.write_status("running", message=said)
                continue
            if failed := next(filter(None, ended), ""):
                parent.run.log_line(f"failed: {failed}")
                parent.run.write_status("failed", message=failed)
            else:
                pool(parent.recipe, self.corpus, parent.run, self.test, time.monotonic() - self.started)
            self._over(parent.run.path)

    def _over(self, path: Path) -> None:
        if path in self.open:
            self.open[path].close()


def pool(recipe: Recipe, corpus: Corpus, run: Run, test: bool, seconds: float) -> None:
    """Write what a parent run says of its pieces: predictions of their test part (else of validation), metrics, card, files.json."""
    pieces = sorted(runs.pieces(run), key=lambda piece: (len(piece.name), piece.name))
    part = "test" if test else "validation"
    predictions, divided = [], []
    for piece in pieces:
        rows, split = piece.predictions, piece.split
        predictions.append(rows[rows["part"] == part].assign(fold=piece.name))
        divided.append(split[split["part"] == part].assign(fold=piece.name))
    run.write_table("split.csv", pd.concat(divided, ignore_index=True)[[*_SPLIT, "fold"]])
    scores = writing.measure(run, pd.concat(predictions, ignore_index=True), recipe.labels, pooled=True)
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
    notes = stated.get("notes", ())
    run.log_line(f"done: {len(pieces)} {stated['pooled']}")
    writing.finish(
        run,
        "parent",
        {**stated, "found": facts},
        lambda: parent_card(recipe, corpus.card, stated["split_name"], scores, facts, notes, leagues.sentence(run)),
        seconds=round(facts["seconds"], 1),
    )


_SPLIT = ["clip", "speaker", "emotion", "part", "pcm16_sha256_16"]
