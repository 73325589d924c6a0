"""How answers are said, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pages.widgets import foreign
from pages.widgets.numbers import percent

if TYPE_CHECKING:
    from ser_core.predictor import Prediction

NO_SPEECH = "No speech"


def either(names: Sequence[str]) -> str:
    """`Anger, disgust or fear`"""
    joined = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return foreign.plain(joined[:1].upper() + joined[1:])


def headline(prediction: Prediction) -> str:
    """The answer in a few words: `Anger · 71 %`, `Uncertain`, `No speech`."""
    if prediction.decision == "no-speech":
        return NO_SPEECH
    if prediction.decision == "uncertain":
        return "Uncertain"
    return f"{prediction.label.capitalize()} · {percent(prediction.confidence)}"


def subline(prediction: Prediction) -> str:
    """What stands below the answer: how sure it is, or the two leading emotions of an uncertain one."""
    first, second = sorted(zip(prediction.probabilities, prediction.labels, strict=True), reverse=True)[:2]
    if prediction.decision == "no-speech":
        return "No voice was found in this clip."
    if prediction.decision == "uncertain":
        return f"Perhaps {first[1]} ({percent(first[0])}), perhaps {second[1]} ({percent(second[0])})."
    sure = (
        "Sure"
        if prediction.confidence >= 0.8
        else "Fairly sure"
        if prediction.confidence >= 0.6
        else "Leaning that way"
    )
    return f"{sure}; next comes {second[1]} ({percent(second[0])})."
