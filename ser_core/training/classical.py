"""Fitting scikit-learn's classifiers on a train part's vectors, to the same contract as a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight

from ser_core import graphs
from ser_core.evaluation.temperature import clip_probabilities
from ser_core.features import profile, sets
from ser_core.graphs import parity
from ser_core.networks import in_shards
from ser_core.networks.classical import pipeline
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run
from ser_core.training import normalisation
from ser_core.training.parts import Part, corpus_weights

#: Clips whose vectors are read and scaled at once.
AT_ONCE = 1000


class FittedClassifier:
    """A fitted pipeline; its decision values, a column a label, are the logits.

    train: mean and deviation of the train part, where vectors are normalised by voice before.
    """

    def __init__(
        self, fitted: Pipeline, one: sets.Input, labels: tuple[str, ...], train: tuple[np.ndarray, np.ndarray] | None
    ) -> None:
        self.fitted, self.one, self.labels, self.train = fitted, one, labels, train
        self.placed = graphs.Placed.of(fitted.named_steps["classifier"].classes_, labels)

    @property
    def parameters(self) -> int:
        """Numbers that the fit found: support vectors and their weights, or coefficients."""
        classifier = self.fitted.named_steps["classifier"]
        held = (
            ("support_vectors_", "dual_coef_", "intercept_")
            if hasattr(classifier, "support_vectors_")
            else ("coef_", "intercept_")
        )
        return int(sum(np.size(getattr(classifier, name)) for name in held))

    def logits(self, windows: dict[str, np.ndarray]) -> np.ndarray:
        vectors = by_voice(windows, self.one.name, self.train)
        return self.placed.logits(np.asarray(self.fitted.decision_function(vectors), dtype=np.float64))

    def export(
        self, temperature: float, real: dict[str, np.ndarray], run: Run, with_voice: float | None = None
    ) -> float:
        """Write model.onnx and layers.json; raises RunError where the graph answers differently."""
        dims = real[self.one.name].shape[1]
        graph = graphs.from_scikit_learn(self.fitted, dims, temperature, self.one.name, self.placed, self.train)
        onnx.save(graph, run.path / "model.onnx")
        expected = clip_probabilities(self.logits(real), np.arange(len(real[self.one.name])), temperature)
        run.write_json("layers.json", self._layers(dims))
        return parity.of_graph(run.path / "model.onnx", real, expected)

    def _layers(self, dims: int) -> list[dict[str, Any]]:
        steps = [("scaling", "StandardScaler", dims, 2 * dims)]
        classifier = self.fitted.named_steps["classifier"]
        steps.append(("classifier", type(classifier).__name__, len(self.labels), self.parameters))
        return [{"name": n, "kind": kind, "shape": [width], "parameters": p} for n, kind, width, p in steps]


def check(recipe: Recipe) -> None:
    """Raise RecipeError for features that are no vector, and for parameters that the classifier does not have."""
    if not recipe.feature_set.is_vector:
        raise RecipeError(
            f"{recipe.network} needs a vector a clip; {recipe.features} is a sequence. Vector sets: seed, mfcc-20, msf, ..."
        )
    try:
        pipeline(recipe.network, recipe.network_params)
    except TypeError as error:
        raise RecipeError(f"The network {recipe.network} does not take these parameters: {error}") from error


def fit(recipe: Recipe, train: Part) -> FittedClassifier:
    """Fit the recipe's classifier on a train part. Raises as `check`."""
    check(recipe)
    (given,) = train.inputs
    statistics = normalisation.statistics(train) if recipe.own_voice else None
    fitted = pipeline(recipe.network, recipe.network_params)
    weights = corpus_weights(train.clips) if recipe.fit.corpus_weights else None
    if train.large and isinstance(fitted.named_steps["classifier"], LogisticRegression):
        return FittedClassifier(_in_shards(fitted, train, statistics, weights), given, recipe.labels, statistics)
    vectors = np.empty((len(train.clips), given.source.dims))
    for first, piece in zip(range(0, len(vectors), AT_ONCE), train.in_pieces(AT_ONCE), strict=True):
        vectors[first : first + AT_ONCE] = by_voice(piece.windows[0], given.name, statistics)
    weighed = {} if weights is None else {"scaling__sample_weight": weights, "classifier__sample_weight": weights}
    fitted.fit(vectors, train.clips["emotion"].to_numpy(), **weighed)
    return FittedClassifier(fitted, given, recipe.labels, statistics)


def _in_shards(
    made: Pipeline, train: Part, statistics: tuple[np.ndarray, np.ndarray] | None, weights: np.ndarray | None
) -> Pipeline:
    """Fit a logistic regression on a part whose vectors are too many to be held at once."""
    (given,) = train.inputs
    classifier = made.named_steps["classifier"]
    classes, numbers = np.unique(train.clips["emotion"], return_inverse=True)
    counted = np.ones(len(numbers)) if weights is None else weights
    # As scikit-learn weighs classes: in the loss, not in the scaling.
    loss_weights = counted * compute_sample_weight(classifier.class_weight, train.clips["emotion"])

    def shards(weighed: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        first = 0
        for one in train.in_pieces():
            rows = slice(first, first + len(one.clips))
            yield by_voice(one.windows[0], given.name, statistics), numbers[rows], weighed[rows]
            first = rows.stop

    return in_shards.fitted(shards, counted, loss_weights, list(classes), classifier)


def by_voice(windows: dict[str, np.ndarray], name: str, train: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    """Return the vectors (float64) of the input `name`, scaled by their voices where `train` is given (`profile.blended`)."""
    vectors = windows[name].astype(np.float64)
    if train is None:
        return vectors
    mean, deviation = profile.blended(windows["profile"], windows["profile_weight"], *train)
    scaled: np.ndarray = (vectors - mean) / deviation
    return scaled
