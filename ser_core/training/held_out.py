"""Reading the test part for the final form of a recipe that was trained without it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ser_core import audio, recipes, runs
from ser_core.corpora.base import Corpus
from ser_core.evaluation import on_corpus, writing
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError, leagues
from ser_core.training import repeats
from ser_core.training.card import card


def read_test(run: Run, corpus: Corpus) -> Run:
    """Add the test rows to a finished run that has none: its predictions, metrics and card; the model stays as it is.

    For the one form that was chosen on validation. Of several seeds every one's are read. Raises RunError where the run has test
    rows already, or was trained on another corpus.
    """
    run.checked()
    recipe = run.trained_by
    trained = runs.pieces(run)
    if trained:
        for one in trained:
            if not (one.predictions["part"] == "test").any():
                read_test(one, corpus)
        repeats.pool(recipe, corpus, run, True, float(run.recipe["found"]["seconds"]))
        return Run(run.path)
    if recipe.corpus != corpus.name:
        raise RunError(f"The run {run.name} was trained on {recipe.corpus}, not on {corpus.name}.")
    if (run.predictions["part"] == "test").any():
        raise RunError(f"The run {run.name} has test rows already; test is read once.")
    _write(run, corpus, pd.concat([run.predictions, _tested(run, corpus)], ignore_index=True), recipe)
    return Run(run.path)


def read_again(run: Run, corpus: Corpus) -> Run:
    """Replace the test rows of a finished training by what its model answers now: what is done to a sound has changed since.

    Its predictions, metrics and card are written anew, and feature.json states the version of the door for sound through which they
    were measured; the model stays as it is. Raises as `read_test`.
    """
    run.checked()
    table = run.predictions
    rows = pd.concat([table[table["part"] != "test"], _tested(run, corpus)], ignore_index=True)
    run.write_json("feature.json", replace(run.contract, audio_version=audio.VERSION).to_json())
    _write(run, corpus, rows, run.trained_by)
    return Run(run.path)


def _tested(run: Run, corpus: Corpus) -> pd.DataFrame:
    """What the model answers on the clips of its test part."""
    split = run.split
    tested = split[split["part"] == "test"]
    wanted = set(tested["clip"])
    # Of a split by clip the tested clips' speakers were heard; the tested clips themselves were not.
    speakers = sorted(set(tested["speaker"]))
    allowed = bool(run.recipe.get("allow_unreadable"))
    found = on_corpus.evaluate(Predictor(run), corpus, speakers=speakers, include_seen=True, allow_unreadable=allowed)
    rows = found.predictions[found.predictions["clip"].isin(wanted)]
    absent = wanted - set(rows["clip"])
    if absent:
        raise RunError(
            f"{len(absent)} clips of the test part of {run.name} are not in {corpus.root}, e.g. {sorted(absent)[0]}."
        )
    return rows


def _write(run: Run, corpus: Corpus, predictions: pd.DataFrame, recipe: recipes.Recipe) -> None:
    counts = run.split["part"].value_counts().to_dict()
    # split.csv lists recordings; their changed copies were trained on, too.
    counts["train"] *= 1 + recipe.copies
    stated = run.recipe
    writing.rewrite(
        run,
        predictions,
        run.contract.labels,
        lambda scores: card(
            recipe,
            corpus.card,
            stated["split_name"],
            scores,
            counts,
            stated["found"],
            stated.get("notes", ()),
            leagues.sentence(run),
        ),
    )
