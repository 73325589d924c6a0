"""A model on a pretrained ear, given away: apart from its encoder, which the zip names by hash, or joined with it as one graph."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, encoders, exchange, explain, recipes, runs
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.encoders import making
from ser_core.features import encoder, sets
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError, leagues, overview
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made
from tests.encoders import tiny


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def shared_home(home: Path, one_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One SER_HOME for the file: its encoder is made, and its runs are trained, once."""
    monkeypatch.setenv("SER_HOME", str(one_home))
    # Processes that an earlier test left waiting for work have its SER_HOME, where this encoder is not.
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    return one_home


@pytest.fixture
def corpus(one_home: Path) -> Path:
    folder = one_home / "corpus"
    return folder if folder.is_dir() else made.crema_d(folder, made.SPEAKERS[:4], made.SENTENCES[:1], seconds=0.6)


@pytest.fixture
def trained(one_home: Path, corpus: Path, tmp_path: Path) -> Run:
    """A logistic regression on an ear of a few units."""
    path = one_home / "runs" / "heard"
    if not path.exists():
        making.make("tiny", tiny.write(tmp_path / "model.bin", tiny.weights()))
        recipe = recipes.named("whisper-logreg").with_(features="whisper:tiny", waveform=None, copies=0)
        repeats.train(recipe, registry.load("crema-d", corpus), runs.create(path), Quiet())
    return Run(path)


def expected(run: Run, file: Path) -> dict[str, float]:
    found = Predictor(run).predict(audio.decode(file))
    return dict(zip(found.labels, map(float, found.probabilities), strict=True))


@pytest.mark.parametrize("joined", [False, True])
def test_its_example_goes_from_a_wav_to_the_same_probabilities(
    trained: Run, corpus: Path, tmp_path: Path, joined: bool
) -> None:
    target = tmp_path / "model.zip"
    assert main(["runs", "export", "heard", "-o", str(target), "--joined" if joined else "--model"]) == 0
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)
    folder, file = tmp_path / "heard", sorted((corpus / "AudioWAV").iterdir())[0]
    assert (folder / "joined.onnx").exists() == joined
    text = (folder / "example.py").read_text(encoding="utf-8")
    assert trained.feature["inputs"][0]["source"]["sha256_16"] in text and "encoders make tiny" in text
    if not joined:
        shutil.copy(encoders.find("tiny").graph, folder / "encoder.onnx")
    ran = subprocess.run(
        [sys.executable, "-I", "example.py", str(file)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == pytest.approx(expected(trained, file), abs=1e-4)


def test_it_is_imported_where_its_encoder_is_and_refused_where_it_is_not(
    trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = exchange.export(trained, tmp_path / "run.zip")
    imported = exchange.import_zip(target, name="again")
    assert imported.servable and leagues.of(imported) == leagues.PRETRAINED
    monkeypatch.setenv("SER_HOME", str(tmp_path / "another"))
    with pytest.raises(RunError, match=r"pretrained encoder tiny is not on this machine.*encoders make tiny"):
        exchange.import_zip(target)


def test_what_has_no_encoder_is_not_joined(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing to join"):
        exchange.model_zip(runs.find("paper"), tmp_path / "x.zip", joined=True)


def test_its_league_stands_in_its_card_and_in_the_table(trained: Run) -> None:
    assert leagues.of(trained) == leagues.PRETRAINED and "three layers of Whisper" in trained.card
    assert "2022 OpenAI" in trained.card
    table = overview.table().set_index("run")
    assert table.loc["heard", "league"] == leagues.PRETRAINED
    assert table.loc["paper", "league"] == leagues.LEARNED_HERE and not leagues.sentence(runs.find("paper"))


def test_what_it_looked_at_is_a_map_over_what_the_ear_hears(trained: Run, corpus: Path) -> None:
    model = Predictor(trained)
    samples = audio.decode(sorted((corpus / "AudioWAV").iterdir())[0]).samples
    told: list[tuple[int, int]] = []
    found, look = explain.looked(model, samples, masks=64, progress=lambda done, of: told.append((done, of)))
    assert explain.looks(model) and not explain.is_picture(model)
    assert found.values.shape == (len(model.labels), *look.logmel.shape) and look.logmel.shape[1] == 80
    np.testing.assert_allclose(
        found.probabilities,
        model.predict(audio.decode(sorted((corpus / "AudioWAV").iterdir())[0])).probabilities,
        atol=1e-5,
    )
    assert told[-1] == (64, 64) and np.abs(found.values).max() > 0
    again, _ = explain.looked(model, samples, masks=64)
    np.testing.assert_array_equal(again.values, found.values)
    with pytest.raises(explain.ExplainError, match="choose a part"):
        explain.looked(model, np.random.default_rng(0).normal(0, 0.1, 20 * 16_000).astype(np.float32))
    with pytest.raises(explain.ExplainError, match="not fed with what an encoder hears"):
        explain.looked(Predictor(runs.find("paper")), samples)


def test_what_the_ear_hears_stands_on_the_time_axis_of_the_sound() -> None:
    heard = encoder.heard(
        np.concatenate([np.zeros(16_000, np.float32), made.voice(150, 0.5, 4, 0.6, np.random.default_rng(0))])
    )
    whole = encoder.on_its_axis(heard, heard.logmel, 16_000 + 16_000, -2.0)
    assert whole.shape == (200, 80) and (whole[:100] == -2.0).all()
    assert sets.named("whisper").inputs[0].source.looks
