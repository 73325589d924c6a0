"""A training as it is asked for: which recipe, changed in what, divided how; and the command that does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ser_core import recipes, runs
from ser_core.corpora import folds, schemes
from ser_core.jobs.job import TRAINING, Job, queue
from ser_core.recipes import Recipe


@dataclass(frozen=True)
class Order:
    """One training. `wanted` differs from the recipe that `source` names in what is set anew; its corpus is a registered one."""

    source: str
    """A recipe's name, or a recipe.json."""
    wanted: Recipe
    folds: int = folds.FOLDS
    seeds: int = 1
    test: bool = True
    selection: Path | None = None
    """The selected.json whose descriptors are used instead of the recipe's features."""

    @property
    def title(self) -> str:
        """`cnn1d-model1 on crema-d, by clips, 3 seeds`"""
        seeds = f", {self.seeds} seeds" if self.seeds > 1 else ""
        return f"{self.wanted.name} on {self.wanted.corpus}, {self.wanted.split}{seeds}"

    def trainings(self, speakers: int) -> int:
        """Return how many fits it takes, on a corpus of so many speakers."""
        return schemes.of(self.wanted.split).fits(speakers, self.folds) * self.seeds

    def arguments(self, run: Path) -> list[str]:
        """Return what stands after `python -m ser_core`. Raises RecipeError when `source` names no recipe."""
        words = ["train", *self._said()]
        if self.wanted.split in ("kfold-speakers", "kfold-clips"):
            words += ["--folds", str(self.folds)]
        words += ["--seeds", str(self.seeds)] if self.seeds > 1 else []
        words += [] if self.test else ["--no-test"]
        return [*words, "--run", str(run)]

    def selection_arguments(self, out: Path) -> list[str]:
        """Return the words of a feature selection on this order's train part, which writes into `out`. Raises RecipeError."""
        return ["select", *self._said(), "-o", str(out)]

    def queue(self, *, expected_s: float | None = None) -> Job:
        """Queue it in a new run folder below SER_HOME/runs."""
        run = runs.new_path(f"{self.wanted.name}-{Path(self.wanted.split).stem}")
        return queue(self.arguments(run), kind=TRAINING, title=self.title, expected_s=expected_s, run=run)

    def _said(self) -> list[str]:
        """The recipe and what is changed in it."""
        own = ("split", "seed", *(("features", "descriptors", "selected_on") if self.selection else ()))
        changes = settings_between(recipes.named(self.source).to_dict(), self.wanted.to_dict(), own)
        changes += [f"features={self.selection}"] if self.selection else []
        words = [self.source, "--split", self.wanted.split, "--seed", str(self.wanted.seed)]
        return [*words, *(word for change in changes for word in ("--set", change))]


def settings_between(
    base: dict[str, Any], wanted: dict[str, Any], leave: tuple[str, ...] = (), path: str = ""
) -> list[str]:
    """Return the `key=value` settings that make the one recipe (as a table) of the other; keys in `leave` are passed over."""
    found = []
    for key, value in wanted.items():
        before = base.get(key)
        if key in leave or value == before:
            continue
        if isinstance(value, dict) and isinstance(before, dict) and before:
            found += settings_between(before, value, path=f"{path}{key}.")
        else:
            found.append(f"{path}{key}={_text(value)}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return value
    return json.dumps(value, ensure_ascii=False)
