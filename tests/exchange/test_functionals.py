"""A model on openSMILE's functionals, from its training to a program without this one: what computes its features is said, on whose terms."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, exchange, runs, settings
from ser_core.cli.main import main
from ser_core.exchange import terms
from ser_core.exchange.hub import model_card
from ser_core.features import functionals
from ser_core.predictor import Predictor
from tests import made

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("opensmile") is None, reason="needs the optional package opensmile"
)


def test_the_hub_is_told_on_whose_terms_features_are_computed() -> None:
    # Read where the package is not, too.
    run = runs.Run(settings.ARTIFACTS / "results" / "egemaps-svm-speakers")
    assert terms.of_features(run) == [functionals.TERMS] and functionals.TERMS in terms.sentence(run)
    assert model_card._licence(run, ["crema-d"])["license"] == "other"
    assert functionals.TERMS in model_card._own(run)["attribution"]
    free = runs.Run(settings.ARTIFACTS / "results" / "svm-speakers")
    assert not terms.sentence(free) and model_card._licence(free, ["crema-d"]) == {"license": "odbl"}


@needs_package
def test_a_model_goes_out_with_what_computes_its_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv(functionals.VARIABLE, "1")
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    folder = made.crema_d(tmp_path / "crema", speakers=made.SPEAKERS[:5], sentences=("IEO", "TIE"), seconds=0.4)
    path = tmp_path / "run"
    assert main(["train", "egemaps-svm", "--data", str(folder), "--run", str(path)]) == 0
    run = runs.Run(path)
    assert terms.of_features(run) == [functionals.TERMS] and functionals.TERMS in run.card
    stated = run.json("feature.json")["inputs"][0]["source"]
    assert (stated["kind"], stated["feature_set"], stated["version"]) == (
        "opensmile",
        "eGeMAPSv02",
        functionals.installed(),
    )

    capsys.readouterr()
    assert main(["runs", "export", str(path), "--model", "-o", str(tmp_path / "model.zip")]) == 0
    assert functionals.TERMS in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        archive.extractall(tmp_path / "out")
    (out,) = (tmp_path / "out").iterdir()
    words = (out / "example.py").read_text(encoding="utf-8")
    assert "ser_core" not in words and functionals.TERMS in words and f"opensmile {stated['version']}" in words

    sound = next(folder.rglob("2001_IEO_ANG_XX.wav"))
    ran = subprocess.run(
        [sys.executable, "-I", "example.py", str(sound)], cwd=out, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    expected = Predictor(run).predict(audio.decode(sound))
    np.testing.assert_allclose(list(json.loads(ran.stdout).values()), expected.probabilities, atol=1e-3)

    # Where the licence was not confirmed, or another version is, the run is read and says why it judges nothing.
    monkeypatch.delenv(functionals.VARIABLE)
    assert functionals.VARIABLE in runs.Run(path).missing and not runs.Run(path).servable
    capsys.readouterr()
    assert main(["predict", str(path), str(sound)]) == 1
    assert functionals.VARIABLE in capsys.readouterr().err
    assert exchange.export(runs.Run(path), tmp_path / "run.zip").is_file()
