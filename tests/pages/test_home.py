"""The home page: what ships, with its measured figure; the next step where nothing does."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import runs, settings
from tests import opened
from tests.opened import words


def test_it_shows_the_shipped_model_with_its_measured_figure() -> None:
    at = opened.page()
    assert not at.exception
    accuracy = runs.find("accurate").metrics["test"]["accuracy"]
    assert f"{100 * accuracy:.0f} %" in words(at) and "on 9 unheard actors" in words(at)
    assert "Not on this machine: CREMA-D" in words(at) and "Best that learned here alone" in words(at)
    assert "does not read minds" in words(at)


def test_without_any_model_it_says_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path)
    at = opened.page()
    assert not at.exception
    assert "No model ships with this copy" in words(at)


def test_a_damaged_registry_is_said(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "corpora.json").write_text("{")
    at = opened.page()
    assert not at.exception
    assert "is damaged" in words(at)


def press(at: AppTest, key: str) -> AppTest:
    at = next(one for one in at.button if one.key == key).click().run()
    assert not at.exception
    return at


def answered(at: AppTest) -> list[str]:
    return [one.value for one in at.get("html") if 'data-testid="answer"' in one.value]


def test_one_click_hears_an_actor_and_the_answer() -> None:
    at = opened.page()
    assert not answered(at)
    at = press(at, "home-voice-1")
    assert len(answered(at)) == 1 and "The actor was asked for" in words(at)
    assert "microphone: less sure" not in words(at), "an actor is nobody who is here"


def test_one_may_guess_first() -> None:
    at = next(one for one in opened.page().toggle if one.key == "guess-first").set_value(True).run()
    at = press(at, "home-voice-2")
    assert not answered(at) and "asked for **" not in words(at)
    at = at.button_group[0].select("anger").run()
    assert not at.exception and len(answered(at)) == 1 and "the actor was asked for **" in words(at)


def test_a_recording_is_answered_here_and_taken_along() -> None:
    at = opened.page()
    voice = (settings.ARTIFACTS / "samples" / "voices" / "anger-1.flac").read_bytes()
    at = at.audio_input[0].set_value(("recording.wav", voice, "audio/wav")).run()
    assert not at.exception and len(answered(at)) == 1
    assert "New voice and microphone: less sure" in words(at)
    at = at.file_uploader[0].set_value([("notes.wav", b"only words", "audio/wav")]).run()
    assert any("notes.wav" in one.value for one in at.error) and not answered(at)
