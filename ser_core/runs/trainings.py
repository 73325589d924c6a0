"""The trainings that a run pools, its folds or its seeds' own: whole runs below it or, of a published run, what trainings.json states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from ser_core.runs.folders import pieces
from ser_core.runs.run import Run
from ser_core.runs.tables import parts_share_speakers

FILE = "trainings.json"
SCORES = ("n", "accuracy", "uar", "macro_f1")


class Training(Protocol):
    """One training that a run pools."""

    @property
    def name(self) -> str:
        """Its folder below the run: `seeds/0`, `seeds/0/folds/DC`."""

    @property
    def found(self) -> dict[str, Any]:
        """What it found, as its recipe.json stated: temperature, threshold, parameters, seconds."""

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Part → SCORES."""

    @property
    def knew_speakers(self) -> bool:
        """Whether it was trained or chosen on other clips of the speakers that it was tested on."""

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The rows of its layers.json; none where it has no model."""

    @property
    def history(self) -> pd.DataFrame:
        """A row an epoch; empty of what has none."""


@dataclass(frozen=True)
class _Whole:
    """A training whose run lies below the one that pools it; read as it is asked for."""

    name: str
    run: Run

    @property
    def found(self) -> dict[str, Any]:
        return dict(self.run.recipe.get("found", {}))

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        return {part: {name: scores[name] for name in SCORES} for part, scores in self.run.metrics.items()}

    @property
    def knew_speakers(self) -> bool:
        return parts_share_speakers(self.run.split)

    @property
    def layers(self) -> list[dict[str, Any]]:
        return self.run.layers if self.run.has("layers.json") else []

    @property
    def history(self) -> pd.DataFrame:
        return self.run.history


@dataclass(frozen=True, eq=False)
class _Stated:
    """A training of which trainings.json alone is left."""

    name: str
    found: dict[str, Any]
    metrics: dict[str, dict[str, float]]
    knew_speakers: bool
    layers: list[dict[str, Any]] = field(repr=False)
    history: pd.DataFrame = field(repr=False)


def trainings(run: Run) -> list[Training]:
    """Return the trainings that the run pools, those of its seeds' folds one by one; none for any other run."""
    if run.has(FILE):
        return [_Stated(**{**stated, "history": pd.DataFrame(stated["history"])}) for stated in run.json(FILE)]
    return [_Whole(leaf.path.relative_to(run.path).as_posix(), leaf) for leaf in _leaves(run)]


def training(run: Run) -> Training:
    """Return the run's own training."""
    return _Whole(run.name, run)


def to_json(pooled: list[Training]) -> list[dict[str, Any]]:
    """Return what trainings.json states of these."""
    return [
        {
            "name": training.name,
            "found": training.found,
            "metrics": training.metrics,
            "knew_speakers": training.knew_speakers,
            "layers": training.layers,
            "history": training.history.to_dict("list"),
        }
        for training in pooled
    ]


def _leaves(run: Run) -> list[Run]:
    return [leaf for piece in pieces(run) for leaf in (_leaves(piece) or [piece])]
