"""Incremental feature selection: descriptors join one at a time, each time the one that helps unheard speakers most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pandas as pd

from ser_core import fanout, files
from ser_core.fanout import Progress
from ser_core.features.sources import FeatureError

if TYPE_CHECKING:
    from sklearn.model_selection import GroupKFold

FOLDS = 5


@dataclass(frozen=True)
class Step:
    """One step: the group that joined, and the mean and deviation over the folds of the UAR with all groups so far."""

    step: int
    group: str
    score: float
    std: float


@dataclass(frozen=True, eq=False)
class Selection:
    """The path of a selection and what it keeps: the groups up to the best step."""

    steps: tuple[Step, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        best = max(self.steps, key=lambda step: step.score)
        return tuple(step.group for step in self.steps[: best.step])

    def path(self) -> pd.DataFrame:
        """Return path.csv: step, group, score, std."""
        return pd.DataFrame(
            [(step.step, step.group, step.score, step.std) for step in self.steps],
            columns=["step", "group", "score", "std"],
        )


def train_digest(clips: pd.DataFrame) -> str:
    """Return 16 hex digits of which clips are the train part (columns clip, part): what a selection is bound to."""
    names = sorted(clips["clip"][clips["part"] == "train"])
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def select(
    values: np.ndarray,
    labels: Sequence[str],
    speakers: Sequence[str],
    groups: Mapping[str, np.ndarray],
    *,
    progress: Progress | None = None,
    n_jobs: int = -1,
) -> Selection:
    """Add groups of columns (clips × values, of the train part alone) step by step until none is left.

    Each step tries every remaining group and keeps the one with the highest UAR of a shrunken LDA in cross-validation
    over 5 folds of speakers (or as many as there are), scaled inside each fold. Raises FeatureError for fewer than two
    groups or speakers.
    """
    from sklearn.model_selection import GroupKFold

    n_speakers = len(set(speakers))
    if len(groups) < 2 or n_speakers < 2:
        raise FeatureError(
            f"A selection needs at least two groups and two speakers; here are {len(groups)} and {n_speakers}."
        )
    folds = GroupKFold(min(FOLDS, n_speakers))
    total, done = len(groups) * (len(groups) + 1) // 2, 0
    steps: list[Step] = []
    remaining = list(groups)
    while remaining:
        chosen = [step.group for step in steps]
        tasks = (
            joblib.delayed(_score)(values, labels, speakers, [groups[g] for g in [*chosen, group]], folds)
            for group in remaining
        )
        by_group = []
        for scores in fanout.each(tasks, n_jobs=n_jobs, ordered=True):
            by_group.append(scores)
            done += 1
            if progress:
                progress(done, total)
        best = int(np.argmax([scores.mean() for scores in by_group]))
        steps.append(
            Step(len(steps) + 1, remaining.pop(best), float(by_group[best].mean()), float(by_group[best].std(ddof=1)))
        )
    return Selection(tuple(steps))


def description(selection: Selection, features: str, digest: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return selected.json: what is kept, of which set, and the train part that it is bound to."""
    return {"features": features, "descriptors": list(selection.kept), "selected_on": digest, **facts}


def read(folder: Path) -> tuple[tuple[Step, ...], dict[str, Any]]:
    """Return the steps and selected.json that a selection wrote into `folder`. Raises FeatureError where they are not whole."""
    try:
        stated = files.from_json((folder / "selected.json").read_text(encoding="utf-8"))
        table = pd.read_csv(folder / "path.csv")
        steps = tuple(
            Step(int(row.step), str(row.group), float(row.score), float(row.std)) for row in table.itertuples()
        )
        return steps, {**stated, "descriptors": list(stated["descriptors"])}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise FeatureError(f"{folder} holds no selection that can be read: {error}") from error


def _score(
    values: np.ndarray, labels: Sequence[str], speakers: Sequence[str], columns: list[np.ndarray], folds: GroupKFold
) -> np.ndarray:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    chosen = np.concatenate([values[:, part] for part in columns], axis=1)
    model = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))
    return cross_val_score(model, chosen, labels, groups=speakers, cv=folds, scoring="balanced_accuracy")
