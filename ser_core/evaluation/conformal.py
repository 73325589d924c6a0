"""Sets of emotions of which one is right as often as is said: split conformal prediction (Sadinle, Lei and Wasserman 2019).

A set holds every label whose probability is at least `least`, which is chosen on the validation part; always the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

#: How often the right label is to be in the set.
COVERAGE = 0.8
#: Where the share that was measured lies outside, no set is shown.
HOLDS = (0.77, 0.88)


def least(predictions: pd.DataFrame, labels: Sequence[str]) -> float | None:
    """Return the probability that the right label had at least in COVERAGE of these clips, with the correction for few; None for none.

    predictions: rows with `true` and a column p_<label> each.
    """
    columns = [f"p_{label}" for label in labels]
    known = (
        predictions[predictions["true"].isin(labels)] if set(columns) <= set(predictions.columns) else predictions[:0]
    )
    if known.empty:
        return None
    of_right = np.sort(_of_true(known, labels))
    # The quantile of n + 1, so that a clip that is still to come is covered too.
    rank = math.floor((len(of_right) + 1) * (1.0 - COVERAGE))
    return float(of_right[rank - 1]) if rank else 0.0


def members(probabilities: np.ndarray, least: float) -> np.ndarray:
    """Return which labels are in the set (… × labels, boolean): those of at least this probability, and always the first."""
    values = np.asarray(probabilities, float)
    inside: np.ndarray = (values >= least) | (values == values.max(axis=-1, keepdims=True))
    return inside


def measured(predictions: pd.DataFrame, labels: Sequence[str], least: float) -> dict[str, Any]:
    """Return what sets are worth on clips: {coverage, size, n}, the share with the right label in it and the labels a set."""
    inside = members(predictions[[f"p_{label}" for label in labels]].to_numpy(float), least)
    right = inside[np.arange(len(inside)), [list(labels).index(label) for label in predictions["true"]]]
    return {"coverage": float(right.mean()), "size": float(inside.sum(axis=1).mean()), "n": len(inside)}


def holds(figures: dict[str, Any] | None) -> bool:
    """Return whether sets are right about as often as is said, where they were measured."""
    return figures is not None and HOLDS[0] <= figures["coverage"] <= HOLDS[1]


def _of_true(predictions: pd.DataFrame, labels: Sequence[str]) -> np.ndarray:
    values = predictions[[f"p_{label}" for label in labels]].to_numpy(float)
    return values[np.arange(len(values)), [list(labels).index(label) for label in predictions["true"]]]
