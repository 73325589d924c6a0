"""What confidences are worth: their calibration, and the threshold below which nothing is answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

CALIBRATION_BINS = 10


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS) -> pd.DataFrame:
    """Return how often predictions are right, by how sure they are.

    Parameters
    ----------
    confidence : numpy.ndarray
        (n,), each prediction's largest probability, 0 to 1.
    right : numpy.ndarray
        (n,), bool: whether it names the true label.
    bins : int, default 10
        Bins of equal mass; at most n are made.

    Returns
    -------
    pandas.DataFrame
        A row a bin, from the least confident on: mean `confidence`, share `right` (both 0 to 1), `n`.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> confidence, right = np.array([0.4, 0.6, 0.9, 0.9]), np.array([False, True, True, True])
    >>> metrics.reliability(confidence, right, bins=2)
       confidence  right  n
    0         0.5    0.5  2
    1         0.9    1.0  2
    """
    said, shares, sizes = _binned(confidence, right, bins)
    return pd.DataFrame({"confidence": said, "right": shares, "n": sizes})


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """Return the expected calibration error, corrected for its bias.

    The bins are of equal mass. Each bin's gap is squared, lessened by the variance that chance alone gives it, and rooted; a perfectly
    calibrated model comes out near 0.

    Parameters
    ----------
    confidence : numpy.ndarray
        (n,), each prediction's largest probability, 0 to 1.
    right : numpy.ndarray
        (n,), bool: whether it names the true label.
    bins : int, default 10
        Bins; at most n are made.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    Kumar, Liang & Ma (2019): Verified Uncertainty Calibration, arXiv:1909.10155, in the form for the mean gap.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> right = np.arange(1000) % 10 < 7
    >>> [round(metrics.calibration_error(np.full(1000, said), right), 1) for said in (0.7, 0.9)]
    [0.0, 0.2]
    """
    said, shares, sizes = _binned(confidence, right, bins)
    variance = shares * (1 - shares) / np.maximum(sizes - 1, 1)
    gap = np.sqrt(np.maximum((said - shares) ** 2 - variance, 0.0))
    return float((gap * sizes).sum() / sizes.sum())


def _binned(confidence: np.ndarray, right: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(confidence, kind="stable")
    sizes = np.array([len(part) for part in np.array_split(order, min(bins, len(order)))])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    said = np.add.reduceat(np.asarray(confidence, float)[order], starts) / sizes
    return said, np.add.reduceat(np.asarray(right, float)[order], starts) / sizes, sizes


def answered(confidence: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    """Return how many clips are answered at a threshold, and how many of those rightly.

    Parameters
    ----------
    confidence : numpy.ndarray
        (n,), each prediction's largest probability, 0 to 1.
    right : numpy.ndarray
        (n,), bool: whether it names the true label.

    Returns
    -------
    pandas.DataFrame
        101 rows, `threshold` from 0 to 1: `coverage`, the share of clips whose confidence reaches it, and the share `right` of those
        (missing where there are none).

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> confidence, right = np.array([0.4, 0.6, 0.9, 0.9]), np.array([False, True, True, True])
    >>> metrics.answered(confidence, right).iloc[50].round(2).to_dict()
    {'threshold': 0.5, 'coverage': 0.75, 'right': 1.0}
    """
    thresholds = np.linspace(0, 1, 101)
    rows = []
    for threshold in thresholds:
        kept = confidence >= threshold
        rows.append(
            {
                "threshold": float(threshold),
                "coverage": float(kept.mean()),
                "right": float(right[kept].mean()) if kept.any() else None,
            }
        )
    return pd.DataFrame(rows)


def choose_threshold(confidence: np.ndarray, right: np.ndarray, *, wanted: float = 0.8, least: float = 0.6) -> float:
    """Return the smallest threshold at which enough of the answered clips are right.

    Never so high that too few of the clips are answered: then the highest that still answers that many.

    Parameters
    ----------
    confidence : numpy.ndarray
        (n,), each prediction's largest probability, 0 to 1.
    right : numpy.ndarray
        (n,), bool: whether it names the true label.
    wanted : float, default 0.8
        The share of answered clips that are to be right.
    least : float, default 0.6
        The share of clips that must be answered.

    Returns
    -------
    float
        From 0 to 1, in steps of 0.01.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> confidence, right = np.array([0.4, 0.6, 0.9, 0.9]), np.array([False, True, True, True])
    >>> round(metrics.choose_threshold(confidence, right), 2)
    0.41
    """
    table = answered(confidence, right)
    table = table[table["coverage"] >= least]
    good = table[table["right"] >= wanted]
    return float(good["threshold"].iloc[0] if len(good) else table["threshold"].iloc[-1])


def right_near(
    predictions: pd.DataFrame, labels: Sequence[str], confidence: float, n: int = 150
) -> tuple[float, int] | None:
    """Return what an answer at this confidence was worth on the clips of a table.

    Parameters
    ----------
    predictions : pandas.DataFrame
        `true`, `predicted` and `p_<label>` of every label.
    labels : sequence of str
        The classes.
    confidence : float
        From 0 to 1.
    n : int, default 150
        How many predictions of the nearest confidence are looked at; fewer where the table has fewer.

    Returns
    -------
    tuple of (float, int) or None
        The share of them that is right, and how many they are; None without rows or probabilities.

    Examples
    --------
    >>> import ser_core as ser
    >>> from ser_core.evaluation import metrics
    >>> run = ser.load("fast").run
    >>> share, clips = metrics.right_near(run.predictions, run.metrics["test"]["labels"], 0.9)
    >>> share > 0.5, clips
    (True, 150)
    """
    columns = [f"p_{label}" for label in labels]
    if predictions.empty or not set(columns) <= set(predictions.columns):
        return None
    distance = (predictions[columns].max(axis=1) - confidence).abs()
    near = predictions.loc[distance.nsmallest(n).index]
    return float((near["true"] == near["predicted"]).mean()), len(near)
