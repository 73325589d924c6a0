"""The listeners beside a model: matrices, who is right where, and agreement, against plain counting and SciPy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from ser_core import runs
from ser_core.corpora import crema_d_votes
from ser_core.evaluation import listeners

LABELS = ["anger", "fear", "neutral"]


def predictions(n: int = 60, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.ones(3), n)
    table = pd.DataFrame(
        {
            "clip": [f"crema-d/{number:04d}" for number in range(n)],
            "speaker": [str(number % 10) for number in range(n)],
            "true": [LABELS[number % 3] for number in range(n)],
            "predicted": [LABELS[k] for k in p.argmax(axis=1)],
        }
    )
    return table.assign(**{f"p_{label}": p[:, k] for k, label in enumerate(LABELS)})


def votes(table: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    counts = np.random.default_rng(seed).integers(0, 7, (len(table), 3))
    return pd.DataFrame({"clip": table["clip"], **{label: counts[:, k] for k, label in enumerate(LABELS)}})


def test_votes_are_joined_by_clip_and_ties_are_nobodys() -> None:
    table = predictions(4)
    stated = pd.DataFrame(
        {
            "clip": [*table["clip"][[2, 0, 1]], "crema-d/else"],
            "anger": [3, 5, 0, 9],
            "fear": [3, 1, 0, 0],
            "neutral": [1, 0, 0, 0],
        }
    )
    found = listeners.heard(table, stated, LABELS)
    assert dict(zip(found["clip"], found["chosen"], strict=True)) == {"crema-d/0000": "anger", "crema-d/0002": ""}
    assert list(found["voted"]) == [6, 7]
    assert listeners.majority_accuracy(found) == 0.5


def test_matrix_and_cases_count_every_clip_once() -> None:
    table = predictions()
    found = listeners.heard(table, votes(table), LABELS)
    matrix = listeners.votes_matrix(found, LABELS)
    assert matrix.sum() == found["voted"].sum()
    fear = found[found["true"] == "fear"]
    assert matrix[1].tolist() == [int(fear[f"v_{label}"].sum()) for label in LABELS]
    assert listeners.vote_accuracy(found, LABELS) == pytest.approx(matrix.diagonal().sum() / matrix.sum())

    cases = listeners.who_is_right(found, LABELS).set_index("emotion")
    assert (cases[list(listeners.CASES)].sum(axis=1) == cases["n"]).all()
    assert (cases.loc[LABELS].sum() == cases.loc["all"]).all()
    alone = sum(row.predicted == row.true != row.chosen for row in found.itertuples())
    assert cases.at["all", "only the model"] == alone


def test_agreement_equals_scipys_and_orders_what_knows_more() -> None:
    table = predictions()
    stated = votes(table)
    found = listeners.heard(table, stated, LABELS)
    model, label, chance, uniform = listeners.agreement(found, LABELS)
    shares = found[[f"v_{name}" for name in LABELS]].to_numpy(float)
    shares = shares / shares.sum(axis=1, keepdims=True)
    p = found[[f"p_{name}" for name in LABELS]].to_numpy()
    assert model.distance == pytest.approx(np.mean([jensenshannon(a, b, 2) for a, b in zip(p, shares, strict=True)]))
    assert model.correlation == pytest.approx(np.corrcoef(p.ravel(), shares.ravel())[0, 1])
    assert uniform.correlation is None and label.beyond_label is None
    assert abs(chance.beyond_label or 0) < 0.1

    same = found.assign(**{f"p_{name}": shares[:, k] for k, name in enumerate(LABELS)})
    perfect = listeners.agreement(same, LABELS)[0]
    assert perfect.distance == pytest.approx(0, abs=1e-9)
    assert perfect.correlation == pytest.approx(1) and perfect.beyond_label == pytest.approx(1)


def test_the_label_alone_never_sees_the_clips_own_votes() -> None:
    shares = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0.5, 0.5, 0]])
    emotions = np.array(["anger", "anger", "anger", "fear"])
    found = listeners.label_alone(shares, emotions)
    assert found[0] == pytest.approx([0, 0.5, 0.5])
    assert found[3] == pytest.approx([1 / 3] * 3)


def test_beyond_the_label_needs_speakers_and_finds_nothing_in_noise() -> None:
    table = predictions(600)
    found = listeners.heard(table, votes(table), LABELS)
    mean, low, high = listeners.beyond_label(found, LABELS) or (9.0, 9.0, 9.0)
    assert low < 0 < high and low < mean < high
    assert listeners.beyond_label(found[found["speaker"].isin(["1", "2"])], LABELS) is None
    assert listeners.agreement(found.drop(columns="p_fear"), LABELS) == []


def test_the_real_listeners_beside_the_shipped_model(data: Path) -> None:
    stated = crema_d_votes.read(data / "crema-d")
    run = runs.find("accurate")
    rows = run.predictions[run.predictions["part"] == "test"]
    labels = list(run.metrics["test"]["labels"])
    found = listeners.heard(rows, stated, labels)
    assert len(found) == len(rows)
    assert 0.35 < listeners.vote_accuracy(found, labels) < 0.46
    model, label, chance, _ = listeners.agreement(found, labels)
    assert model.distance < chance.distance and label.distance < chance.distance
    assert model.correlation is not None and model.correlation > 0.2
