"""The datasets page: the next step where there is no corpus; counts, filters, a clip and a check where there is one."""

import importlib.util
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio
from ser_core.corpora import recordings, registry
from tests import made, opened
from tests.opened import press, words


def datasets(**query: str) -> AppTest:
    return opened.page("datasets", **query)


def test_without_a_corpus_it_says_the_next_step() -> None:
    at = datasets()
    assert not at.exception
    assert "No corpus is on this machine yet" in words(at)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO", "TIE"), seconds=0.4)
    registry.register("crema-d", folder)
    return folder


def test_a_corpus_is_counted_and_its_terms_are_said(corpus: Path) -> None:
    at = datasets()
    assert not at.exception
    assert [metric.value for metric in at.metric][:3] == ["24", "2", "6"]
    assert "Open Database License" in words(at) and "Cao H" in words(at) and "Only 2 speakers" in words(at)


def test_the_filter_narrows_the_table_and_stands_in_the_url(corpus: Path) -> None:
    at = datasets(tab="Clips")
    next(one for one in at.multiselect if one.label == "Emotion").set_value(["anger"]).run()
    assert "4 of 24 clips" in words(at)
    assert list(at.dataframe[0].value["emotion"]) == ["anger"] * 4
    assert at.query_params["emotion"] == "anger"
    next(one for one in at.text_input if one.label.startswith("Text")).set_value("2002_tie").run()
    assert list(at.dataframe[0].value["clip"]) == ["crema-d/2002_TIE_ANG_XX"]
    at = datasets(tab="Clips", speaker="2001", emotion="fear")
    assert "2 of 24 clips" in words(at)


def test_a_corpus_is_checked(corpus: Path) -> None:
    at = press(datasets(tab="Check"), "Check this corpus")
    assert not at.exception
    assert "Some clips are not what they should be" in words(at)
    assert "2001_IEO_ANG_XX" in set(at.dataframe[0].value["clip"])


@pytest.mark.parametrize("held", ["sentence", "speaker"])
def test_the_emotions_stand_side_by_side(corpus: Path, held: str) -> None:
    at = datasets(tab="Compare", held=held)
    assert not at.exception
    assert len(at.get("audio")) == 6 and len(at.get("plotly_chart")) == 12
    chosen = [one.value for one in at.selectbox if one.label.startswith("Clip of")]
    # All of one speaker and one sentence where the corpus has them.
    assert len({clip[:16] for clip in chosen}) == 1
    by_clip = registry.load("crema-d").clips.set_index("clip")
    assert list(by_clip.loc[chosen, "emotion"]) == [
        one.label.removeprefix("Clip of ") for one in at.selectbox if one.label.startswith("Clip of")
    ]


def test_averages_are_drawn_after_asking(corpus: Path) -> None:
    at = datasets(tab="Averages")
    assert not at.exception and not at.get("plotly_chart")
    assert "it takes some seconds here" in words(at)
    at = press(at, "Extract the spectra of 24 clips")
    at = press(at, "Extract the modulation spectra of 24 clips")
    assert not at.exception
    assert len(at.get("plotly_chart")) == 2
    assert "anger 4, disgust 4" in words(at)
    next(one for one in at.multiselect if one.label == "Emotion").set_value(["anger", "fear"]).run()
    assert not at.exception and "anger 4, fear 4 clips" in words(at)


def test_a_map_is_drawn_at_once_and_its_title_tells_how(corpus: Path) -> None:
    at = datasets(tab="Map", of="features:msf")
    assert not at.exception
    assert "PCA of 24 clips" in words(at)
    at.segmented_control(key="map-method").set_value("lda").run()
    assert "LDA fitted on 1 speaker, drawn on the 12 clips of 1 speaker that it was not fitted on" in words(at)
    next(one for one in at.multiselect if one.label == "Emotion").set_value(["anger"]).run()
    assert not at.exception and "three emotions" in words(at)


def test_the_map_of_a_models_embedding(corpus: Path) -> None:
    at = datasets(tab="Map", of="model:accurate")
    assert not at.exception
    assert "PCA of 24 clips" in words(at)


