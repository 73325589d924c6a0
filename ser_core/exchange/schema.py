"""The form of a run folder's files, and metrics.json held against predictions.csv."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from ser_core import files, runs
from ser_core.evaluation import writing
from ser_core.runs import Run, RunError, epochs

PREDICTIONS = ("clip", "part", "fold", "speaker", "true", "predicted")
SPLIT = ("clip", "speaker", "emotion", "part", "pcm16_sha256_16")
PARTS = ("validation", "test")
#: How far a clip's probabilities may sum to something else than 1.
SUM = 1e-3
#: How far a score may lie from the one computed here.
SCORE = 1e-6
#: What no table and no JSON of a run comes near: bytes of a first line, columns, bytes of a JSON file.
HEAD_BYTES, COLUMNS, JSON_BYTES = 100_000, 2_000, 50_000_000
LAYER = ("name", "kind", "shape", "parameters")


def bounded(run: Run) -> None:
    """Raise RunError where a file is larger, wider or deeper than any of a run's, before it is read whole."""
    for path in sorted(run.path.iterdir()):
        if path.suffix == ".csv":
            with path.open("rb") as lines:
                head = lines.readline(HEAD_BYTES)
            if len(head) == HEAD_BYTES or head.count(b",") >= COLUMNS:
                raise RunError(f"{path.name} has more than {COLUMNS:,} columns, or a first line that never ends.")
        elif path.suffix == ".json" and path.stat().st_size > JSON_BYTES:
            raise RunError(f"{path.name} has more than {JSON_BYTES / 1e6:.0f} MB.")


def listed(run: Run) -> set[str]:
    """Return the names in files.json. Raises RunError where it has another form, or names a file in another folder."""
    try:
        table = files.from_json((run.path / "files.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"files.json is missing or no JSON: {error}") from error
    if not isinstance(table, dict):
        raise RunError("files.json is no table of files.")
    for name, stated in table.items():
        if "/" in name or "\\" in name or name in ("", ".", "..") or name.startswith("."):
            raise RunError(f"files.json names {name!r}, which is no file of the run's folder.")
        if not (
            isinstance(stated, dict) and isinstance(stated.get("bytes"), int) and isinstance(stated.get("sha256"), str)
        ):
            raise RunError(f"files.json does not state the bytes and sha256 of {name}.")
    return set(table)


def check(run: Run) -> None:
    """Raise RunError where a file of the run has not the form that the pages read, or metrics.json is not that of predictions.csv."""
    try:
        _ = run.trained_by
        if run.status.get("state") != "done":
            raise RunError(f"it is {run.status.get('state')}; only finished runs are taken in.")
        _columns(run.split, SPLIT, "split.csv")
        _values(run.split["part"], ("train", *PARTS), "split.csv", "part")
        _predictions(run)
        _metrics(run)
        epochs.read(run)
        for training in (runs.training(run), *runs.trainings(run)):
            if not all(set(LAYER) <= set(layer) for layer in training.layers):
                raise RunError("layers.json is not a list of layers with name, kind, shape and parameters.")
            if not training.history.empty and "epoch" not in training.history:
                raise RunError("history.csv has no column 'epoch'.")
        if run.has("feature.json") or run.has("model.onnx"):
            _ = run.contract
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"a file has another form than a run's: {error!r}.") from error


def recomputed(run: Run) -> dict[str, Any]:
    """Return metrics.json, computed here from the run's predictions.csv alone."""
    labels = _labels(run)
    pooled = any("folds" in scores for scores in run.metrics.values())
    return writing.scores(run.predictions, labels, pooled)


def _labels(run: Run) -> list[str]:
    labels = {tuple(scores["labels"]) for scores in run.metrics.values()}
    if len(labels) != 1:
        raise RunError("metrics.json states no labels, or other ones for each part.")
    return [str(label) for label in labels.pop()]


def _predictions(run: Run) -> None:
    table, labels = run.predictions, _labels(run)
    _columns(table, PREDICTIONS, "predictions.csv")
    if table.empty:
        raise RunError("predictions.csv has no rows.")
    _values(table["part"], PARTS, "predictions.csv", "part")
    for name in ("true", "predicted"):
        _values(table[name], labels, "predictions.csv", name)
    repeated = table.duplicated(["clip", "part", "fold"])
    if repeated.any():
        raise RunError(f"predictions.csv has {table['clip'][repeated].iloc[0]} twice.")
    stated = [name for name in table.columns if name.startswith("p_")]
    if stated and set(stated) != {f"p_{label}" for label in labels}:
        raise RunError(f"predictions.csv has the columns {', '.join(stated)}; the labels are {', '.join(labels)}.")
    if stated:
        wrong = odd_rows(table[stated].to_numpy(float))
        if wrong.any():
            raise RunError(f"the probabilities of {table['clip'][wrong].iloc[0]} in predictions.csv do not sum to 1.")


def odd_rows(probabilities: np.ndarray) -> np.ndarray:
    """Return for every row (rows × labels) whether it is no set of probabilities: outside 0 to 1, or not of sum 1 (SUM)."""
    with np.errstate(invalid="ignore"):
        right = ((probabilities >= 0) & (probabilities <= 1)).all(axis=1)
        odd: np.ndarray = ~(right & (np.abs(probabilities.sum(axis=1) - 1) <= SUM))
    return odd


def _metrics(run: Run) -> None:
    computed = recomputed(run)
    if set(computed) != set(run.metrics):
        raise RunError(
            f"metrics.json states {', '.join(run.metrics)}; predictions.csv has rows of {', '.join(computed)}."
        )
    for part, scores in computed.items():
        stated = run.metrics[part]
        for name in ("n", "accuracy", "uar", "macro_f1"):
            if not math.isclose(stated[name], scores[name], abs_tol=SCORE):
                raise RunError(
                    f"metrics.json states {name} {stated[name]} ({part}); predictions.csv gives {scores[name]}."
                )
        if stated["confusion"] != scores["confusion"]:
            raise RunError(f"the confusion matrix in metrics.json ({part}) is not that of predictions.csv.")


def _columns(table: pd.DataFrame, wanted: tuple[str, ...], name: str) -> None:
    missing = [column for column in wanted if column not in table]
    if missing:
        raise RunError(f"{name} has no column '{missing[0]}'.")


def _values(column: pd.Series, allowed: Any, name: str, what: str) -> None:
    strange = sorted(set(column) - set(allowed))
    if strange:
        raise RunError(f"{name} states the {what} {strange[0]!r}; known are {', '.join(allowed)}.")
