"""What goes with a model: an example that runs without this project, and how far its answers are those of the run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, exchange, settings
from ser_core.corpora import registry
from ser_core.exchange import parity
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError

SHIPPED = Run(settings.ARTIFACTS / "models" / "accurate")
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
LABELS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]


def test_the_example_runs_without_this_project_and_says_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(exchange.model_zip(SHIPPED, tmp_path / "model.zip")) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "accurate"
    assert {one.name for one in folder.iterdir()} == {"model.onnx", "feature.json", "card.md", "example.py"}
    assert "ser_core" not in (folder / "example.py").read_text()
    assert len((folder / "example.py").read_text().splitlines()) <= 28
    long = tmp_path / "long.wav"
    long.write_bytes(audio.encode_wav(np.tile(audio.decode(VOICE).samples, 3)))
    for sound in (VOICE, long):
        ran = subprocess.run(
            [sys.executable, "-I", "example.py", str(sound)], cwd=folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        expected = Predictor(SHIPPED).predict(audio.decode(sound))
        said = json.loads(ran.stdout)
        assert list(said) == list(expected.labels)
        np.testing.assert_allclose(list(said.values()), expected.probabilities, atol=1e-3)


def test_without_the_clips_the_model_is_said_to_be_unchecked() -> None:
    found = exchange.on_real_clips(SHIPPED)
    assert found.clips == 0 and "none of the clips" in found.sentence


def test_the_model_gives_the_probabilities_of_the_run_on_real_clips(data: Path, tmp_path: Path) -> None:
    registry.register("crema-d", data / "crema-d")
    run = Run(Path(shutil.copytree(SHIPPED.path, tmp_path / "copy")))
    run.write_json("feature.json", {**run.feature, "audio_version": audio.VERSION})
    run.seal()
    run = Run(run.path)
    rows = run.predictions
    predictor = Predictor(run)
    columns = [f"p_{label}" for label in predictor.labels]
    for clip, row in parity._here(rows[rows["part"] == "test"], 8):
        rows.loc[row.name, columns] = predictor.predict(clip).probabilities.astype(float)
    run.write_table("predictions.csv", rows)
    run.seal()
    found = exchange.on_real_clips(Run(run.path))
    assert found.clips == 8 and found.difference is not None and found.difference <= 1e-4
    rows["p_anger"] = rows["p_anger"][::-1].to_numpy()
    run.write_table("predictions.csv", rows)
    run.seal()
    with pytest.raises(RunError, match="differs from predictions"):
        exchange.on_real_clips(Run(run.path))


def test_what_was_measured_through_another_door_for_sound_is_said_to_be_unchecked(data: Path, tmp_path: Path) -> None:
    registry.register("crema-d", data / "crema-d")
    run = Run(Path(shutil.copytree(SHIPPED.path, tmp_path / "copy")))
    run.write_json("feature.json", {**run.feature, "audio_version": 0})
    run.seal()
    found = exchange.on_real_clips(Run(run.path))
    assert found.clips == 0 and "heard sound differently" in found.sentence
