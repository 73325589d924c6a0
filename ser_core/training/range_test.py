"""The learning-rate range test of a recipe: a fit on the train part alone, in which the rate rises with every step."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from ser_core import learning_rate
from ser_core.corpora.base import Corpus
from ser_core.learning_rate import RangeTest
from ser_core.recipes import Recipe, RecipeError, plan
from ser_core.training import fit, network
from ser_core.training.batches import AugmentedBatches
from ser_core.training.reading import Reading
from ser_core.training.reporter import Reporter

#: A network whose steps would take longer than `learning_rate.LONGEST_S` is given fewer of them, but these.
FEWEST = 30
#: Steps before the first that counts, at the lowest rate: TensorFlow traces the graph in one, the others tell how long a step takes.
BEFORE = 4


def test(recipe: Recipe, corpus: Corpus, reporter: Reporter, *, allow_unreadable: bool = False) -> RangeTest:
    """Return the loss of the recipe's network on batches of its train part while the rate rises from `LOWEST` to `HIGHEST`.

    Of a cross-validation the first division's train part. No other clip is looked at, and no weights are kept. Raises CorpusError or
    RecipeError where the recipe cannot be trained on the corpus.
    """
    planned = plan(recipe, corpus)
    reading = Reading(planned.recipe, corpus, reporter, allow_unreadable=allow_unreadable)
    reading.divide(planned.divisions[0])
    recipe, parts = reading.recipe, reading.read()
    model = fit.compiled(network.begun(recipe, parts), recipe.fit, learning_rate.LOWEST)
    batches = _endless(AugmentedBatches(parts["train"], recipe.picture, recipe.fit, recipe.seed))
    pace = []
    for _ in range(BEFORE):
        begun = time.monotonic()
        _step(model, next(batches), learning_rate.LOWEST)
        pace.append(time.monotonic() - begun)
    steps = int(np.clip(learning_rate.LONGEST_S / max(np.median(pace[1:]), 1e-6), FEWEST, learning_rate.STEPS))
    rates, losses = [], []
    for number, rate in enumerate(learning_rate.rates(steps), start=1):
        losses.append(_step(model, next(batches), rate))
        rates.append(float(rate))
        reporter.batch(number / steps)
        if learning_rate.diverged(losses):
            break
    finite = int(np.isfinite(losses).sum())
    if not finite:
        raise RecipeError(f"The loss of {recipe.name} is no finite number at the lowest rate already.")
    return RangeTest(tuple(rates[:finite]), tuple(losses[:finite]), len(parts["train"].clips))


def _endless(batches: AugmentedBatches) -> Iterator[tuple[Any, Any, Any]]:
    """Every batch of one epoch after another; a small corpus has fewer than there are steps."""
    for _ in itertools.count():
        yield from (batches[turn] for turn in range(len(batches)))
        batches.on_epoch_end()


def _step(model: keras.Model, batch: tuple[Any, Any, Any], rate: float) -> float:
    """Return the loss of the batch before the step that is made on it."""
    model.optimizer.learning_rate = rate
    # Else the loss would be the mean over all steps until now.
    model.reset_metrics()
    return float(model.train_on_batch(*batch, return_dict=True)["loss"])
