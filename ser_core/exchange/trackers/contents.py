"""What of a run a tracker is told, in plain names and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ser_core import runs
from ser_core.exchange.trackers.base import Tracker, Value
from ser_core.runs import Run

#: Files that go along, where the run has them.
FILES = ("model.onnx", "feature.json")


def write(run: Run, tracker: Tracker, *, after: int = 0) -> None:
    """Tell the tracker all of a finished run: recipe, curves, scores with their intervals, confusion matrices, card and model.

    Names are those of recipe.json, with dots, and of metrics.json, with slashes: `recipe.fit.epochs`, `test/intervals/uar/low`.
    Curves are history.csv's columns as `epoch/NAME`, those of the trainings that a parent run pools under theirs (`folds/2/epoch/loss`).
    after: the last epoch that the tracker knows already.
    """
    tracker.parameters(parameters(run))
    _curves(tracker, "", run.history, after)
    for training in runs.trainings(run):
        _curves(tracker, f"{training.name}/", training.history, 0)
        tracker.scores(numbers(training.metrics, f"{training.name}/"))
    tracker.scores(numbers(run.metrics))
    for part, scores in run.metrics.items():
        rows = [[label, *counts] for label, counts in zip(scores["labels"], scores["confusion"], strict=True)]
        tracker.table(f"{part}/confusion", ["true", *scores["labels"]], rows)
    if run.has("card.md"):
        tracker.text("card", run.card)
    for name in FILES:
        if (run.path / name).is_file():
            tracker.file(run.path / name)


def parameters(run: Run) -> dict[str, Value]:
    """Return recipe.json as one level of names; lists as JSON, and what is not stated left out."""
    return dict(_flat(run.recipe, ""))


def numbers(metrics: Mapping[str, Any], before: str = "") -> dict[str, float]:
    """Return every number of a metrics.json by its place in it; `classes` by the emotion's name. Lists of anything else are left out."""
    named: dict[str, float] = {}
    for key, value in metrics.items():
        if isinstance(value, Mapping):
            named |= numbers(value, f"{before}{key}/")
        elif key == "classes":
            for of_class in value:
                named |= numbers(of_class, f"{before}classes/{of_class['emotion']}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            named[f"{before}{key}"] = float(value)
    return named


def epoch(row: Mapping[str, Any], before: str = "") -> dict[str, float]:
    """Return an epoch's row of history.csv as points of curves."""
    return {
        f"{before}epoch/{name}": float(value)
        for name, value in row.items()
        if name != "epoch" and isinstance(value, int | float) and pd.notna(value)
    }


def _curves(tracker: Tracker, before: str, history: pd.DataFrame, after: int) -> None:
    for row in history.to_dict("records"):
        if row["epoch"] > after:
            tracker.point(int(row["epoch"]), epoch({str(name): value for name, value in row.items()}, before))


def _flat(value: Any, name: str) -> list[tuple[str, Value]]:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flat(inner, f"{name}.{key}" if name else str(key))]
    if value is None:
        return []
    return [(name, value if isinstance(value, Value) else json.dumps(value, ensure_ascii=False))]