def test_clips_most_like_ones_own_voice(corpus: Path) -> None:
    at = datasets(tab="Map", of="features:msf")
    at.segmented_control(key="similar-to").set_value("upload").run()
    uploader = at.get("file_uploader")[-1]
    uploader.set_value(("a.wav", (corpus / "AudioWAV" / "2002_TIE_SAD_XX.wav").read_bytes(), "audio/wav")).run()
    assert not at.exception
    assert "**crema-d/2002_TIE_SAD_XX** · sadness" in words(at) and "· 1.00" in words(at)
    assert len(at.get("audio")) == 7


def test_a_folder_of_ones_own_is_added_from_the_page(tmp_path: Path) -> None:
    source = made.crema_d(tmp_path / "c", ("2001",), ("IEO", "TIE"), seconds=0.3) / "AudioWAV"
    for code, emotion in (("ANG", "anger"), ("SAD", "sadness")):
        (tmp_path / "own" / emotion).mkdir(parents=True)
        for path in source.glob(f"*_{code}_*"):
            path.rename(tmp_path / "own" / emotion / path.name)
    at = datasets()
    at.selectbox(key="register-kind").set_value("own").run()
    at.text_input(key="register-name").set_value("mine").run()
    at.text_input(key="register-folder").set_value(str(tmp_path / "own")).run()
    next(one for one in at.button if one.label == "Add").click().run()
    assert not at.exception
    assert at.metric[0].value == "4"


def test_a_folder_that_is_no_corpus_gives_its_sentence(tmp_path: Path) -> None:
    at = datasets()
    at.segmented_control(key="register-way-3").set_value("folder").run()
    at.text_input(key="register-folder").set_value(str(tmp_path / "nowhere")).run()
    next(one for one in at.button if one.label == "Add").click().run()
    assert not at.exception
    assert "does not exist" in words(at)


def test_recordings_are_kept_counted_played_and_deleted() -> None:
    at = datasets(view="mine")
    assert "two classes of 2 clips are the least" in words(at) and "**anger** · 0 of 10" in words(at)
    voice = audio.encode_wav(made.voice(150.0, 0.4, 4.0, 1.0, np.random.default_rng(0)))
    for _ in range(2):
        at.audio_input[0].set_value(("a.wav", voice, "audio/wav")).run()
        assert not at.exception
    assert "**anger** · 2 of 10" in words(at)
    assert len(recordings.Recordings().list_all()) == 2
    assert len(registry.load("recordings").clips) == 2
    next(one for one in at.button if one.label == "Delete").click().run()
    assert "**anger** · 1 of 10" in words(at)
    next(one for one in at.button if one.label == "Yes, delete them all").click().run()
    assert recordings.Recordings().list_all() == []


def test_a_shared_server_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = datasets(view="mine")
    assert not at.exception
    assert "visitors cannot keep recordings" in words(at) and not at.audio_input


def test_a_zip_of_ones_own_is_unpacked_and_shown(corpus: Path, tmp_path: Path) -> None:
    archive = tmp_path / "voices.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for code, emotion in (("ANG", "anger"), ("SAD", "gloom")):
            for path in (corpus / "AudioWAV").glob(f"*_{code}_*"):
                out.write(path, f"voices/{emotion}/{path.name}")
    at = datasets()
    at.selectbox(key="register-kind").set_value("own").run()
    at.text_input(key="register-name").set_value("mine").run()
    at.segmented_control(key="register-way-2").set_value("zip").run()
    at.text_input(key="register-zip-path").set_value(str(archive)).run()
    at = press(at, "Unpack and add")
    assert not at.exception
    assert at.selectbox(key="corpus").value == "mine" and at.metric[0].value == "8"
    assert set(registry.load("mine").clips["emotion"]) == {"anger", "gloom"}


