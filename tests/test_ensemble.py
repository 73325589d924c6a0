"""Several runs as one: its graph and its predictions are the mean of theirs, and what does not fit together is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, ensemble, runs, settings
from ser_core.cli.main import main
from ser_core.evaluation import metrics
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError
from tests import made

pytestmark = pytest.mark.usefixtures("home")

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def test_the_ensemble_answers_with_the_mean_of_its_members(tmp_path: Path) -> None:
    members = [runs.find("accurate"), made.other_model(tmp_path / "second")]
    whole = ensemble.combine(members)
    clip = audio.decode(VOICE)
    found, first, second = (Predictor(one).predict(clip) for one in (whole, *members))
    assert not np.allclose(first.probabilities, second.probabilities, atol=1e-3)
    np.testing.assert_allclose(found.probabilities, (first.probabilities + second.probabilities) / 2, atol=1e-5)
    np.testing.assert_allclose(found.embedding, first.embedding, atol=1e-5)
    assert whole.problems(hashes=True) == []


def test_its_figures_are_those_of_the_mean_of_the_predictions(tmp_path: Path) -> None:
    members = [runs.find("accurate"), made.other_model(tmp_path / "second")]
    whole = ensemble.combine(members)
    labels = whole.feature["labels"]
    columns = [f"p_{label}" for label in labels]
    tables = [one.predictions.set_index("clip")[columns] for one in (whole, *members)]
    mean = (tables[1] + tables[2].loc[tables[1].index]) / 2
    np.testing.assert_allclose(tables[0].loc[mean.index], mean, atol=1e-5)
    assert whole.metrics == json.loads(json.dumps(metrics.parts(whole.predictions, labels)))
    assert whole.recipe["found"]["parameters"] == 2 * members[0].recipe["found"]["parameters"]
    assert "second" in whole.card and whole.metrics["test"]["n"] == members[0].metrics["test"]["n"]


def test_what_does_not_fit_together_is_refused_and_leaves_nothing(tmp_path: Path, home: Path) -> None:
    accurate = runs.find("accurate")
    with pytest.raises(RunError, match="two different runs"):
        ensemble.combine([accurate, accurate])
    with pytest.raises(RunError, match="differ in their inputs"):
        ensemble.combine([accurate, runs.find("cnn1d")])
    elsewhere = made.other_model(tmp_path / "elsewhere")
    elsewhere.write_table("split.csv", elsewhere.split.assign(part="train"))
    elsewhere.seal()
    with pytest.raises(RunError, match="different parts"):
        ensemble.combine([accurate, Run(elsewhere.path)])
    assert not list((home / "runs").glob("*")) and not list(home.glob(".*making"))


def test_the_command_names_the_new_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = made.other_model(tmp_path / "second")
    assert main(["runs", "ensemble", "accurate", str(second.path), "--json"]) == 0
    name = json.loads(capsys.readouterr().out)["name"]
    assert main(["predict", name, str(VOICE), "--json"]) == 0
    assert main(["runs", "ensemble", "accurate"]) == 1
    assert "two different runs" in capsys.readouterr().err
