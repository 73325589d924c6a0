"""Scores of predictions, with their intervals; computed from a predictions table and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy

from ser_core.evaluation.confidences import answered, calibration_error, choose_threshold, reliability, right_near

__all__ = [
    "answered",
    "calibration_error",
    "choose_threshold",
    "confusion",
    "interval",
    "majority",
    "parts",
    "per_class",
    "reliability",
    "right_near",
    "scores",
    "speakers",
    "summary",
    "without_speaker",
]

#: From this many speakers on, intervals come from the speakers' own scores.
SPEAKERS_FOR_T = 8
#: From this many on, by bootstrap over speakers.
SPEAKERS_FOR_BOOTSTRAP = 40
LEVEL = 0.95
BOOTSTRAPS = 2000


def confusion(true: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """Return the confusion matrix of predictions.

    Parameters
    ----------
    true, predicted : sequence of str
        The label of every clip, and what was said of it; equally long.
    labels : sequence of str
        The classes, in the order of rows and columns.

    Returns
    -------
    numpy.ndarray
        (len(labels), len(labels)), int: counts, rows true and columns predicted.

    Raises
    ------
    KeyError
        A label is none of `labels`.

    Examples
    --------
    >>> from ser_core.evaluation import metrics
    >>> metrics.confusion(["anger", "anger", "fear"], ["anger", "fear", "fear"], ["anger", "fear"])
    array([[1, 1],
           [0, 1]])
    """
    place = {label: k for k, label in enumerate(labels)}
    rows = [place[label] for label in true]
    columns = [place[label] for label in predicted]
    matrix = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(matrix, (rows, columns), 1)
    return matrix


def scores(matrix: np.ndarray) -> dict[str, float]:
    """Return accuracy, UAR and macro-F1 of a confusion matrix.

    Parameters
    ----------
    matrix : numpy.ndarray
        (classes, classes), as `confusion` gives it, with one clip at least.

    Returns
    -------
    dict
        From 0 to 1: `accuracy`; `uar`, the unweighted average recall; `macro_f1`. The two averages are over the classes that have clips.

    References
    ----------
    Schuller, Steidl & Batliner (2009): The INTERSPEECH 2009 Emotion Challenge; there UAR is the measure.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> {name: round(value, 2) for name, value in metrics.scores(np.array([[8, 0], [1, 1]])).items()}
    {'accuracy': 0.9, 'uar': 0.75, 'macro_f1': 0.8}
    """
    present = matrix.sum(axis=1) > 0
    hits, support, guessed = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = hits[present] / support[present]
    f1 = 2 * hits[present] / (support[present] + guessed[present])
    return {"accuracy": float(hits.sum() / matrix.sum()), "uar": float(recall.mean()), "macro_f1": float(f1.mean())}


def majority(matrix: np.ndarray) -> float:
    """Return the accuracy of always naming the most frequent class: what a model must beat.

    Parameters
    ----------
    matrix : numpy.ndarray
        (classes, classes), as `confusion` gives it, with one clip at least.

    Returns
    -------
    float
        From 1 / classes to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> metrics.majority(np.array([[8, 0], [1, 1]]))
    0.8
    """
    support = matrix.sum(axis=1)
    return float(support.max() / support.sum())


def per_class(matrix: np.ndarray, labels: Sequence[str]) -> pd.DataFrame:
    """Return precision, recall, F1 and support of every class.

    Parameters
    ----------
    matrix : numpy.ndarray
        (classes, classes), as `confusion` gives it.
    labels : sequence of str
        The classes, in the matrix' order.

    Returns
    -------
    pandas.DataFrame
        A row a class: `emotion`, `precision`, `recall` and `f1` (0 to 1), `support` (its clips). A class that is never predicted has
        precision 0, one without clips recall 0.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.evaluation import metrics
    >>> metrics.per_class(np.array([[8, 0], [1, 1]]), ["anger", "fear"]).round(2)
      emotion  precision  recall    f1  support
    0   anger       0.89     1.0  0.94        8
    1    fear       1.00     0.5  0.67        2
    """
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
    """Return the 95 % interval of a score.

    Clips of one speaker are not independent, so from 8 speakers on it is Student's t over the speakers' own scores
    (bootstrap over speakers from 40 on), centred on their mean. Below 8 it is a bootstrap over clips, which is too
    narrow; `method` says which. Clips whose speaker nobody stated are of no speaker: they are left out of what is taken over
    speakers, which `method` says too.

    Parameters
    ----------
    predictions : pandas.DataFrame
        A row a clip (or a clip and seed): `clip`, `speaker` ("" where unknown), `true`, `predicted`.
    metric : {"accuracy", "uar", "macro_f1"}
        Which of the `scores`.
    labels : sequence of str
        The classes.

    Returns
    -------
    dict
        `low` and `high`, 0 to 1; `method`; `speakers`, how many are known.

    Raises
    ------
    KeyError
        There is no such score, or a label is none of `labels`.

    References
    ----------
    Efron & Tibshirani (1993): An Introduction to the Bootstrap, chapter 13 (percentile intervals of 2000 draws).

    Examples
    --------
    >>> import pandas as pd
    >>> from ser_core.evaluation import metrics
    >>> speakers = [str(number) for number in range(8)]
    >>> said = pd.DataFrame({"clip": speakers, "speaker": speakers, "true": "anger", "predicted": ["fear", *["anger"] * 7]})
    >>> found = metrics.interval(said, "accuracy", ["anger", "fear"])
    >>> round(found["low"], 2), round(found["high"], 2), found["method"]
    (0.58, 1.0, "Student's t over speakers")
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
        half = scipy.stats.t.ppf((1 + LEVEL) / 2, len(own) - 1) * own.std(ddof=1) / np.sqrt(len(own))
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
    """Return how many speakers are known in a table of predictions.

    Parameters
    ----------
    predictions : pandas.DataFrame
        With a column `speaker`, "" where unknown.

    Returns
    -------
    int
        Different ones, the unknown not counted.

    Examples
    --------
    >>> import pandas as pd
    >>> from ser_core.evaluation import metrics
    >>> metrics.speakers(pd.DataFrame({"speaker": ["1001", "1001", "1002", ""]}))
    2
    """
    return int(predictions["speaker"].replace("", pd.NA).nunique())


