"""The datasets page's view of splits: a verdict for an uploaded table, copies by sound on request, downloads, and a sentence for what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from streamlit.testing.v1 import AppTest

from ser_core.corpora import registry
from tests import made
from tests.pages.test_datasets import datasets, press, words


def uploaded(*files: tuple[str, str], corpus: str = "") -> AppTest:
    at = datasets(view="audit")
    at.get("file_uploader")[0].set_value([(name, text.encode(), "text/plain") for name, text in files]).run()
    if corpus:
        at.selectbox(key="split-corpus").set_value(corpus).run()
    assert not at.exception
    return at


def test_two_lists_are_judged_by_their_names_without_the_corpus() -> None:
    at = uploaded(("train.txt", "1001_IEO_ANG_HI.wav\n1002_IEO_SAD_LO.wav"), ("test.txt", "1001_TIE_ANG_XX.wav"))
    assert "Leaky: 1 of 2 speakers stands on both sides" in words(at)
    assert [metric.value for metric in at.metric] == ["3", "1", "0", "0"]
    assert {one.label for one in at.get("download_button")} == {"Report", "Badge", "Numbers (JSON)"}
    assert not [one for one in at.button if one.label.startswith("Compare")]


def test_speakers_kept_apart_and_a_copy_by_its_sound(tmp_path: Path) -> None:
    folder = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",), seconds=0.4)
    samples, rate = soundfile.read(folder / "AudioWAV" / "2002_IEO_HAP_XX.wav")
    soundfile.write(folder / "AudioWAV" / "2001_TIE_HAP_XX.wav", 0.5 * samples, rate)
    registry.register("crema-d", folder)
    stems = sorted(path.stem for path in (folder / "AudioWAV").iterdir())
    table = "\n".join(["clip,part", *(f"{stem},{'train' if stem < '2002' else 'test'}" for stem in stems)])
    at = uploaded(("split.csv", table), corpus="crema-d")
    assert "Not leaky: no speaker stands on both sides (1 in train, 1 in test)" in words(at)
    at = press(at, "Compare the sound of 13 clips")
    assert not at.exception
    assert "Leaky: 1 recording stands on both sides" in words(at)
    assert at.dataframe[1].value.values.tolist() == [["2001_TIE_HAP_XX", "2002_IEO_HAP_XX", "in two forms"]]


def test_what_is_no_split_is_said_without_this_machines_folders() -> None:
    at = uploaded(("mine.csv", "voice,part\na,train"))
    assert at.error[0].value.startswith("mine.csv has no column that names a clip")


def test_files_of_this_machine_are_not_opened_for_a_table(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    soundfile.write(secret, [0.0] * 16000, 16000)
    at = uploaded(("s.csv", f"path,speaker,part\n{secret},kim,train\n{secret},lee,test"))
    assert "Leaky: 1 recording" in words(at) and not [one for one in at.button if one.label.startswith("Compare")]


def test_a_shared_server_compares_no_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = uploaded(("s.csv", "clip,speaker,part\na,kim,train\nb,kim,test"))
    assert "Leaky: the one speaker stands on both sides" in words(at)
