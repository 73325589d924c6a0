"""The live page through AppTest: what it shows before a stream, during one, and where the microphone cannot be had."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.live import current_answer, pictures
from pages.live.microphone_stream import MicrophoneStream
from pages.widgets import audio_source
from ser_core import audio, figures, runs, settings, streaming
from ser_core.predictor import Predictor
from tests import opened, patience

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def live(**state: object) -> AppTest:
    return opened.page("live", state)


def words(at: AppTest) -> str:
    return "\n".join([opened.words(at), *(str(one.value) for one in at.html)])


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has no server whose sessions streamlit-webrtc could watch; without one it does without."""
    for module in ("component", "shutdown"):
        monkeypatch.setattr(f"streamlit_webrtc.{module}.get_this_session_info", lambda: None)


@pytest.fixture
def stream(tmp_path: Path) -> MicrophoneStream:
    """A stream that has heard a voice and then silence, and hears no more."""
    predictor = Predictor(runs.shipped()[0])
    voice = audio.decode(VOICE).samples
    heard = MicrophoneStream()
    heard.session = streaming.Session(predictor, tmp_path, clock=lambda: 0.0)
    heard.session.put(streaming.from_array(np.r_[voice, np.zeros(48_000, np.float32)], audio.SAMPLE_RATE))
    heard.session.finish()
    assert heard.session.wait(60)
    return heard


def test_it_says_what_to_do() -> None:
    at = live()
    assert not at.exception
    assert "Press Start and speak" in words(at)
    assert at.selectbox[0].value == runs.shipped()[0].name and not at.selectbox[0].disabled


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path)
    at = live()
    assert not at.exception and "No trained model is here yet" in words(at)


def test_a_stopped_session_stays_and_a_stretch_of_it_goes_to_analyze(stream: MicrophoneStream) -> None:
    at = live(stream=stream)
    assert not at.exception
    assert "heard" in words(at) and "latency" in words(at)
    at.slider[0].set_range(0.0, 2.0)
    next(button for button in at.button if button.label == "Analyze this stretch").click().run()
    sound, _ = at.session_state["sound-handed-over"]
    samples = audio.decode(sound.data, name=sound.name).samples
    assert samples.tolist() == audio.decode(VOICE).samples[:32_000].tolist()
    at.query_params["source"] = audio_source.GIVEN
    at.switch_page("pages/analyze/page.py").run()
    assert not at.exception and "live-0.0-2.0s.wav" in words(at)


def test_the_timeline_holds_every_state(stream: MicrophoneStream) -> None:
    assert stream.session is not None
    heard = stream.session.snapshot(pictures.TIMELINE_S, pictures.SOUND_S)
    values, states = pictures.steps(heard)
    shown = list(heard.entries)
    assert len(states) == 120 and values.shape == (120, len(heard.labels))
    assert states[-len(shown) :].count(figures.NO_SPEECH) == sum(entry.state == streaming.NO_SPEECH for entry in shown)
    assert states[-1] == figures.NO_SPEECH and values[-1].sum() == 0.0
    spoken = [k for k, state in enumerate(states) if state in (*heard.labels, figures.UNCERTAIN)]
    assert spoken and values[spoken].sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert states[: 120 - len(shown)] == [None] * (120 - len(shown))


def test_the_headline_names_the_state(stream: MicrophoneStream) -> None:
    assert stream.session is not None
    labels = stream.session.labels
    for entry in stream.session.entries():
        above, _ = current_answer.headline(labels, entry)
        leading = labels[int(np.nan_to_num(entry.smoothed).argmax())].capitalize()
        expected = {streaming.NO_SPEECH: "No speech", streaming.UNCERTAIN: "Uncertain"}.get(entry.state, leading)
        assert above.startswith(expected)
    assert current_answer.headline(labels, None)[0] == "Listening …"


def test_leaving_frees_the_session(stream: MicrophoneStream) -> None:
    session = stream.session
    assert session is not None
    stream.leave()
    assert stream.session is None and session.entries() == ()
    with pytest.raises(IndexError):
        session.recording.between(0, 1)


def _print_servers() -> None:
    import streamlit

    from pages.live import connection

    streamlit.json(connection.ice_servers())


def test_no_server_is_asked_unless_one_is_named() -> None:
    at = AppTest.from_function(_print_servers, default_timeout=patience.SECONDS).run()
    assert not at.exception and json.loads(at.json[0].value) == []


def test_servers_are_named_in_secrets_toml() -> None:
    servers = [{"urls": ["turn:turn.example.org:3478"], "username": "me", "credential": "secret"}]
    at = AppTest.from_function(_print_servers, default_timeout=patience.SECONDS)
    at.secrets["webrtc"] = {"ice_servers": servers}
    at.run()
    assert not at.exception and json.loads(at.json[0].value) == servers
