"""Teachers: what finished runs say of the train part is mixed into its labels, so that one network learns from several."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ser_core import runs
from ser_core.corpora import details
from ser_core.corpora.base import Corpus
from ser_core.fanout import Progress
from ser_core.features import store
from ser_core.networks.classical import CLASSIFIERS
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run
from ser_core.training import leakage
from ser_core.training.parts import Part


def answers(recipe: Recipe, parts: Mapping[str, Part], corpus: Corpus, progress: Progress | None = None) -> np.ndarray:
    """Return the teachers' mean probabilities of every clip of the train part (clips × labels), Hinton et al. 2015, arXiv:1503.02531.

    A teacher is a finished run, or several seeds of one; each of them counts once. It may read other features than the recipe; of a
    changed copy it says what it says of its clip. Raises RunError where there is none of the name, RecipeError where one has learned
    from a clip that is validated or tested on here, or knows other emotions.
    """
    if recipe.network in CLASSIFIERS:
        raise RecipeError(
            f"The network {recipe.network} is fitted to one label a clip, so it cannot be taught: leave teachers out."
        )
    said = np.stack([_of(teacher, parts, corpus, progress) for teacher in teachers(recipe)])
    mean: np.ndarray = said.mean(axis=0)
    return mean


def teachers(recipe: Recipe) -> list[Run]:
    """Return the recipe's teachers, of several seeds each one. Raises RunError where there is none of a name."""
    named = [runs.find(name) for name in recipe.teachers]
    return [teacher for run in named for teacher in runs.pieces(run) or [run]]


def _of(teacher: Run, parts: Mapping[str, Part], corpus: Corpus, progress: Progress | None) -> np.ndarray:
    leakage.refuse(teacher, parts)
    train = parts["train"]
    model = Predictor(teacher)
    if model.labels != train.labels or model.needs_voice:
        raise RecipeError(f"The teacher {teacher.name} knows other emotions than this recipe, or judges no clip alone.")
    features = {given.name: store.load(corpus, given.source, progress=progress) for given in model.inputs}
    of_clip: dict[str, np.ndarray] = {}
    for clip in train.clips["clip"].map(details.original).unique():
        fed = {name: np.asarray(stored[clip]) for name, stored in features.items()}
        of_clip[clip] = model.windows_of(fed)[0].mean(axis=0)
    return np.stack([of_clip[details.original(clip)] for clip in train.clips["clip"]])
