"""A model whose files are damaged is said in a sentence where it stands, and everything else goes on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, runs, settings
from ser_core.predictor import Predictor
from tests import opened

SHIPPED = settings.ARTIFACTS / "models" / "accurate"
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def home_page() -> AppTest:
    app = opened.page()
    assert not app.exception
    return app


def analyze(*models: str) -> AppTest:
    """Open the analyze page on a synthetic voice with these models picked in the URL."""
    app = opened.page("analyze", source="samples", sample=VOICE.stem, model=list(models))
    assert not app.exception
    return app


def headlines(app: AppTest) -> list[str]:
    """The answers in large letters."""
    return re.findall(r'data-testid="answer">([^<]*)<', "\n".join(one.proto.body for one in app.get("html")))


@pytest.fixture
def hurt(home: Path) -> Path:
    """A run of one's own whose model was cut off."""
    folder = Path(shutil.copytree(SHIPPED, home / "runs" / "hurt"))
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-100])
    return folder


def test_analyze_says_which_model_cannot_answer_and_why(hurt: Path) -> None:
    app = analyze("hurt")
    assert [
        one.value
        for one in app.error
        if one.value.startswith("hurt cannot answer: The run hurt is damaged: model.onnx")
    ]
    assert headlines(app) == []


def test_beside_a_damaged_model_the_others_answer(hurt: Path) -> None:
    app = analyze("hurt", "accurate")
    found = Predictor(runs.find("accurate")).predict(audio.decode(VOICE))
    sure = f"{found.label.capitalize()} · {100 * found.confidence:.0f} %"
    assert headlines(app) == [sure if found.decision == "emotion" else "Uncertain"]
    assert any("hurt cannot answer" in one.value for one in app.error)


@pytest.mark.parametrize("name", ["recipe.json", "metrics.json"])
def test_home_lists_an_own_run_that_is_damaged_as_such(hurt: Path, name: str) -> None:
    (hurt / name).write_text("{")
    at = home_page()
    assert [one.proto.label for one in at.get("page_link") if one.proto.label == "hurt"] == ["hurt"]
    assert any(one.value.startswith(f"damaged {name} ") for one in at.caption)


@pytest.mark.parametrize("change", ["model.onnx is gone", "metrics.json is cut off"])
def test_home_says_that_a_shipped_model_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "models" / "accurate"))
    name = change.split()[0]
    (folder / name).unlink() if "gone" in change else (folder / name).write_text('{"test": ')
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path)
    (said,) = (one.value for one in home_page().warning)
    assert said.startswith("accurate is damaged: ") and name in said
