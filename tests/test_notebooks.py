"""The notebooks run from top to bottom on a small made corpus, and are kept without outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import joblib
import pytest

from ser_core import runs, settings
from tests import made

FOLDER = settings.ROOT / "docs" / "notebooks"
NAMES = ("1d_cnn", "2d_cnn", "paper_msf_mfcc")


def cells(name: str, kind: str) -> list[dict[str, Any]]:
    book = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in book["cells"] if cell["cell_type"] == kind]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.4)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_to_its_confusion_matrix(name: str, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("CREMA_D", str(corpus))
    monkeypatch.setenv("EPOCHS", "2")
    space: dict[str, Any] = {"__name__": "__main__"}
    # A few short clips: starting processes would take longer than the work.
    with joblib.parallel_config(backend="threading"):
        for number, cell in enumerate(cells(name, "code")):
            exec(compile("".join(cell["source"]), f"{name}.ipynb, code cell {number}", "exec"), space)
    found = runs.own()
    assert len(found) == (2 if name.startswith("paper") else 1)
    for run in found:
        assert run.problems(hashes=True) == []
        assert len(run.history) == 2
    drawn = space["drawn"]["speakers"] if "drawn" in space else None
    assert drawn is None or len(drawn.data)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_without_outputs_and_draws_a_confusion_matrix(name: str) -> None:
    code = cells(name, "code")
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert any("figures.confusion(" in "".join(cell["source"]) for cell in code)


def test_the_folder_holds_these_notebooks() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)
