"""What a model is fed with is what its run states, and a run that states what cannot be made is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ser_core import runs
from ser_core.exchange import graph_check
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
    run = Run(shutil.copytree(runs.find("accurate").path, tmp_path / "run"))
    first, *others = run.feature["inputs"]
    run.write_json("feature.json", {**run.feature, "inputs": [{**first, **wrong}, *others]})
    run.seal()
    for refuses in (Predictor, graph_check.check):
        with pytest.raises(RunError, match=why):
            refuses(Run(run.path))


def test_a_run_of_before_there_were_pieces_is_cut_into_whole_windows(tmp_path: Path) -> None:
    run = Run(shutil.copytree(runs.find("accurate").path, tmp_path / "run"))
    first, *others = run.feature["inputs"]
    older = {key: value for key, value in first.items() if key not in ("piece", "beyond")}
    run.write_json("feature.json", {**run.feature, "inputs": [older, *others]})
    run.seal()
    (one,) = Predictor(Run(run.path)).inputs
    assert one.cut(1000) == (256, 128)
