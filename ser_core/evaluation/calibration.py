"""What a model's confidence is worth: calibration error with its interval, answers at a threshold, confident mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy

from ser_core.evaluation import metrics

BOOTSTRAPS = 1000


def confidence(predictions: pd.DataFrame, labels: Sequence[str]) -> np.ndarray | None:
    """Return each prediction's largest probability; None where the table has labels alone."""
    columns = [f"p_{label}" for label in labels]
    if not set(columns) <= set(predictions.columns):
        return None
    return predictions[columns].to_numpy(float).max(axis=1)


def right(predictions: pd.DataFrame) -> np.ndarray:
    """Return for each prediction whether it names the true label."""
    hits: np.ndarray = (predictions["true"] == predictions["predicted"]).to_numpy()
    return hits


def error(said: np.ndarray, hits: np.ndarray, speakers: Sequence[str]) -> dict[str, Any]:
    """Return the expected calibration error and its 95 % interval: {ece, low, high, method, speakers}.

    said: confidences; hits: whether each was right; speakers: whose clip each was. Clips of one speaker are not
    independent, so speakers are drawn (clips where there is one speaker alone; those whose speaker nobody stated are left out of the
    interval). A drawn sample's error is larger than that of
    the sample it was drawn from, by as much as chance adds: the quantiles are moved back by that, and widened as Student's t is
    against the normal distribution, since few speakers vary too little when drawn.
    """
    estimate = metrics.calibration_error(said, hits)
    whose = np.asarray(speakers, dtype=str)
    names = [name for name in np.unique(whose) if name]
    several = len(names) > 1
    rows = [np.flatnonzero(whose == name) for name in names] if several else [*np.arange(len(said))[:, None]]
    random = np.random.default_rng(0)
    drawn = np.empty(BOOTSTRAPS)
    for k in range(BOOTSTRAPS):
        picked = np.concatenate([rows[j] for j in random.integers(0, len(rows), len(rows))])
        drawn[k] = metrics.calibration_error(said[picked], hits[picked])
    level, units = (1 + metrics.LEVEL) / 2, len(rows)
    wider = (
        scipy.stats.t.ppf(level, units - 1) / scipy.stats.norm.ppf(level) * np.sqrt(units / (units - 1))
        if units > 1
        else 1.0
    )
    low, high = estimate + wider * (np.quantile(drawn, [1 - level, level]) - drawn.mean())
    left_out = metrics.without_speaker(int((whose == "").sum()))
    method = f"bootstrap over speakers{left_out}" if several else "bootstrap over clips (too narrow: one speaker)"
    return {
        "ece": estimate,
        "low": max(0.0, float(low)),
        "high": min(1.0, float(high)),
        "method": method,
        "speakers": len(names),
    }


def at_threshold(said: np.ndarray, hits: np.ndarray, threshold: float) -> dict[str, Any]:
    """Return how many clips are answered at `threshold` and how many of these rightly: {answered, right, n, coverage, accuracy}."""
    kept = said >= threshold
    answered, rightly = int(kept.sum()), int(hits[kept].sum())
    return {
        "answered": answered,
        "right": rightly,
        "n": len(said),
        "coverage": answered / len(said),
        "accuracy": rightly / answered if answered else None,
    }


def mistakes(predictions: pd.DataFrame, labels: Sequence[str], most: int = 25) -> pd.DataFrame:
    """Return the wrong predictions of which the model was surest, at most `most`, the surest first, with `confidence`.

    Without probabilities nobody knows which were sure: the table is empty then.
    """
    said = confidence(predictions, labels)
    if said is None:
        return predictions.iloc[:0].assign(confidence=[])
    wrong = predictions.assign(confidence=said)[~right(predictions)]
    return wrong.sort_values("confidence", ascending=False, kind="stable").head(most)
