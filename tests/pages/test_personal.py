"""My own model on the train page: the three steps, and the model on the pages that use it."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, jobs, runs, settings
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import locks
from tests import made, opened
from tests.opened import words

VOICE = (settings.ARTIFACTS / "samples" / "voice-british.flac").read_bytes()


def page(name: str = "train", **query: str) -> AppTest:
    return opened.page(name, **query, **({"view": "personal"} if name == "train" else {}))


def record(clips: int, sittings: tuple[str, ...] = ("one",), names: tuple[str, ...] = ("anger", "calm")) -> None:
    for name, code in zip(names, ("ANG", "SAD"), strict=True):
        for number in range(clips):
            random = np.random.default_rng([number, len(name)])
            pitch, level, rhythm = made.CODES[code]
            voice = made.voice(pitch * random.uniform(0.95, 1.05), level, rhythm, 0.6, random)
            Recordings().add(audio.encode_wav(voice), name, sitting=sittings[number % len(sittings)])


def make(at: AppTest) -> AppTest:
    return at.button(key="personal-make").click().run()


def test_without_clips_the_first_step_is_said() -> None:
    at = page()
    assert not at.exception
    said = words(at)
    assert "1 · Collect" in said and "**anger** · 0 of 10" in said and "two classes of 2 clips are the least" in said
    assert at.button(key="personal-make").disabled and at.button(key="finetune-preset").disabled
    assert "3 · Try" not in said


def test_what_is_missing_is_said() -> None:
    record(3)
    said = words(page())
    assert "**anger** · 3 of 10" in said and "**calm** · 3 of 10" in said
    assert "“too few to say”: anger 3, calm 3" in said and "All was recorded in one sitting" in said
    assert "A class “background”" in said


def test_a_model_of_three_clips_a_class_is_made_and_answers() -> None:
    record(3)
    at = make(page())
    assert not at.exception
    (run,) = runs.own()
    said = words(at)
    assert f"**{run.name}** is a model of your own" in said and "**too few to say**" in said
    assert "3 · Try" in said and at.query_params["own"] == run.name
    # The matrix counts; a share of three clips is no figure.
    assert len(at.get("plotly_chart")) >= 1 and "Right in" not in said
    at.segmented_control(key="source").set_value("upload").run()
    at.file_uploader(key="upload").set_value([("british.flac", VOICE, "audio/flac")]).run()
    assert not at.exception
    assert "What this confidence is worth: too few to say" in words(at)


@pytest.mark.parametrize(
    ("sittings", "label"), [(("one", "two"), "by sitting"), (("one",), "same sitting: optimistic")]
)
def test_the_figure_has_its_label_wherever_the_model_is_offered(sittings: tuple[str, ...], label: str) -> None:
    record(10, sittings)
    at = make(page())
    assert not at.exception
    (run,) = runs.own()
    assert f"of 20 clips, **{label}**" in words(at)
    at = page("analyze", model=run.name, source="samples")
    assert not at.exception
    said = words(at)
    assert at.multiselect(key="model").value == [run.name]
    assert f"of 20 clips, **{label}**" in said and "never heard" not in said and "unheard" not in said
    assert f"On your own recordings, cross-validated ({label})" in said
    assert f"{run.name} · {label}" in at.multiselect(key="model").options


def test_classes_of_odd_names_are_drawn_as_they_are() -> None:
    odd = ("*a* <img src=x> $b$", "0012")
    record(3, names=odd)
    at = make(page())
    assert not at.exception
    (run,) = runs.own()
    assert r"\*a\* \<img src=x> \$b\$** · 3 of 10" in words(at)
    at = page("analyze", model=run.name, source="samples")
    assert not at.exception
    assert not any("<img" in str(element.body) for element in at.get("html"))


def test_too_few_clips_are_refused_in_a_sentence() -> None:
    record(2)
    at = page()
    at.multiselect(key="personal-classes-2").set_value(["anger"]).run()
    assert at.button(key="personal-make").disabled
    assert "record clips of a second class" in words(at)


def test_the_whole_network_is_offered_with_the_corpus_set() -> None:
    record(3)
    at = page().button(key="finetune-preset").click().run()
    assert not at.exception
    assert at.selectbox(key="train-corpus").value == "recordings"


def test_fine_tuning_begins_with_the_models_weights() -> None:
    record(10)
    with locks.runner_lock():
        at = page().button(key="finetune").click().run()
        assert not at.exception
        (job,) = jobs.all_jobs()
    recipe = job.order["recipe"]
    assert (recipe["name"], recipe["start"], recipe["corpus"]) == ("voice", "accurate", "recordings")
    assert recipe["labels"] == ["anger", "calm"]
    assert at.query_params["job"] == job.id


def test_few_clips_are_not_fine_tuned() -> None:
    record(3)
    at = page()
    assert at.button(key="finetune").disabled and "It needs 10 clips of each class at least" in words(at)


def test_a_shared_server_keeps_no_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = page()
    assert not at.exception
    assert "keep recordings and make a model of them" in words(at)


def test_damaged_recordings_are_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_TRAINING", "off")
    (home / "recordings").mkdir(parents=True)
    (home / "recordings" / "recordings.csv").write_text("file,emotion\n../x.wav,anger\n")
    at = page()
    assert "is damaged" in words(at)
