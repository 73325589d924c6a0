"""The home page: what ships, with its measured figure; the next step where nothing does."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import runs, settings
from tests import patience

APP = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")


def words(at: AppTest) -> str:
    return "\n".join(
        str(element.value) for kind in (at.markdown, at.caption, at.info, at.warning, at.title) for element in kind
    )


def test_it_shows_the_shipped_model_with_its_measured_figure() -> None:
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS).run()
    assert not at.exception
    accuracy = runs.find("accurate").metrics["test"]["accuracy"]
    assert f"{100 * accuracy:.0f} %" in words(at) and "738 clips of 9 speakers" in words(at)
    assert "CREMA-D" in words(at) and "not on this machine" in words(at)
    assert "does not read minds" in words(at)


def test_without_any_model_it_says_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path)
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS).run()
    assert not at.exception
    assert "No model ships with this copy" in words(at)


def test_a_damaged_registry_is_said(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "corpora.json").write_text("{")
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS).run()
    assert not at.exception
    assert "is damaged" in words(at)
