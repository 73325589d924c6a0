"""A recipe's network, fitted with Keras; the one module that a training without a network does not import."""

from __future__ import annotations

import keras

from ser_core import runs
from ser_core.networks import build
from ser_core.recipes import Recipe
from ser_core.runs import Run
from ser_core.training import export, fine_tuning, fit, leakage, preparation
from ser_core.training.parts import Part
from ser_core.training.reporter import Reporter
from ser_core.training.train import Settled


def fitted(
    recipe: Recipe, run: Run, parts: dict[str, Part], reporter: Reporter, settled: Settled | None
) -> export.FittedNetwork:
    """Return the recipe's network fitted on the train part, with the weights of its best epoch on the validation part.

    With `settled` those of its last epoch. Raises RecipeError for features or parameters that the network does not take, and
    RunError for a fit that diverges.
    """
    full = begun(recipe, parts)
    last = settled.epochs if settled else recipe.fit.epochs
    validation = None if settled else parts["validation"]
    fit.fit(full, recipe, run, parts["train"], validation, reporter, last=last)
    return export.FittedNetwork(full)


def begun(recipe: Recipe, parts: dict[str, Part]) -> keras.Model:
    """Return the recipe's network before its first step, what stands frozen in front of it fitted on the train part.

    Raises RecipeError as `fitted` does.
    """
    keras.utils.set_random_seed(recipe.seed)
    prepared = preparation.prepare(parts["train"], recipe.lda)
    full = build.trainable(
        recipe.network, recipe.network_params, recipe.feature_set, len(recipe.labels), prepared, recipe.own_voice
    )
    if recipe.start:
        other = runs.find(recipe.start)
        leakage.refuse(other, parts)
        fine_tuning.take_over(full, other)
    return full
