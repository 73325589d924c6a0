"""Predictions of another system in tables as spreadsheets write them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import exchange
from ser_core.corpora import registry
from ser_core.runs import RunError
from tests import made


def test_predictions_as_spreadsheets_write_them_are_read(tmp_path: Path) -> None:
    corpus = registry.MODULES["crema-d"].load(made.crema_d(tmp_path / "c", made.SPEAKERS[:2], ("IEO",), seconds=0.05))
    p = np.random.default_rng(0).dirichlet(np.ones(len(corpus.emotions)), len(corpus.clips))
    columns = {f"p_{label}": p[:, k] for k, label in enumerate(corpus.emotions)}
    answers = pd.DataFrame({"clip": corpus.clips["clip"], **columns})
    answers.to_csv(tmp_path / "plain.csv", index=False)
    text = answers.to_csv(index=False, sep=";", decimal=",").replace("\n", ";;\n")
    (tmp_path / "theirs.csv").write_text(f"sep=;\n{text}", encoding="utf-8-sig")
    plain, theirs = (exchange.import_predictions(tmp_path / f"{name}.csv", corpus) for name in ("plain", "theirs"))
    assert theirs.metrics == plain.metrics
    (tmp_path / "ragged.csv").write_text("clip,predicted\na,anger\nb,anger,x\n")
    with pytest.raises(RunError, match=r"ragged.csv: row 3 has 3 cells, the first row names 2"):
        exchange.import_predictions(tmp_path / "ragged.csv", corpus)
