"""Logistic regression on more vectors than fit into memory: read in shards, pass after pass, to the solution that scikit-learn finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

#: Gives, every time it is called with a weight a vector, all shards one after the other: vectors (n × dims, float64), their classes'
#: numbers, and their weights.
Shards = Callable[[np.ndarray], Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]]


def fitted(
    shards: Shards, in_scaling: np.ndarray, in_loss: np.ndarray, classes: Sequence[str], given: LogisticRegression
) -> Pipeline:
    """Return the scaling and `given`, fitted to the shards, as `networks.classical.pipeline` names them.

    in_scaling, in_loss: what each vector weighs in either.

    The multinomial loss of all vectors, or of two classes the binomial one, plus |coefficients|² / (2 C), by L-BFGS, to the tolerance that
    `given` states: scikit-learn's own problem and solver. One shard is in memory at a time.
    """
    scaling, total = StandardScaler(), in_loss.sum()
    for vectors, _, weights in shards(in_scaling):
        scaling.partial_fit(vectors, sample_weight=weights)
    dims, rows = len(scaling.mean_), 1 if len(classes) == 2 else len(classes)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        coefficients = flat.reshape(rows, dims + 1)
        cost, slope = 0.0, np.zeros_like(coefficients)
        for vectors, numbers, weights in shards(in_loss):
            scaled, places = scaling.transform(vectors), np.arange(len(numbers))
            scores = scaled @ coefficients[:, :dims].T + coefficients[:, dims]
            # Of two classes one score is learned, that of the second.
            logs = log_softmax(np.hstack([np.zeros_like(scores), scores]) if rows == 1 else scores, axis=1)
            cost -= weights @ logs[places, numbers]
            wrong = np.exp(logs)
            wrong[places, numbers] -= 1.0
            wrong = (wrong * weights[:, None])[:, -rows:]
            slope[:, :dims] += wrong.T @ scaled
            slope[:, dims] += wrong.sum(axis=0)
        held = coefficients[:, :dims]
        slope[:, :dims] += held / given.C
        return (cost + 0.5 * np.square(held).sum() / given.C) / total, slope.ravel() / total

    options = {"maxiter": given.max_iter, "maxls": 50, "gtol": given.tol, "ftol": 64 * np.finfo(float).eps}
    best = minimize(loss, np.zeros(rows * (dims + 1)), jac=True, method="L-BFGS-B", options=options)
    coefficients = best.x.reshape(rows, dims + 1)
    given.classes_ = np.array(classes)
    given.coef_, given.intercept_ = coefficients[:, :dims].copy(), coefficients[:, dims].copy()
    given.n_features_in_, given.n_iter_ = dims, np.array([best.nit], np.int32)
    return Pipeline([("scaling", scaling), ("classifier", given)])
