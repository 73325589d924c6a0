"""Several trainings of one recipe under one parent run: the folds of a cross-validation, or several seeds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import pandas as pd

from ser_core import runs
from ser_core.corpora import folds, schemes, unreadable
from ser_core.corpora.base import Corpus
from ser_core.evaluation import writing
from ser_core.recipes import Recipe, plan
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
    allow_unreadable: bool = False,
    piece_done: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Train `recipe` as its split and `seeds` ask: once, once a fold, or once a seed (each with its folds).

    A parent run keeps each training as a whole run in folds/<name>/ or seeds/<n>/, pools their predictions (test rows, or
    validation rows without `test`) with a fold column, and has no model. Finished pieces are kept when it is resumed.
    `piece_done(done, total)` is called when a piece is whole. `allow_unreadable` and what is raised: as in `train.train`.
    """
    if seeds == 1 and not schemes.of(recipe.split).folds:
        return single.train(recipe, corpus, run, reporter, test=test, allow_unreadable=allow_unreadable)
    with single.reported(run):
        several = _Several(recipe, corpus, run, reporter, test, n_folds, allow_unreadable, piece_done)
        if seeds > 1:
            several.seeds(seeds)
        else:
            several.folds()
        pool(several.recipe, corpus, run, test, time.monotonic() - several.started)
    return run


class _Several:
    """What the trainings under one parent run share."""

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        run: Run,
        reporter: Reporter,
        test: bool,
        n_folds: int,
        allow_unreadable: bool,
        piece_done: Callable[[int, int], None],
    ) -> None:
        self.recipe, self.corpus, self.run, self.reporter = recipe, corpus, run, reporter
        self.test, self.n_folds, self.allow_unreadable, self.piece_done = test, n_folds, allow_unreadable, piece_done
        self.started = time.monotonic()

    def seeds(self, number: int) -> None:
        """Train once a seed, each a run of its own."""
        self.recipe = with_labels(self.recipe, self.corpus)
        self._write_start(f"{number} seeds", "seeds", {"folds": self.n_folds, "seeds": number})
        for done in range(number):
            seed = self.recipe.seed + done
            piece = Run(self.run.path / "seeds" / str(seed))
            if not side_by_side.whole(piece):
                piece.path.mkdir(parents=True, exist_ok=True)
                train(
                    self.recipe.with_(seed=seed),
                    self.corpus,
                    piece,
                    self.reporter,
                    test=self.test,
                    n_folds=self.n_folds,
                    allow_unreadable=self.allow_unreadable,
                )
            self._done(done + 1, number, "seeds")

    def folds(self) -> None:
        """Train once a fold, side by side."""
        planned = plan(self.recipe, self.corpus, self.n_folds)
        self.recipe, made = planned.recipe, planned.divisions
        # What cannot be read is said once: every fold would say it.
        failed = side_by_side.features_first(self.recipe, self.corpus, self.reporter.features)
        unreadable.among(planned.clips["clip"], failed, self.corpus.card.title, allowed=self.allow_unreadable)
        title = made[0].title.rpartition(", ")[0]
        self._write_start(title, "folds", {"folds": self.n_folds}, planned.notes)
        for note in planned.notes:
            self.run.log_line(note)
        pieces = [Piece(self.recipe, self.run.path / "folds" / one.name, one) for one in made]
        todo = [one for one in pieces if not side_by_side.whole(Run(one.path))]
        done = len(made) - len(todo)
        trained = side_by_side.train(
            todo, self.corpus, test=self.test, allow_unreadable=self.allow_unreadable, workers=side_by_side.WORKERS
        )
        for _ in trained:
            done += 1
            self._done(done, len(made), "folds")

    def _done(self, done: int, total: int, what: str) -> None:
        self.run.write_status("running", message=f"{done} of {total} {what}")
        self.piece_done(done, total)

    def _write_start(self, split_name: str, kind: str, asked: dict[str, int], notes: Sequence[str] = ()) -> None:
        self.run.write_json(
            "recipe.json",
            {
                "recipe": self.recipe.to_dict(),
                "split_name": split_name,
                "seed": self.recipe.seed,
                "test": self.test,
                "pooled": kind,
                "ear": leagues.ear(self.recipe),
                # What it takes to go on with it.
                "asked": asked,
                "notes": list(notes),
                "allow_unreadable": self.allow_unreadable,
                "packages": writing.versions(single.PACKAGES),
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