def without_speaker(clips: int) -> str:
    """Return what is added to the name of a method over speakers that left clips out.

    Parameters
    ----------
    clips : int
        How many.

    Returns
    -------
    str
        Empty for none.

    Examples
    --------
    >>> from ser_core.evaluation import metrics
    >>> "bootstrap over speakers" + metrics.without_speaker(3)
    'bootstrap over speakers, 3 clips without a speaker left out'
    """
    return f", {clips} clips without a speaker left out" if clips else ""


def summary(predictions: pd.DataFrame, labels: Sequence[str], *, intervals: bool = True) -> dict[str, Any]:
    """Return everything that is said of one part.

    Parameters
    ----------
    predictions : pandas.DataFrame
        A row a clip: `clip`, `speaker`, `true`, `predicted`, and `p_<label>` of every label where probabilities are known.
    labels : sequence of str
        The classes.
    intervals : bool, default True
        Whether the scores' intervals are computed, which takes longest.

    Returns
    -------
    dict
        The `scores`; `n` (rows) and `speakers`; `labels`; `confusion` and `classes` (as `per_class`) as lists; `intervals`, an `interval`
        a score; `ece`, the `calibration_error`, where there are probabilities.

    Raises
    ------
    KeyError
        A label is none of `labels`.

    Examples
    --------
    >>> import pandas as pd
    >>> from ser_core.evaluation import metrics
    >>> said = pd.DataFrame({"clip": ["a", "b"], "speaker": "1001", "true": ["anger", "fear"], "predicted": "fear"})
    >>> found = metrics.summary(said, ["anger", "fear"], intervals=False)
    >>> found["uar"], found["n"], found["confusion"]
    (0.5, 2, [[0, 1], [0, 1]])
    """
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
    """Return what metrics.json of a run states.

    Parameters
    ----------
    predictions : pandas.DataFrame
        As `summary` takes it, with a column `part`.
    labels : sequence of str
        The classes.

    Returns
    -------
    dict
        The `summary` of "validation" and "test", each where it has rows.

    Examples
    --------
    >>> import ser_core as ser
    >>> from ser_core.evaluation import metrics
    >>> run = ser.load("fast").run
    >>> found = metrics.parts(run.predictions, run.metrics["test"]["labels"])
    >>> list(found), found["test"]["uar"] == run.metrics["test"]["uar"]
    (['test'], True)
    """
    return {
        part: summary(predictions[predictions["part"] == part], labels)
        for part in ("validation", "test")
        if (predictions["part"] == part).any()
    }


def _between(drawn: list[float], method: str, speakers: int) -> dict[str, Any]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"low": float(low), "high": float(high), "method": method, "speakers": speakers}
