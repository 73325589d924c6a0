"""Fitting a head on embeddings, and what heads that had not heard a fold say of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ser_core.graphs import Head

#: Inverse strength of the L2 penalty on scaled embeddings. The best of 1e-4 to 1 on the validation speakers of CREMA-D,
#: each one's own clips standing for a user's.
C = 0.01
MAX_ITERATIONS = 1000
#: Least deviation of a dimension that is scaled to 1, as a share of the embeddings' root mean square.
LEAST_DEVIATION = 0.01


def fit(embeddings: np.ndarray, rows: np.ndarray, true: Sequence[str], labels: Sequence[str]) -> Head:
    """Fit a scaling and an L2-regularised multinomial logistic regression.

    embeddings: windows × dims; rows: to which clip each window belongs; true: the class of every clip. All classes weigh
    the same, and so do the clips of one class, however many windows they have. `labels`: the classes, in the order of the
    scores; each has a clip.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    number = {label: k for k, label in enumerate(labels)}
    targets = np.array([number[name] for name in true])[rows]
    weight = 1.0 / np.bincount(rows)[rows]
    of_class = np.bincount(targets, weight)
    weight *= weight.sum() / (len(labels) * of_class[targets])
    scaling = StandardScaler().fit(embeddings, sample_weight=weight)
    # Clips that are nearly alike deviate by less than single precision tells apart; such noise must not be blown up.
    deviation = np.maximum(scaling.scale_, LEAST_DEVIATION * np.sqrt(np.mean(embeddings**2)))
    scaled = (embeddings - scaling.mean_) / deviation
    model = LogisticRegression(C=C, max_iter=MAX_ITERATIONS).fit(scaled, targets, weight)
    weights, bias = model.coef_.T, model.intercept_
    if len(labels) == 2:
        # Of two classes scikit-learn keeps one score; a softmax over its halves gives the same probabilities.
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Head(scaling.mean_, deviation, weights, bias)


def cross_validated(
    embeddings: np.ndarray, rows: np.ndarray, true: Sequence[str], folds: np.ndarray, labels: Sequence[str]
) -> np.ndarray:
    """Return the scores of every window (windows × labels) by a head that was fitted without its clip's fold.

    folds: the fold of every clip. Scaling and classifier are fitted anew for each.
    """
    scores = np.empty((len(embeddings), len(labels)))
    names = np.asarray(true, dtype=object)
    for fold in np.unique(folds):
        held = folds == fold
        kept = np.flatnonzero(~held)
        used = ~held[rows]
        # Clips are numbered anew among those that are kept.
        renumbered = np.searchsorted(kept, rows[used])
        head = fit(embeddings[used], renumbered, names[kept].tolist(), labels)
        scores[~used] = head.scores(embeddings[~used])
    return scores
