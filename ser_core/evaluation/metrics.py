"""Scores of predictions, with their intervals; computed from a predictions table and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

#: From this many speakers on, intervals come from the speakers' own scores.
SPEAKERS_FOR_T = 8
#: From this many on, by bootstrap over speakers.
SPEAKERS_FOR_BOOTSTRAP = 40
LEVEL = 0.95
BOOTSTRAPS = 2000
CALIBRATION_BINS = 10


def confusion(true: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """Return counts, rows true and columns predicted, both in the order of `labels`."""
    place = {label: k for k, label in enumerate(labels)}
    rows = [place[label] for label in true]
    columns = [place[label] for label in predicted]
    matrix = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(matrix, (rows, columns), 1)
    return matrix


def scores(matrix: np.ndarray) -> dict[str, float]:
    """Return accuracy, UAR (unweighted average recall) and macro-F1 of a confusion matrix, over the classes present."""
    present = matrix.sum(axis=1) > 0
    hits, support, guessed = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = hits[present] / support[present]
    f1 = 2 * hits[present] / (support[present] + guessed[present])
    return {"accuracy": float(hits.sum() / matrix.sum()), "uar": float(recall.mean()), "macro_f1": float(f1.mean())}


def majority(matrix: np.ndarray) -> float:
    """Return the accuracy of always naming the most frequent class: what a model must beat."""
    support = matrix.sum(axis=1)
    return float(support.max() / support.sum())


def per_class(matrix: np.ndarray, labels: Sequence[str]) -> pd.DataFrame:
    """Return precision, recall, F1 and support of every class; a class never predicted has precision 0."""
    hits, support, guessed = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        table = pd.DataFrame(
            {
                "emotion": list(labels),
                "precision": np.where(guessed > 0, hits / guessed, 0.0),
                "recall": np.where(support > 0, hits / support, 0.0),
                "f1": np.where(support + guessed > 0, 2 * hits / (support + guessed), 0.0),
                "support": support,
            }
        )
    return table


def interval(predictions: pd.DataFrame, metric: str, labels: Sequence[str]) -> dict[str, Any]:
    """Return the 95 % interval of `metric` (accuracy, uar, macro_f1): {low, high, method, speakers}.

    Clips of one speaker are not independent, so from 8 speakers on it is Student's t over the speakers' own scores
    (bootstrap over speakers from 40 on), centred on their mean. Below 8 it is a bootstrap over clips, which is too
    narrow; `method` says which. Clips whose speaker nobody stated are of no speaker: they are left out of what is taken over
    speakers, which `method` says too.
    """
    known = predictions[predictions["speaker"] != ""]
    left_out = without_speaker(len(predictions) - len(known))
    groups = [confusion(group["true"], group["predicted"], labels) for _, group in known.groupby("speaker")]
    random = np.random.default_rng(0)
    if len(groups) >= SPEAKERS_FOR_BOOTSTRAP:
        stack = np.stack(groups)
        drawn = [
            scores(stack[random.integers(0, len(stack), len(stack))].sum(axis=0))[metric] for _ in range(BOOTSTRAPS)
        ]
        return _between(drawn, f"bootstrap over speakers{left_out}", len(groups))
    if len(groups) >= SPEAKERS_FOR_T:
        own = np.array([scores(matrix)[metric] for matrix in groups])
        half = stats.t.ppf((1 + LEVEL) / 2, len(own) - 1) * own.std(ddof=1) / np.sqrt(len(own))
        low, high = max(0.0, own.mean() - half), min(1.0, own.mean() + half)
        return {
            "low": float(low),
            "high": float(high),
            "method": f"Student's t over speakers{left_out}",
            "speakers": len(own),
        }
    # A clip that several seeds answered is one clip.
    stack = np.stack([confusion(group["true"], group["predicted"], labels) for _, group in predictions.groupby("clip")])
    picks = random.integers(0, len(stack), (BOOTSTRAPS, len(stack)))
    drawn = [scores(stack[pick].sum(axis=0))[metric] for pick in picks]
    return _between(drawn, "bootstrap over clips (too narrow: under 8 speakers)", len(groups))


def speakers(predictions: pd.DataFrame) -> int:
    """Return how many speakers are known in a table of predictions."""
    return int(predictions["speaker"].replace("", pd.NA).nunique())


def without_speaker(clips: int) -> str:
    """Return what is added to the name of a method over speakers that left so many clips out; '' for none."""
    return f", {clips} clips without a speaker left out" if clips else ""


def summary(predictions: pd.DataFrame, labels: Sequence[str], *, intervals: bool = True) -> dict[str, Any]:
    """Return everything that is said of one part: scores, n, labels, confusion, per-class table, intervals, calibration."""
    matrix = confusion(predictions["true"], predictions["predicted"], labels)
    result: dict[str, Any] = {
        **scores(matrix),
        "n": len(predictions),
        "speakers": speakers(predictions),
        "labels": list(labels),
        "confusion": matrix.tolist(),
        "classes": per_class(matrix, labels).to_dict("records"),
    }
    if intervals:
        result["intervals"] = {name: interval(predictions, name, labels) for name in ("accuracy", "uar", "macro_f1")}
    columns = [f"p_{label}" for label in labels]
    if set(columns) <= set(predictions.columns):
        confidence = predictions[columns].to_numpy(float).max(axis=1)
        result["ece"] = calibration_error(confidence, (predictions["true"] == predictions["predicted"]).to_numpy())
    return result


def parts(predictions: pd.DataFrame, labels: Sequence[str]) -> dict[str, Any]:
    """Return metrics.json: the summary of every part that has rows."""
    return {
        part: summary(predictions[predictions["part"] == part], labels)
        for part in ("validation", "test")
        if (predictions["part"] == part).any()
    }


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS) -> pd.DataFrame:
    """Return a row for each of `bins` bins of equal mass: mean confidence, share right, n."""
    said, shares, sizes = _binned(confidence, right, bins)
    return pd.DataFrame({"confidence": said, "right": shares, "n": sizes})


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """Return the expected calibration error over bins of equal mass, corrected for its bias.

    Each bin's gap is squared, lessened by the variance that chance alone gives it, and rooted (Kumar et al. 2019,
    arXiv:1909.10155, in the form for the mean gap); a perfectly calibrated model comes out near 0.
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
    """Return, for every threshold from 0 to 1 in steps of 0.01, the share of clips answered and of those right."""
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
    """Return the smallest threshold at which answered clips are right in `wanted` of cases.

    Never so high that fewer than `least` of the clips are answered: then the highest that still answers that many.
    """
    table = answered(confidence, right)
    table = table[table["coverage"] >= least]
    good = table[table["right"] >= wanted]
    return float(good["threshold"].iloc[0] if len(good) else table["threshold"].iloc[-1])


def _between(drawn: list[float], method: str, speakers: int) -> dict[str, Any]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"low": float(low), "high": float(high), "method": method, "speakers": speakers}


def right_near(
    predictions: pd.DataFrame, labels: Sequence[str], confidence: float, n: int = 150
) -> tuple[float, int] | None:
    """Return (share right, clips) of the `n` predictions whose confidence is nearest; None without probabilities.

    What an answer at this confidence was worth on the clips of the table.
    """
    columns = [f"p_{label}" for label in labels]
    if predictions.empty or not set(columns) <= set(predictions.columns):
        return None
    distance = (predictions[columns].max(axis=1) - confidence).abs()
    near = predictions.loc[distance.nsmallest(n).index]
    return float((near["true"] == near["predicted"]).mean()), len(near)
