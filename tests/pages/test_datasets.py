"""The datasets page: the next step where there is no corpus; counts, filters, a clip and a check where there is one."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio
from ser_core.corpora import recordings, registry
from tests import made

APP = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")


def datasets() -> AppTest:
    return AppTest.from_file(APP, default_timeout=120).run().switch_page("pages/datasets/page.py").run()


def words(at: AppTest) -> str:
    return "\n".join(
        str(element.value)
        for kind in (at.markdown, at.caption, at.info, at.warning, at.error, at.success)
        for element in kind
    )


def test_without_a_corpus_it_says_the_next_step() -> None:
    at = datasets()
    assert not at.exception
    assert "No corpus is on this machine yet" in words(at)


def test_a_corpus_is_counted_filtered_and_checked(tmp_path: Path) -> None:
    registry.register("crema-d", made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO", "TIE"), seconds=0.3))
    at = datasets()
    assert not at.exception
    assert [metric.value for metric in at.metric][:3] == ["24", "2", "6"]
    assert "Open Database License" in words(at) and "Only 2 speakers" in words(at)
    next(one for one in at.multiselect if one.label == "Emotion").set_value(["anger"]).run()
    assert "4 of 24 clips" in words(at)
    next(one for one in at.button if one.label == "Check this corpus").click().run()
    assert not at.exception
    assert "Some clips are not what they should be" in words(at)


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
    at.text_input(key="register-folder").set_value(str(tmp_path / "nowhere")).run()
    next(one for one in at.button if one.label == "Add").click().run()
    assert not at.exception
    assert "does not exist" in words(at)


def test_recordings_are_kept_counted_played_and_deleted() -> None:
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["view"] = "mine"
    at = at.run().switch_page("pages/datasets/page.py").run()
    assert "Nothing collected yet" in words(at)
    voice = audio.encode_wav(made.voice(150.0, 0.4, 4.0, 1.0, np.random.default_rng(0)))
    for _ in range(2):
        at.audio_input[0].set_value(("a.wav", voice, "audio/wav")).run()
        next(one for one in at.button if one.label == "Keep 1 as anger").click().run()
        assert not at.exception
    assert "anger 2" in words(at)
    assert len(recordings.Recordings().list_all()) == 2
    assert len(registry.load("recordings").clips) == 2
    next(one for one in at.button if one.label == "Delete").click().run()
    assert "anger 1" in words(at)
    next(one for one in at.button if one.label == "Yes, delete them all").click().run()
    assert recordings.Recordings().list_all() == []


def test_a_shared_server_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["view"] = "mine"
    at = at.run().switch_page("pages/datasets/page.py").run()
    assert not at.exception
    assert "recordings are not kept" in words(at) and not at.audio_input
