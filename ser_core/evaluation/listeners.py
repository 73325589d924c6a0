"""A model beside the people who heard the same clips: what they chose, who is right where, and how alike their doubts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ser_core.evaluation import metrics

#: Cases of `who_is_right`, in order.
CASES = ("both right", "only the listeners", "only the model", "neither")
#: Shuffles of the clips that say what chance agreement is.
SHUFFLES = 50


@dataclass(frozen=True)
class Agreement:
    """How near one answerer's probabilities lie to the listeners' votes.

    distance: mean Jensen-Shannon distance (base 2; 0 = the same, 1 = nothing in common). correlation: Pearson's, over all
    clips and emotions. beyond_label: the same after each intended emotion's mean was taken off both sides, so that only
    what differs between clips of one emotion is left; None where an answerer has nothing of that.
    """

    who: str
    distance: float
    correlation: float | None
    beyond_label: float | None


def heard(predictions: pd.DataFrame, votes: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Return the predictions of clips that listeners heard, a row a clip, with the votes in columns `v_<label>`.

    predictions: rows of one run; of a clip that several seeds answered the first stands. votes: as crema_d_votes.read gives
    them. Clips without a vote are left out. Further columns: `chosen`, the listeners' majority, '' for a tie; `voted`, how
    many votes.
    """
    columns = [f"v_{label}" for label in labels]
    named = votes[["clip", *labels]].rename(columns=dict(zip(labels, columns, strict=True)))
    table = predictions.drop_duplicates("clip").merge(named, on="clip")
    counts = table[columns].to_numpy(int)
    top = counts == counts.max(axis=1, keepdims=True)
    table["voted"] = counts.sum(axis=1)
    table["chosen"] = [labels[row.argmax()] if row.sum() == 1 else "" for row in top]
    return table[table["voted"] > 0].reset_index(drop=True)


def votes_matrix(table: pd.DataFrame, labels: Sequence[str]) -> np.ndarray:
    """Return the listeners' confusion matrix in votes: rows intended, columns heard."""
    columns = [f"v_{label}" for label in labels]
    return table.groupby("true")[columns].sum().reindex(labels, fill_value=0).to_numpy(int)


def who_is_right(table: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Return a row an emotion, and a last one `all`: n, and in how many clips each of CASES holds; a tie of votes is wrong."""
    crowd, model = table["chosen"] == table["true"], table["predicted"] == table["true"]
    cases = dict(zip(CASES, (crowd & model, crowd & ~model, model & ~crowd, ~crowd & ~model), strict=True))
    rows = []
    for label in (*labels, "all"):
        of = pd.Series(True, index=table.index) if label == "all" else table["true"] == label
        rows.append(
            {"emotion": label, "n": int(of.sum()), **{name: int((case & of).sum()) for name, case in cases.items()}}
        )
    return pd.DataFrame(rows)


def vote_accuracy(table: pd.DataFrame, labels: Sequence[str]) -> float:
    """Return the share of single votes that name the intended emotion."""
    matrix = votes_matrix(table, labels)
    return float(np.trace(matrix) / matrix.sum())


def majority_accuracy(table: pd.DataFrame) -> float:
    """Return the share of clips whose most votes name the intended emotion; a tie is wrong."""
    return float((table["chosen"] == table["true"]).mean())


def agreement(table: pd.DataFrame, labels: Sequence[str]) -> list[Agreement]:
    """Return how near the model's probabilities lie to the votes, and beside it what says little: chance and the label alone.

    `the model`; `the model's answers of other clips`: its probabilities dealt out to other clips anew; `the label alone`: for
    every clip the mean votes on the other clips of its intended emotion, which knows the emotion and nothing of the clip;
    `every emotion alike`. Empty for a run without probabilities.
    """
    columns = [f"p_{label}" for label in labels]
    if table.empty or not set(columns) <= set(table.columns):
        return []
    votes = _votes(table, labels)
    model = table[columns].to_numpy(float)
    model = model / model.sum(axis=1, keepdims=True)
    emotions = table["true"].to_numpy()
    random = np.random.default_rng(0)
    dealt = [_agreement("", model[random.permutation(len(model))], votes, emotions) for _ in range(SHUFFLES)]
    chance = Agreement(
        "the model's answers of other clips",
        float(np.mean([deal.distance for deal in dealt])),
        float(np.mean([deal.correlation or 0.0 for deal in dealt])),
        float(np.mean([deal.beyond_label or 0.0 for deal in dealt])),
    )
    uniform = np.full_like(votes, 1 / len(labels))
    return [
        _agreement("the model", model, votes, emotions),
        # What is left within an emotion after one clip is left out is the clip's own shadow; it says nothing.
        _without_beyond(_agreement("the label alone", label_alone(votes, emotions), votes, emotions)),
        chance,
        _without_beyond(_agreement("every emotion alike", uniform, votes, emotions)),
    ]


def beyond_label(table: pd.DataFrame, labels: Sequence[str]) -> tuple[float, float, float] | None:
    """Return (mean, low, high) of the speakers' own correlations beyond the label: 95 %, Student's t over speakers.

    None under 8 speakers, or without probabilities.
    """
    from scipy import stats

    columns = [f"p_{label}" for label in labels]
    if not set(columns) <= set(table.columns) or table["speaker"].nunique() < metrics.SPEAKERS_FOR_T:
        return None
    model = _centred(table[columns].to_numpy(float), table["true"].to_numpy())
    votes = _centred(_votes(table, labels), table["true"].to_numpy())
    own = [
        correlation
        for rows in table.groupby("speaker").indices.values()
        if (correlation := _correlation(model[rows], votes[rows])) is not None
    ]
    half = stats.t.ppf((1 + metrics.LEVEL) / 2, len(own) - 1) * np.std(own, ddof=1) / np.sqrt(len(own))
    return float(np.mean(own)), float(np.mean(own) - half), float(np.mean(own) + half)


def label_alone(votes: np.ndarray, emotions: np.ndarray) -> np.ndarray:
    """Return for every clip the mean of the other clips' votes (shares, clips × labels) with the same emotion."""
    means = np.empty_like(votes)
    for emotion in set(emotions):
        rows = emotions == emotion
        n = int(rows.sum())
        means[rows] = (votes[rows].sum(axis=0) - votes[rows]) / (n - 1) if n > 1 else 1 / votes.shape[1]
    return means


def _agreement(who: str, model: np.ndarray, votes: np.ndarray, emotions: np.ndarray) -> Agreement:
    from scipy.spatial.distance import jensenshannon

    distance = float(np.mean(jensenshannon(model, votes, base=2, axis=1)))
    beyond = _correlation(_centred(model, emotions), _centred(votes, emotions))
    return Agreement(who, distance, _correlation(model, votes), beyond)


def _without_beyond(agreement: Agreement) -> Agreement:
    return Agreement(agreement.who, agreement.distance, agreement.correlation, None)


def _votes(table: pd.DataFrame, labels: Sequence[str]) -> np.ndarray:
    counts = table[[f"v_{label}" for label in labels]].to_numpy(float)
    return counts / counts.sum(axis=1, keepdims=True)


def _centred(values: np.ndarray, emotions: np.ndarray) -> np.ndarray:
    centred = values.astype(float).copy()
    for emotion in set(emotions):
        centred[emotions == emotion] -= centred[emotions == emotion].mean(axis=0)
    return centred


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    if one.std() < 1e-12 or other.std() < 1e-12:
        return None
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
