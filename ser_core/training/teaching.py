"""Teachers: what finished runs say of the train part is mixed into its labels, so that one network learns from several."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ser_core import runs
from ser_core.networks.classical import CLASSIFIERS
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run
from ser_core.training import leakage
from ser_core.training.parts import Part


def answers(recipe: Recipe, parts: Mapping[str, Part]) -> np.ndarray:
    """Return the teachers' mean probabilities of every clip of the train part (clips × labels), Hinton et al. 2015, arXiv:1503.02531.

    A teacher is a finished run, or several seeds of one; each of them counts once. Raises RunError where there is none of the
    name, RecipeError where one has learned from a clip that is validated or tested on here, or does not fit.
    """
    if recipe.network in CLASSIFIERS:
        raise RecipeError(
            f"The network {recipe.network} is fitted to one label a clip, so it cannot be taught: leave teachers out."
        )
    named = [runs.find(name) for name in recipe.teachers]
    found = [teacher for one in named for teacher in runs.pieces(one) or [one]]
    said = np.stack([_of(teacher, parts) for teacher in found])
    mean: np.ndarray = said.mean(axis=0)
    return mean


def _of(teacher: Run, parts: Mapping[str, Part]) -> np.ndarray:
    leakage.refuse(teacher, parts)
    train = parts["train"]
    model = Predictor(teacher)
    if model.labels != train.labels or [one.source for one in model.inputs] != [one.source for one in train.inputs]:
        raise RecipeError(f"The teacher {teacher.name} knows other emotions or reads other features than this recipe.")
    rows = []
    for clip in train.clips["clip"]:
        frames = {one.name: np.asarray(train.features[one.name][clip]) for one in train.inputs}
        rows.append(model.windows_of(frames)[0].mean(axis=0))
    return np.stack(rows)