def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("../outside.wav", b"x")
    at = datasets()
    at.selectbox(key="register-kind").set_value("savee").run()
    at.segmented_control(key="register-way-2").set_value("zip").run()
    assert "register at the University of Surrey" in words(at)
    at.text_input(key="register-zip-path").set_value(str(archive)).run()
    at = press(at, "Unpack and add")
    assert not at.exception and "leads out of its folder" in words(at)
    assert "savee" not in registry.entries()


def test_recordings_are_a_corpus_like_any_other(corpus: Path) -> None:
    kept = recordings.Recordings()
    for emotion in ("anger", "fear"):
        kept.add((corpus / "AudioWAV" / "2001_IEO_ANG_XX.wav").read_bytes(), emotion, sitting="one")
    at = datasets(corpus="recordings")
    assert not at.exception
    assert at.selectbox(key="corpus").value == "recordings" and at.metric[0].value == "2"


def test_labels_and_speakers_are_offered_and_kept_on_a_click(tmp_path: Path) -> None:
    source = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO", "TIE"), seconds=0.3) / "AudioWAV"
    for code, emotion in (("ANG", "Wut"), ("SAD", "sad"), ("NEU", "plain")):
        (tmp_path / "own" / emotion).mkdir(parents=True)
        for path in source.glob(f"*_{code}_*"):
            path.rename(tmp_path / "own" / emotion / path.name)
    registry.register("mine", tmp_path / "own")
    at = datasets(corpus="mine", tab="Check")
    assert not at.exception
    assert "12 of 12 clips state no speaker" in words(at) and "Wut = **anger**, sad = **sadness**" in words(at)
    assert "they are 2 speakers: 2001 6, 2002 6" in words(at)
    at = press(press(at, "Read them so"), "Take these speakers")
    assert not at.exception
    assert registry.load("mine").emotions == ("anger", "sadness", "plain") and registry.load("mine").speakers == (
        "2001",
        "2002",
    )
    assert "state no speaker" not in words(at)
    assert not [one for one in at.button if one.label in ("Read them so", "Take these speakers")]


def test_folders_that_are_no_emotions_are_told(tmp_path: Path) -> None:
    source = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3) / "AudioWAV"
    (tmp_path / "own").mkdir()
    source.rename(tmp_path / "own" / "Actor_01")
    registry.register("mine", tmp_path / "own")
    at = datasets(corpus="mine")
    assert not at.exception and "look like RAVDESS' actors" in words(at)
    at = press(datasets(corpus="mine", tab="Check"), "Check this corpus")
    assert "6 of 6 clips state no speaker." in words(at)


def test_names_that_are_not_utf_8_are_shown_and_heard(tmp_path: Path) -> None:
    source = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3) / "AudioWAV"
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/v\xe4"))
    try:
        (folder / "joy").mkdir(parents=True)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    (source / "2001_IEO_HAP_XX.wav").rename(folder / "joy" / os.fsdecode(b"s\xfc.wav"))
    registry.register("old", folder)
    at = datasets(corpus="old", tab="Clips")
    assert not at.exception
    assert list(at.dataframe[0].value["clip"]) == ["old/joy/s%FC.wav"]
    at = datasets(corpus="old", tab="Compare")
    assert not at.exception
    at = press(datasets(corpus="old", tab="Check"), "Check this corpus")
    assert not at.exception and "No faults found" in words(at)


def test_a_corpus_is_exported_from_its_page_into_a_new_folder(corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("audformat")
    at = datasets(tab="Clips")
    target = tmp_path / "out"
    next(one for one in at.text_input if one.key == "export-folder").set_value(str(target)).run()
    press(at, "Write")
    assert not at.exception and "Written into" in words(at) and (target / "db.yaml").is_file()
    assert len(list(target.rglob("*.wav"))) == 24
    press(at, "Write")
    assert "is there already; name a new folder" in words(at)


def test_without_the_package_the_page_says_what_brings_it(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "audformat" else found(name, *a))
    at = datasets(tab="Clips")
    assert "pip install audformat" in words(at) and not [one for one in at.button if one.label == "Write"]


def test_visitors_of_a_shared_server_write_nothing_onto_it(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = datasets(tab="Clips")
    assert not at.exception and "audformat" not in words(at).lower()
