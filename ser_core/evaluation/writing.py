"""How every run is finished: predictions, the metrics of them, card, recipe and state, and files.json over all of it.

It stands beside the metrics and not in `runs`, which is left of them: metrics.json follows from predictions.csv alone.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from ser_core.evaluation import metrics, pooling
from ser_core.runs import Run, RunError

_SERVED = ("model.onnx", "feature.json", "layers.json")
#: Kind of run → what it has besides `runs.ALWAYS` and its card. Runs of a network may have lost their weights (`runs.publish`) since.
FILES = {
    "network": ("model.keras", "history.csv", *_SERVED),
    "classical": _SERVED,
    "parent": (),
    "ensemble": _SERVED,
    "personal": _SERVED,
    "imported": (),
}


def scores(predictions: pd.DataFrame, labels: Sequence[str], pooled: bool = False) -> dict[str, Any]:
    """Return metrics.json of a predictions.csv. pooled: its folds are trainings of their own, with scores of their own."""
    return (pooling if pooled else metrics).parts(predictions, labels)


def measure(run: Run, predictions: pd.DataFrame, labels: Sequence[str], pooled: bool = False) -> dict[str, Any]:
    """Write predictions.csv and metrics.json, and return the latter; `pooled`: as `scores`."""
    run.write_table("predictions.csv", predictions)
    # Computed from the file as written, so that anyone who reads it finds the same numbers.
    measured = scores(Run(run.path).predictions, labels, pooled)
    run.write_json("metrics.json", measured)
    return measured


def finish(run: Run, kind: str, recipe: dict[str, Any], card: Callable[[], str], **status: Any) -> None:
    """Write recipe.json, card.md, the state done and files.json, last, of a run that holds the rest of its files.

    kind: a key of FILES. card: called when recipe.json is written. status: what else status.json states. Raises RunError where
    a file of this kind of run is not there.
    """
    run.write_json("recipe.json", recipe)
    run.write_text("card.md", card())
    missing = [name for name in FILES[kind] if not run.has(name)]
    if missing:
        raise RunError(f"The run {run.name} has no {missing[0]}, which belongs to it.")
    run.write_status("done", **{"message": "done", **status})
    run.seal()


def rewrite(run: Run, predictions: pd.DataFrame, labels: Sequence[str], card: Callable[[dict[str, Any]], str]) -> None:
    """Replace the predictions of a finished run, and all that follows from them; `card`: its text, of the metrics."""
    run.write_text("card.md", card(measure(run, predictions, labels)))
    run.seal()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}
