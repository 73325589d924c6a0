"""The notebooks run from top to bottom on a small made corpus, use the public face alone, and are kept without outputs."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import joblib
import pytest

import ser_core as ser
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
    assert any('px.imshow(found["confusion"]' in "".join(cell["source"]) for cell in code)


def beyond_the_face(code: str) -> list[str]:
    """What code takes of `ser_core` that is not of the public face."""
    tree = ast.parse(code)
    found = []
    for one in ast.walk(tree):
        match one:
            case ast.Import(names=names):
                found += [name.name for name in names if name.name.startswith("ser_core.")]
            case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] == "ser_core":
                found += [name.name for name in names if module != "ser_core" or name.name not in ser.__all__]
            case ast.Attribute(value=ast.Name(id="ser" | "ser_core"), attr=name) if name not in ser.__all__:
                found.append(name)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="ser" | "ser_core"), attr="features" | "runs"), attr=name
            ):
                found.append(name)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_uses_the_public_face_alone(name: str) -> None:
    code = "\n".join("".join(cell["source"]) for cell in cells(name, "code"))
    assert "import ser_core as ser" in code
    assert beyond_the_face(code) == []


@pytest.mark.parametrize(
    "code",
    [
        "import ser_core.figures",
        "from ser_core import figures",
        "from ser_core.training import repeats",
        "ser.figures.confusion()",
        "ser.features.sets.SETS",
    ],
)
def test_an_inner_module_is_told(code: str) -> None:
    assert beyond_the_face(code)


def test_the_folder_holds_these_notebooks() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)
