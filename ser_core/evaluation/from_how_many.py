"""How much is learned from how many people: a network that begins from nothing beside a linear model on a pretrained ear.

Three draws of people each, of all 47 three seeds; read from published runs, which `scripts.make_ears` makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ser_core.runs import Run, RunError

#: From how many people is learned, and by which recipes: what is set otherwise, and what they are.
PEOPLE = (5, 10, 20, 47)
LEARNERS: dict[str, tuple[str, ...]] = {"whisper-logreg": ("copies=0",), "cnn1d-model3": ()}
TITLES = {"whisper-logreg": "A linear model on a pretrained ear", "cnn1d-model3": "A 1D CNN that learned here alone"}
DRAWS = 3


@dataclass(frozen=True)
class Learned:
    """What a recipe made of so many people: mean and deviation of the accuracy on the test part's speakers over the draws."""

    recipe: str
    people: int
    accuracy: float
    deviation: float
    n: int


def name(people: int, recipe: str) -> str:
    """Return what the run is called that learned from so many people."""
    return f"voices-{people}-{recipe}"


def found(published: Mapping[str, Run]) -> list[Learned]:
    """Return what was measured, recipe by recipe; runs (by name) that are missing or damaged are left out."""
    made = []
    for recipe in LEARNERS:
        for people in PEOPLE:
            run = published.get(name(people, recipe))
            try:
                test = run.metrics["test"] if run else None
                if test:
                    n = test["n"] // DRAWS
                    made.append(Learned(recipe, people, test["mean"]["accuracy"], test["deviation"]["accuracy"], n))
            except (RunError, KeyError, TypeError):
                continue
    return made
