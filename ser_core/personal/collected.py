"""What was collected for a personal model: how it is divided for an honest figure, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ser_core.runs.overview import ENOUGH

#: Fewest clips a class, so that each can be answered by a head that has heard another of its class.
FEWEST = 2
#: Folds where clips of one sitting stand on both sides.
FOLDS = 5
#: The class for what is not speech, or no class; it stands last.
BACKGROUND = "background"
BY_SITTING, BY_CLIP = "sittings", "kfold-clips"


class PersonalError(ValueError):
    """No personal model can be made of this; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class Division:
    """How clips are divided for cross-validation: by what (BY_SITTING, BY_CLIP), and the fold of each clip."""

    by: str
    folds: np.ndarray


def classes(clips: pd.DataFrame) -> tuple[str, ...]:
    """Return the classes of the clips (column `emotion`) by name, `background` last."""
    return tuple(sorted(set(clips["emotion"]), key=lambda name: (name == BACKGROUND, name)))


def counts(clips: pd.DataFrame) -> dict[str, int]:
    """Return how many clips each class has, in the order of `classes`."""
    numbers = clips["emotion"].value_counts()
    return {name: int(numbers[name]) for name in classes(clips)}


def alone(clips: pd.DataFrame) -> list[str]:
    """Return the classes that were recorded in one sitting only, while there are several."""
    if clips["sitting"].nunique() < 2:
        return []
    sittings = clips.groupby("emotion")["sitting"].nunique()
    return [name for name in classes(clips) if sittings[name] < 2]


def divide(clips: pd.DataFrame, seed: int = 0) -> Division:
    """Divide clips (columns emotion, sitting) for cross-validation.

    By sitting, one left out at a time, where every class was recorded in two or more: the fold is the sitting. Otherwise
    into up to 5 folds of clips, stratified by class and drawn by `seed`, which is optimistic: the same sitting stands on
    both sides. Raises PersonalError where `refusal` does not allow a model.
    """
    reason = refusal(counts(clips))
    if reason:
        raise PersonalError(reason)
    if clips["sitting"].nunique() >= 2 and not alone(clips):
        return Division(BY_SITTING, clips["sitting"].to_numpy(str))
    # scikit-learn takes a second to import, and pages that only count do without.
    from sklearn.model_selection import StratifiedKFold

    n_folds = min(FOLDS, *counts(clips).values())
    folds = np.empty(len(clips), dtype=f"U{len(str(n_folds))}")
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    for number, (_, held) in enumerate(splitter.split(clips, clips["emotion"]), 1):
        folds[held] = str(number)
    return Division(BY_CLIP, folds)


def refusal(counted: dict[str, int]) -> str | None:
    """Return why no model can be made of so many clips a class, or None where one can."""
    if len(counted) < 2:
        return "A model tells classes apart, so it needs two; record clips of a second class."
    short = [name for name, n in counted.items() if n < FEWEST]
    if short:
        return f"Every class needs {FEWEST} clips at least; record more of {', '.join(short)}, or leave it out."
    return None


def missing(clips: pd.DataFrame) -> list[str]:
    """Return what would make the model or its figure better, a sentence each; empty where nothing is missing."""
    said = []
    few = [f"{name} {n}" for name, n in counts(clips).items() if n < ENOUGH]
    if few:
        said.append(
            f"Under {ENOUGH} clips of a class the figure reads “too few to say”: {', '.join(few)}. {ENOUGH} or more of each are worth "
            "a model."
        )
    if clips["sitting"].nunique() < 2:
        said.append(
            "All was recorded in one sitting. Record some of every class on another day: only then can be told how well the model does "
            "when the room, the microphone and the mood have changed."
        )
    elif alone(clips):
        said.append(
            f"Recorded in one sitting only: {', '.join(alone(clips))}. The model may tell the sitting instead of the class; record it in "
            "another one too."
        )
    return said
