"""Teachers: what finished runs say of the train part is mixed into its labels, so that one network learns from several."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ser_core import runs
from ser_core.networks.classical import CLASSIFIERS
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run
from ser_core.training.batches import Part


def answers(recipe: Recipe, parts: Mapping[str, Part]) -> np.ndarray:
    """Return the teachers' mean probabilities of every clip of the train part (clips × labels), Hinton et al. 2015, arXiv:1503.02531.

    A teacher is a finished run, or several seeds of one; each of them counts once. Raises RunError where there is none of the
    name, RecipeError where one has learned from a clip that is validated or tested on here, or does not fit.
    """
    if recipe.network in CLASSIFIERS:
        raise RecipeError(
            f"The network {recipe.network} is fitted to one label a clip, so it cannot be taught: leave teachers out."
        )
    found = [teacher for name in recipe.teachers for teacher in runs.pieces(runs.find(name)) or [runs.find(name)]]
    unheard = {clip for name in ("validation", "test") for clip in parts[name].clips["clip"]}
    said = np.stack([_of(teacher, parts["train"], unheard) for teacher in found])
    mean: np.ndarray = said.mean(axis=0)
    return mean


def _of(teacher: Run, train: Part, unheard: set[str]) -> np.ndarray:
    split = teacher.split
    heard = unheard & set(split["clip"][split["part"] == "train"])
    if heard:
        raise RecipeError(
            f"The teacher {teacher.name} has learned from {len(heard)} clips that are validated or tested on here, e.g. {min(heard)}: it "
            "would tell what it knows of them. Use a teacher that was trained on the same split."
        )
    model = Predictor(teacher)
    if model.labels != train.labels or [one.source for one in model.inputs] != [one.source for one in train.inputs]:
        raise RecipeError(f"The teacher {teacher.name} knows other emotions or reads other features than this recipe.")
    rows = []
    for clip in train.clips["clip"]:
        frames = {one.name: np.asarray(train.features[one.name][clip]) for one in train.inputs}
        rows.append(model.windows_of(frames)[0].mean(axis=0))
    return np.stack(rows)
