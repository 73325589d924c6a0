"""A finished run is written in one way: metrics of the file as written, and files.json over what its kind has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ser_core import runs
from ser_core.evaluation import metrics, writing
from ser_core.runs import Run, RunError

LABELS = ("anger", "fear")


def _run(folder: Path) -> Run:
    run = runs.create(folder)
    probabilities = np.array([[0.71234567, 0.28765433], [0.4, 0.6], [0.55, 0.45]])
    rows = runs.prediction_rows(
        ["c/1", "c/2", "c/3"], ["test"] * 3, ["a", "a", "b"], ["anger", "fear", "fear"], probabilities, LABELS
    )
    found = writing.measure(run, rows, LABELS)
    assert json.loads(json.dumps(found)) == run.metrics
    assert run.metrics == json.loads(json.dumps(metrics.parts(Run(run.path).predictions, LABELS)))
    return run


def test_a_finished_run_is_sealed_over_all_of_its_files(tmp_path: Path) -> None:
    run = _run(tmp_path / "r")
    run.write_text("split.csv", "clip,speaker,emotion,part,pcm16_sha256_16\n")
    writing.finish(run, "imported", {"recipe": {}}, lambda: f"card of {run.recipe}", message="imported")
    assert run.card == "card of {'recipe': {}}" and run.status["message"] == "imported"
    assert run.problems(hashes=True) == []


@pytest.mark.parametrize("kind", [kind for kind, files in writing.FILES.items() if files])
def test_a_run_that_lacks_what_its_kind_has_is_not_sealed(tmp_path: Path, kind: str) -> None:
    run = _run(tmp_path / "r")
    with pytest.raises(RunError, match=f"no {writing.FILES[kind][0]}"):
        writing.finish(run, kind, {}, str)
    assert not run.has("files.json") and not run.has("status.json")


@pytest.mark.parametrize("name", [run.name for run in runs.shipped()])
def test_what_ships_has_what_its_kind_has(name: str) -> None:
    run = runs.find(name)
    kind = "classical" if run.recipe["recipe"]["network"] in ("svm", "logreg") else "network"
    assert all(run.has(file) for file in writing.FILES[kind])


def test_predictions_that_changed_bring_their_metrics_and_card(tmp_path: Path) -> None:
    run = _run(tmp_path / "r")
    run.write_text("split.csv", "clip,speaker,emotion,part,pcm16_sha256_16\n")
    writing.finish(run, "imported", {}, str)
    writing.rewrite(run, run.predictions.iloc[:2], LABELS, lambda scores: f"{scores['test']['n']} clips")
    again = Run(run.path)
    assert again.card == "2 clips" and again.metrics["test"]["n"] == 2 and again.problems(hashes=True) == []
