"""What runs are called: a shipped model for people, a run that nobody named by what it is, any other by its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ser_core import runs, settings
from ser_core.runs import Run, titles

WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")


def test_every_shipped_model_has_a_name_for_people() -> None:
    models = [path.name for path in (settings.ARTIFACTS / "models").iterdir() if path.is_dir()]
    assert set(models) == set(titles.SHIPPED)
    assert titles.of(runs.find("accurate")) == "Best: a pretrained ear"
    assert titles.of(WEIGHTLESS) == "svm-clips"


@pytest.mark.parametrize(
    ("folder", "said"), [("svm-20261129-161200", "svm · CREMA-D · by clip · "), ("my-best", "my-best")]
)
def test_a_run_is_called_by_what_it_is_unless_somebody_named_it(home: Path, folder: str, said: str) -> None:
    run = runs.weightless(WEIGHTLESS, home / "runs" / folder)
    assert titles.of(run).startswith(said)
    (run.path / "recipe.json").write_text("{")
    assert titles.of(Run(run.path)) == folder
