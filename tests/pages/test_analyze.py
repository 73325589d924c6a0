"""The analyze page through AppTest: a recording, uploads, a sample; what the page says is what the predictor says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.widgets import words as page_words
from ser_core import audio, runs, settings
from ser_core.predictor import Predictor
from tests import opened
from tests.opened import words

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def analyze(**query: str) -> AppTest:
    return opened.page("analyze", **query)


def test_it_waits_for_a_clip() -> None:
    at = analyze()
    assert not at.exception
    assert "The answer appears here" in words(at) and at.audio_input[0].key == "recording"


def test_a_recording_is_answered() -> None:
    at = analyze()
    samples = audio.decode(VOICE).samples
    at.audio_input[0].set_value(("recording.wav", audio.encode_wav(samples), "audio/wav")).run()
    assert not at.exception
    assert "recording.wav" in words(at) and "right" in words(at)


def test_a_file_that_is_no_audio_gives_its_sentence() -> None:
    at = analyze(source="upload")
    at.file_uploader[0].set_value([("notes.wav", b"only words", "audio/wav")]).run()
    assert not at.exception
    assert any("notes.wav" in str(error.value) for error in at.error)


def test_many_files_give_a_table_with_the_predictors_answers() -> None:
    at = analyze(source="upload")
    files = [
        (path.name, path.read_bytes(), "audio/flac") for path in (VOICE, settings.ARTIFACTS / "samples" / "chirp.flac")
    ]
    at.file_uploader[0].set_value(files).run()
    assert not at.exception
    table = next(one.value for one in at.dataframe if "file" in one.value)
    found = Predictor(runs.find("accurate")).predict(audio.decode(VOICE))
    assert list(table["file"]) == ["voice-british.flac", "chirp.flac"]
    assert table["p"][0] == table[f"p {found.label}"][0] == pytest.approx(100 * found.confidence)
    assert table["answer"][1] == "No speech" and table.filter(regex="^p").iloc[1].isna().all()


def test_a_link_opens_its_sample() -> None:
    at = analyze(source="samples", sample="am-8hz")
    assert not at.exception
    assert "am-8hz.flac" in words(at)


def test_a_link_to_a_model_that_is_not_here_says_so_until_another_is_picked() -> None:
    at = analyze(source="samples", sample="voice-british", model="somebody-elses")
    at.run()
    said = "A model that this link asks for is not here. Pick one."
    assert [one.value for one in at.warning] == [said]
    assert at.run().multiselect(key="model").value == ["accurate"]
    assert [one.value for one in at.warning] == [said]
    at.multiselect(key="model").set_value(["fast"]).run()
    assert not at.warning


def test_a_part_can_be_analyzed_alone() -> None:
    at = analyze(source="samples", sample="voice-british")
    slider = next(one for one in at.slider if one.label == "Part to analyze (s)")
    slider.set_range(0.5, 1.5).run()
    assert not at.exception
    assert "Only the part from 0.5 s to 1.5 s is analyzed." in words(at)


def test_without_a_model_the_pictures_still_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path)
    (tmp_path / "samples").symlink_to(VOICE.parent)
    at = analyze(source="samples", sample="voice-british")
    assert not at.exception
    assert "No trained model is here yet" in words(at)


def test_two_speakers_on_two_channels_are_answered_apart_and_a_channel_can_be_chosen() -> None:
    names = ("voice-british.flac", "voice-scottish.flac")
    voices = [audio.decode(settings.ARTIFACTS / "samples" / name).samples for name in names]
    n = min(map(len, voices))
    data = audio.encode_wav(np.stack([one[:n] for one in voices], axis=1))
    at = analyze(source="upload")
    at.file_uploader[0].set_value([("call.wav", data, "audio/wav")]).run()
    assert not at.exception
    assert "A different voice is heard on each channel" in words(at)
    assert "##### Left" in words(at) and "##### Right" in words(at)

    chooser = next(one for one in at.button_group if one.key.startswith("channel-"))
    assert list(chooser.options) == ["Mix", "Left", "Right", "Each for itself"]
    chooser.set_value("right").run()
    assert not at.exception
    assert "##### Left" not in words(at)
    found = Predictor(runs.find("accurate")).predict(audio.decode(data, channel="right"))
    answers = [one.body for one in at.get("html")] if at.get("html") else []
    assert any(page_words.headline(found) in one for one in answers)


def test_a_plain_stereo_file_offers_no_choice_of_channel() -> None:
    voice = audio.decode(VOICE).samples
    at = analyze(source="upload")
    at.file_uploader[0].set_value([("song.wav", audio.encode_wav(np.stack([voice, 0.7 * voice], axis=1)), "audio/wav")])
    at.run()
    assert not at.exception
    assert not [one for one in at.button_group if str(one.key).startswith("channel-")]


def test_where_nobody_speaks_no_emotion_is_drawn() -> None:
    def bars(samples: np.ndarray) -> bool:
        at = analyze(model="accurate")
        at.audio_input[0].set_value(("recording.wav", audio.encode_wav(samples), "audio/wav")).run()
        assert not at.exception
        return any("Probabilities by accurate" in str(one.proto) for one in at.get("plotly_chart"))

    assert bars(audio.decode(VOICE).samples)
    assert not bars(np.zeros(2 * audio.SAMPLE_RATE, np.float32))
