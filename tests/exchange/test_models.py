"""What goes with a model: an example that runs without this project, and how far its answers are those of the run."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, encoders, exchange, settings
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.exchange import example, parity
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError

SHIPPED = Run(settings.ARTIFACTS / "models" / "scratch")
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
LABELS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]


def test_the_example_runs_without_this_project_and_says_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(exchange.model_zip(SHIPPED, tmp_path / "model.zip")) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "scratch"
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


@pytest.mark.parametrize("name", ["accurate", "cnn1d"])
def test_what_a_strangers_run_states_is_no_code_in_the_example(name: str, tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(SHIPPED.path.parent / name, tmp_path / 'm"""\nimport os\n"""')))
    stated = json.loads((run.path / "feature.json").read_text())
    source = stated["inputs"][0]["source"]
    if name == "accurate":
        source |= dict.fromkeys(("encoder", "sha256_16"), '"""\nimport os\n"""')
    (run.path / "feature.json").write_text(json.dumps(stated))
    honest = ast.parse(example.text(Run(SHIPPED.path.parent / name)))
    made = ast.parse(example.text(run))
    assert "import-os" in str(ast.get_docstring(made))
    assert [ast.dump(one) for one in made.body[1:]] == [ast.dump(one) for one in honest.body[1:]]


@pytest.mark.parametrize("name", ["accurate", "fast", "scratch", "cnn1d", "paper"])
def test_who_follows_an_examples_own_words_gets_the_answer_of_predict(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / "voice.wav"
    sound.write_bytes(audio.encode_wav(np.tile(audio.decode(VOICE).samples, 3)))
    with zipfile.ZipFile(exchange.model_zip(Run(SHIPPED.path.parent / name), tmp_path / "model.zip")) as archive:
        archive.extractall(tmp_path / "elsewhere")
    folder = tmp_path / "elsewhere" / name
    if name == "accurate":
        # Its own words: the encoder lies beside it.
        shutil.copy(encoders.find("whisper-tiny").graph, folder / "encoder.onnx")
    words = (folder / "example.py").read_text().split('"""')[1]
    steps = re.findall(r"python ([^\n]*(?:FILE|\.npz))", words)
    assert len(steps) == (1 if name in ("accurate", "fast", "scratch") else 2)
    for step in steps:
        # The features are computed from the repository, the example is run where it was unpacked.
        ours = step.startswith("-m ser_core")
        asked = [
            str(sound) if word == "FILE" else str(tmp_path / word) if word.endswith(".npz") else word
            for word in step.split()
        ]
        run = [sys.executable, *([] if ours else ["-I"]), *asked]
        ran = subprocess.run(run, cwd=settings.ROOT if ours else folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    capsys.readouterr()
    assert main(["predict", name, str(sound), "--json"]) == 0
    (expected,) = json.loads(capsys.readouterr().out)
    assert json.loads(ran.stdout) == pytest.approx(expected["probabilities"], abs=1e-4)


def test_features_of_a_model_and_of_a_set_are_not_asked_for_at_once(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "x.npz")]
    for wrong in ([], ["--set", "msf", "--model", "paper"]):
        with pytest.raises(SystemExit) as ended:
            main(["features", str(VOICE), *wrong, *out])
        assert ended.value.code == 2
    assert main(["features", str(VOICE), "--model", "scratch", *out]) == 0
    with np.load(tmp_path / "x.npz") as held:
        given = Predictor(SHIPPED).inputs[0]
        whole = given.source.extract(audio.centred(audio.decode(VOICE).samples))
        np.testing.assert_array_equal(held["logmel"], given.sounding(whole))


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
