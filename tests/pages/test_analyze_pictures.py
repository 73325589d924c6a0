"""The analyze page's pictures, its look-closer sliders, and what can be tried with a clip."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.analyze import choice, computed
from ser_core import audio, runs
from ser_core.features import spectral
from tests import opened

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def page() -> Open:
    """Open the analyze page on a sample, with query parameters in the URL."""

    def of(sample: str = "am-8hz", **query: str | list[str]) -> AppTest:
        return opened.page("analyze", **{"source": "samples", "sample": sample, **query})

    return of


def captions(app: AppTest) -> str:
    assert not app.exception, app.exception[0].value
    assert not app.error, app.error[0].value
    return "\n".join(one.value for one in app.caption)


def titles(app: AppTest, key: str = "pictures-") -> list[str]:
    """The titles of the rows of the stack whose key begins so."""
    for chart in app.get("plotly_chart"):
        if f"-{key}" in chart.proto.id:
            return [note["text"] for note in json.loads(chart.proto.spec)["layout"]["annotations"]]
    raise AssertionError(f"There is no chart {key}.")


def test_waveform_and_mel_spectrogram_are_there_at_first(page: Open) -> None:
    app = page()
    assert "**Mel-spectrogram** · How strong each pitch range is at each moment" in captions(app)
    assert titles(app) == ["Waveform", "Mel-spectrogram"]


@pytest.mark.parametrize(("name", "descriptor"), [("mfcc", "mfcc"), ("chroma", "chroma_stft")])
def test_a_picture_chosen_in_the_url_comes_with_its_sentence(page: Open, name: str, descriptor: str) -> None:
    app = page(show=[name])
    assert spectral.DESCRIPTORS[descriptor].reading in captions(app)
    assert titles(app) == ["Waveform", spectral.DESCRIPTORS[descriptor].title]


def test_every_descriptor_is_drawn_with_its_sentence(page: Open) -> None:
    app = page("voice-neutral", show=["descriptors"], descriptor=list(choice.COURSES))
    said = captions(app)
    for name in choice.COURSES:
        assert spectral.DESCRIPTORS[name].reading in said
    assert len(titles(app)) == len(choice.COURSES) + 3  # the waveform, and two rows for pitch and for the line


def test_the_modulation_spectrum_says_how_to_read_it_and_goes_frame_by_frame(page: Open) -> None:
    app = page(show=["msf"])
    assert "how fast its loudness changes" in captions(app)
    app.segmented_control(key="msf-mode").set_value("Frame by frame").run()
    moments = next(one for one in app.select_slider if one.label == "Moment (s)")
    moments.set_value(5).run()
    assert "The 256 ms around it." in captions(app)


def test_the_modulation_spectrum_of_a_part_is_told_in_the_recordings_time(page: Open) -> None:
    app = page(show=["msf"])
    next(one for one in app.slider if one.label == "Part to analyze (s)").set_value((1.0, 2.0)).run()
    app.segmented_control(key="msf-mode").set_value("Frame by frame").run()
    moments = next(one for one in app.select_slider if one.label == "Moment (s)")
    assert moments.options[0] == "1.13"


def test_the_choice_stands_in_the_url(page: Open) -> None:
    app = page()
    app.button_group(key="show").set_value(["chroma", "msf"]).run()
    assert app.query_params["show"] == ["chroma", "msf"]
    app.button_group(key="show").set_value([]).run()
    assert titles(app) == ["Waveform"]
    assert app.query_params["show"] == "none"


def test_look_closer_marks_the_picture_and_goes_back_to_what_the_model_sees(page: Open) -> None:
    app = page(closer="on", model="scratch")
    spec = runs.find("scratch").feature["inputs"][0]["source"]["spec"]
    window_ms, hop_ms = (1000 * spec[name] / spec["sample_rate"] for name in ("win_length", "hop_length"))
    seen = f"{window_ms:g} ms every {hop_ms:g} ms and {spec['n_mels']} bands"
    assert f"Picture only; **scratch** uses a window of {seen}." in captions(app)
    window = next(one for one in app.slider if one.label == "Window (ms)")
    back = next(one for one in app.button if one.label == "As the model sees it")
    assert back.disabled
    window.set_value(60.0).run()
    assert titles(app)[1] == f"Mel-spectrogram · picture only: 60 ms every {hop_ms:g} ms, {spec['n_mels']} bands"
    next(one for one in app.button if one.label == "As the model sees it").click().run()
    assert titles(app)[1] == "Mel-spectrogram"
    assert next(one for one in app.slider if one.label == "Window (ms)").value == window_ms


def test_look_closer_changes_coefficients_and_bands(page: Open) -> None:
    app = page("voice-neutral", show=["mfcc", "chroma"], closer="on")
    assert "no picked model is fed with it" in captions(app)
    sliders = {one.label: one for one in app.slider}
    sliders["Mel bands"].set_value(40)
    sliders["MFCC coefficients"].set_value(100).run()
    assert titles(app)[1] == "MFCC · picture only: 64 ms every 16 ms, 40 bands, 40 coefficients"


def test_the_four_steps_begin_at_the_band_that_holds_the_tone(page: Open) -> None:
    app = page(show=["msf"], closer="on")
    captions(app)
    assert "1 · Gammatone filter at 1077 Hz" in titles(app, "msf-steps-")
    next(one for one in app.slider if one.label == "Frame (ms)").set_value(512).run()
    assert "Picture only: frames of 512 ms, 19 × 5 bands." in captions(app)


@pytest.mark.parametrize("change", ["noise", "pitch", "stretch", "gain", "shift"])
def test_each_change_of_the_sound_is_drawn_and_heard(page: Open, change: str) -> None:
    app = page("voice-neutral", **{"try": ["augmentation"]})
    app.segmented_control(key="augment-sound").set_value(change).run()
    captions(app)
    assert len(app.get("audio")) == 3  # the clip, before, after
    assert titles(app, "augment-")[-1] == "Mel-spectrogram after"
    assert any(one.value.startswith("**accurate** before:") for one in app.markdown)


def test_without_audiomentations_the_page_says_so(page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "audiomentations", None)
    computed.changed.clear()  # What another test has changed needs no package any more.
    app = page("voice-happiness", **{"try": ["augmentation"]})
    assert any("lacks" in one.value for one in app.info)
    app.segmented_control(key="augment-kind").set_value("On the picture").run()
    assert titles(app, "augment-") == ["Before", "After"]


def test_each_change_of_the_picture_is_drawn_the_models_own_included(page: Open) -> None:
    app = page("voice-neutral", **{"try": ["augmentation"], "model": "scratch"})
    app.segmented_control(key="augment-kind").set_value("On the picture").run()
    for change in ("masks", "stretch", "bands", "tilt", "noise", "scratch"):
        app.segmented_control(key="augment-picture").set_value(change).run()
        captions(app)
        assert titles(app, "augment-") == ["Before", "After"]
    before = next(one for one in app.get("plotly_chart") if "-augment-" in one.proto.id).proto.spec
    app.button(key="augment-picture-again").click().run()
    assert next(one for one in app.get("plotly_chart") if "-augment-" in one.proto.id).proto.spec != before


def test_sound_is_made_again_only_when_asked_for(page: Open) -> None:
    app = page("voice-neutral", **{"try": ["resynthesis"]})
    assert len(app.get("audio")) == 1
    for kept in ("logmel", "mfcc-20", "mfcc-100"):
        app.segmented_control(key="resynthesis-kept").set_value(kept).run()
        assert len(app.get("audio")) == 1
        app.button(key="resynthesis-go").click().run()
        captions(app)
        assert len(app.get("audio")) == 3


def test_two_samples_stand_side_by_side(page: Open) -> None:
    app = page("voice-neutral", **{"try": ["comparison"], "second": "voice-whisper"})
    said = captions(app)
    assert "voice-neutral.flac" in said and "voice-whisper.flac" in said
    answers = [one for one in app.get("html") if 'data-testid="answer"' in one.proto.body]
    assert len(answers) == 3  # above, and one a side
    for number in (0, 1):
        assert titles(app, f"compared-pictures-{number}") == ["Waveform", "Mel-spectrogram"]
    app.selectbox(key="second-sample").set_value("am-4hz").run()
    assert "am-4hz.flac" in captions(app)
    assert app.query_params["second"] == "am-4hz"


def test_a_second_upload_that_is_no_sound_is_refused_in_a_sentence(page: Open) -> None:
    app = page(**{"try": ["comparison"]})
    app.segmented_control(key="second-source").set_value("upload").run()
    app.file_uploader(key="second-upload").set_value(("bad.wav", b"RIFF....nothing", "audio/wav")).run()
    assert not app.exception
    assert "bad.wav" in app.error[0].value


def test_a_short_and_a_silent_clip_have_all_pictures(page: Open) -> None:
    for samples in (np.zeros(8000), 0.1 * np.sin(np.arange(1600))):
        app = page(
            source="upload",
            show=["mel", "mfcc", "chroma", "descriptors", "msf"],
            closer="on",
            **{"try": ["augmentation", "comparison"]},
        )
        app.file_uploader(key="upload").set_value([("clip.wav", audio.encode_wav(samples), "audio/wav")]).run()
        assert "**Chroma**" in captions(app)


def test_the_selection_that_ships_is_drawn_with_the_descriptors(page: Open) -> None:
    app = page("voice-british", show="descriptors")
    assert "train speakers of crema-d" in captions(app)
    assert any("selection-path" in chart.proto.id for chart in app.get("plotly_chart"))
