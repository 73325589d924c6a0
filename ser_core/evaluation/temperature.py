"""Calibration by one number: the temperature by which a classifier's scores are divided before the softmax."""

from __future__ import annotations

import math

import numpy as np


def clip_probabilities(logits: np.ndarray, rows: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """Return the mean of the windows' probabilities, a row a clip: what the predictor answers with this temperature (or one a window)."""
    scaled = logits / np.reshape(temperature, (-1, 1))
    exp = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return clip_means(exp / exp.sum(axis=1, keepdims=True), rows)


def clip_means(windows: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the mean over each clip's windows (windows × values), a row a clip; `rows`: of which clip each window is."""
    counts = np.bincount(rows)
    summed = np.zeros((len(counts), windows.shape[1]))
    np.add.at(summed, rows, windows)
    means: np.ndarray = summed / counts[:, None]
    return means


def by_weight(plain: float, with_voice: float, weights: np.ndarray) -> np.ndarray:
    """Return the temperature of windows that are judged by a voice profile of these weights (0 to 1)."""
    return plain + (with_voice - plain) * np.asarray(weights, dtype=np.float64)


def fit_temperature(
    logits: np.ndarray,
    rows: np.ndarray,
    targets: np.ndarray,
    *,
    plain: float = 1.0,
    weights: np.ndarray | None = None,
) -> float:
    """Return the temperature in [0.2, 5] at which the clips' probabilities are least surprised by the targets.

    Minimises the negative log-likelihood (Guo et al. 2017, arXiv:1706.04599). weights: of the voice profiles that the windows are judged
    by; it is then that of weight 1, where without one it is `plain`.
    """
    # SciPy's optimizers take half a second to import, and predictions do without.
    from scipy import optimize

    def loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        probabilities = clip_probabilities(
            logits, rows, temperature if weights is None else by_weight(plain, temperature, weights)
        )
        return float(-np.log(np.maximum((probabilities * targets).sum(axis=1), 1e-12)).mean())

    bounds = (math.log(0.2), math.log(5.0))
    return math.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)
