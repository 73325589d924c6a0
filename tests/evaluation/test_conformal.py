"""Sets beside the answer: the right label is in them as often as is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ser_core.evaluation import conformal

LABELS = ("anger", "fear", "sadness")


def table(n: int, seed: int) -> pd.DataFrame:
    """Calibrated answers: the label is drawn with the probabilities that are stated."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet((1.0, 1.0, 1.0), n)
    true = [LABELS[random.choice(3, p=row)] for row in shares]
    return pd.DataFrame({"true": true, **{f"p_{label}": shares[:, k] for k, label in enumerate(LABELS)}})


def test_sets_cover_as_often_as_is_said() -> None:
    coverages = []
    for seed in range(40):
        least = conformal.least(table(60, seed), LABELS)
        assert least is not None
        coverages.append(conformal.measured(table(2000, 1000 + seed), LABELS, least)["coverage"])
    # With 60 clips, floor(61 · 0.2) = 12 of 61 are left out on average.
    assert np.mean(coverages) == pytest.approx(1 - 12 / 61, abs=0.02)


def test_the_first_is_always_in_the_set() -> None:
    inside = conformal.members(np.array([[0.5, 0.3, 0.2], [0.4, 0.35, 0.25]]), 0.9)
    assert inside.tolist() == [[True, False, False], [True, False, False]]
    assert conformal.members(np.array([0.5, 0.3, 0.2]), 0.3).tolist() == [True, True, False]


def test_without_probabilities_there_are_no_sets() -> None:
    assert conformal.least(pd.DataFrame({"true": ["anger"]}), LABELS) is None
    assert conformal.least(table(10, 0).iloc[:0], LABELS) is None


def test_sets_hold_where_the_share_is_about_what_is_said() -> None:
    assert conformal.holds({"coverage": 0.8}) and not conformal.holds({"coverage": 0.7})
    assert not conformal.holds({"coverage": 0.95}) and not conformal.holds(None)
