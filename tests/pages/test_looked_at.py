"""What the model looked at, on the analyze page, and whether it was trained on the clip."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, explain, runs, settings
from ser_core.runs import Run
from tests import patience
from tests.opened import page, words

SHIPPED = settings.ARTIFACTS / "models" / "scratch"
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def trained_on(home: Path, part: str = "train") -> Run:
    """A model that states the sample voice among its clips."""
    run = Run(Path(shutil.copytree(SHIPPED, home / "runs" / "own")))
    digest = audio.decode(VOICE).pcm16_sha256_16
    table = run.split
    table.loc[table.index[0], ["part", "pcm16_sha256_16"]] = [part, digest]
    run.write_table("split.csv", table)
    run.seal()
    return run


def test_nothing_is_computed_until_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = explain.picture
    monkeypatch.setattr(explain, "picture", lambda *given, **more: asked.append(1) or real(*given, **more))
    at = page("analyze", source="samples", sample="voice-scottish", model="scratch")
    assert not at.exception and asked == []
    at.toggle(key="looked").set_value(True).run()
    assert not at.exception and asked == [1]
    assert "random masks a window" in words(at)
    assert at.query_params["looked"] in ("on", ["on"])
    # Another emotion is in the same map already.
    at.session_state["looked-for"] = "fear"
    at.run()
    assert not at.exception and asked == [1] and "**scratch** · fear" in words(at)


def test_a_link_opens_the_map_of_an_emotion() -> None:
    at = page(
        "analyze",
        **{"source": "samples", "sample": "voice-british", "looked": "on", "looked-for": "sadness", "model": "scratch"},
    )
    assert not at.exception and "**scratch** · sadness" in words(at)


@pytest.mark.parametrize(("part", "said"), [("train", "trained on this clip"), ("validation", "chosen on this clip")])
def test_an_uploaded_copy_of_a_heard_clip_is_known(home: Path, part: str, said: str) -> None:
    trained_on(home, part)
    at = page("analyze", source="upload", model="own")
    wav = audio.encode_wav(audio.decode(VOICE).samples)
    at.file_uploader[0].set_value([("copy.wav", wav, "audio/wav")]).run()
    assert not at.exception and f"This model was {said}" in words(at)
    other = page("analyze", source="upload", model="scratch")
    other.file_uploader[0].set_value([("copy.wav", wav, "audio/wav")]).run()
    assert "This model was" not in words(other)


def test_many_files_have_it_in_their_table(home: Path) -> None:
    trained_on(home)
    at = page("analyze", source="upload", model="own")
    files = [(one.name, one.read_bytes(), "audio/flac") for one in (VOICE, VOICE.with_name("voice-neutral.flac"))]
    at.file_uploader[0].set_value(files).run()
    table = next(one.value for one in at.dataframe if "file" in one.value)
    assert table["model was"][0] == "trained on this clip" and table["model was"].isna()[1]


def test_in_a_corpus_the_models_that_heard_the_clip_are_named() -> None:
    def script() -> None:
        from pages.widgets import model_picker, training_overlap

        rows = [("crema-d/1001_DFA_ANG_XX", "1001"), ("crema-d/1001_new", "1001"), ("mine/1001", "1001")]
        for clip, speaker in rows:
            training_overlap.show(model_picker.servable().values(), clip=clip, speaker=speaker, named=True)

    at = AppTest.from_function(script, default_timeout=patience.SECONDS).run()
    assert not at.exception
    said = [str(one.value) for one in at.caption]
    assert len(said) == 2
    shipped = [run.name for run in runs.shipped()]
    names = f"{', '.join(shipped[:-1])} and {shipped[-1]}"
    assert f"{names} were trained on this clip" in said[0] and f"{names} were trained on this speaker" in said[1]
