"""What a model is fed with is what its run states, and a run that states what cannot be made is refused."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, runs, settings
from ser_core.exchange import graph_check, schema
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"hop": 0}, "one every 0"),
        ({"piece": 300}, "pieces of 300"),
        ({"frames": 200}, r"has the shape \[200, 64\]"),
    ],
)
def test_windows_that_cannot_be_made_are_refused(tmp_path: Path, wrong: dict[str, int], why: str) -> None:
    run = Run(shutil.copytree(runs.find("scratch").path, tmp_path / "run"))
    first, *others = run.feature["inputs"]
    run.write_json("feature.json", {**run.feature, "inputs": [{**first, **wrong}, *others]})
    run.seal()
    for refuses in (Predictor, graph_check.check):
        with pytest.raises(RunError, match=why):
            refuses(Run(run.path))


def test_a_run_of_before_there_were_pieces_is_cut_into_whole_windows(tmp_path: Path) -> None:
    run = Run(shutil.copytree(runs.find("scratch").path, tmp_path / "run"))
    first, *others = run.feature["inputs"]
    older = {key: value for key, value in first.items() if key not in ("piece", "beyond")}
    run.write_json("feature.json", {**run.feature, "inputs": [older, *others]})
    run.seal()
    (one,) = Predictor(Run(run.path)).inputs
    assert one.cut(1000) == (256, 128)


@pytest.mark.parametrize("name", ["accurate", "fast", "scratch", "cnn1d", "paper"])
def test_an_offset_changes_no_answer(name: str) -> None:
    predictor = Predictor(runs.find(name))
    plain = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac")
    plain = dataclasses.replace(plain, samples=plain.samples * np.float32(0.5))
    offset = dataclasses.replace(plain, samples=plain.samples + np.float32(0.3))
    expected, found = predictor.predict(plain), predictor.predict(offset)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-4)
    assert [one.code for one in found.findings if one not in expected.findings] == ["dc-offset"]
    along = [predictor.timeline(clip).probabilities for clip in (plain, offset)]
    np.testing.assert_allclose(along[0], along[1], atol=1e-4)
    if predictor.takes_profile:
        profiles = [predictor.profile_of([clip]).statistics for clip in (plain, offset)]
        np.testing.assert_allclose(profiles[0], profiles[1], atol=1e-2)


@pytest.mark.parametrize("version", [None, 1])
def test_a_run_of_before_the_door_for_sound_had_versions_is_served(tmp_path: Path, version: int | None) -> None:
    run = Run(shutil.copytree(runs.find("accurate").path, tmp_path / "run"))
    feature = {key: value for key, value in run.feature.items() if key != "audio_version"}
    run.write_json("feature.json", feature if version is None else {**feature, "audio_version": version})
    run.seal()
    clip = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac")
    expected = Predictor(runs.find("accurate")).predict(clip)
    np.testing.assert_array_equal(Predictor(Run(run.path)).predict(clip).probabilities, expected.probabilities)
    schema.check(Run(run.path))


def test_a_run_of_a_later_door_stays_out(tmp_path: Path) -> None:
    run = Run(shutil.copytree(runs.find("accurate").path, tmp_path / "run"))
    run.write_json("feature.json", {**run.feature, "audio_version": audio.VERSION + 1})
    with pytest.raises(RunError, match="audio version"):
        schema.check(Run(run.path))
