"""What a job is to do, as data: its folder states it, pages read it, and the words of its process follow from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from ser_core import files, learning_rate, recipes, runs, settings
from ser_core.corpora import folds, schemes
from ser_core.jobs.job import TRAINING, Job, queue
from ser_core.recipes import Recipe, RecipeError

SELECTION, DOWNLOAD, CHECK, EVALUATION = "selection", "download", "validation", "evaluation"
RANGE_TEST = "range test"


def recipe_of(job: Job) -> Recipe | None:
    """Return the recipe that a job trains or selects for, None for other work and for one that this program does not know."""
    try:
        return recipes.from_dict(job.order["recipe"])
    except (KeyError, RecipeError):
        return None


class Order(ABC):
    """One job to be queued."""

    kind: ClassVar[str]

    @abstractmethod
    def arguments(self) -> list[str]:
        """Return what stands after `python -m ser_core`."""

    @property
    def stated(self) -> dict[str, Any]:
        """What the job's folder says of it: the fields, as JSON holds them."""
        fields = asdict(self)  # type: ignore[call-overload]
        return {name: str(value) if isinstance(value, Path) else value for name, value in fields.items()}

    def queue(self, title: str, *, expected_s: float | None = None, owner: str | None = None) -> Job:
        """Queue it. Raises JobError for a visitor who may start nothing."""
        return queue(
            self.arguments(), kind=self.kind, title=title, order=self.stated, expected_s=expected_s, owner=owner
        )


@dataclass(frozen=True)
class Training(Order):
    """A training of a recipe on its corpus, a registered one; run: its folder, None for a new one below SER_HOME/runs."""

    kind = TRAINING

    recipe: Recipe
    folds: int = folds.FOLDS
    seeds: int = 1
    test: bool = True
    run: Path | None = None

    @property
    def title(self) -> str:
        """`cnn1d-model1 on crema-d, by clips, 3 seeds`"""
        seeds = f", {self.seeds} seeds" if self.seeds > 1 else ""
        return f"{self.recipe.name} on {self.recipe.corpus}, {self.recipe.split}{seeds}"

    def trainings(self, speakers: int) -> int:
        """Return how many fits it takes, on a corpus of so many speakers."""
        corpora = self.recipe.corpus.count("+") + 1
        return schemes.of(self.recipe.split).fits(speakers, self.folds, corpora) * self.seeds

    def arguments(self) -> list[str]:
        if self.run is None:
            raise ValueError("a training is given its folder before it is queued")
        words = ["train", str(self.run / "recipe.json"), "--run", str(self.run)]
        words += ["--folds", str(self.folds)] if self.recipe.split in ("kfold-speakers", "kfold-clips") else []
        words += ["--seeds", str(self.seeds)] if self.seeds > 1 else []
        return words + ([] if self.test else ["--no-test"])

    def queue(self, title: str = "", *, expected_s: float | None = None, owner: str | None = None) -> Job:
        """Queue it; its run's folder holds the recipe from then on. Raises JobError for a visitor who may start nothing."""
        run = self.run or runs.new_path(f"{self.recipe.name}-{Path(self.recipe.split).stem}")
        order = replace(self, run=run)
        return queue(
            order.arguments(),
            kind=self.kind,
            title=title or self.title,
            order=order.stated,
            expected_s=expected_s,
            run=run,
            recipe=self.recipe.to_dict(),
            owner=owner,
        )


@dataclass(frozen=True)
class Selection(Order):
    """An incremental feature selection on the train part of a recipe's split; `out` is the folder that it writes."""

    kind = SELECTION

    recipe: Recipe
    out: Path

    @classmethod
    def new(cls, recipe: Recipe) -> Selection:
        """Return the order that writes into a new folder below SER_HOME/selections."""
        out = settings.home().selections / f"{recipe.corpus}-{recipe.split}-{datetime.now():%Y%m%d-%H%M%S}"
        return cls(recipe, out)

    def arguments(self) -> list[str]:
        return ["select", str(self.out / "recipe.json"), "-o", str(self.out)]

    def queue(self, title: str, *, expected_s: float | None = None, owner: str | None = None) -> Job:
        files.write_json(self.out / "recipe.json", self.recipe.to_dict())
        return super().queue(title, expected_s=expected_s, owner=owner)


@dataclass(frozen=True)
class RateSearch(Order):
    """A learning-rate range test of a recipe, kept where `learning_rate.folder` says."""

    kind = RANGE_TEST

    recipe: Recipe

    def arguments(self) -> list[str]:
        return ["find-rate", str(learning_rate.folder(self.recipe) / "recipe.json")]

    def queue(self, title: str, *, expected_s: float | None = None, owner: str | None = None) -> Job:
        files.write_json(learning_rate.folder(self.recipe) / "recipe.json", self.recipe.to_dict())
        return super().queue(title, expected_s=expected_s, owner=owner)


@dataclass(frozen=True)
class Download(Order):
    """The download of a corpus into a folder; speakers: only so many, None for all of it."""

    kind = DOWNLOAD

    corpus: str
    folder: Path
    speakers: int | None = None

    def arguments(self) -> list[str]:
        words = ["corpora", "get", self.corpus, "--data", str(self.folder)]
        return words + ([] if self.speakers is None else ["--n-speakers", str(self.speakers)])


@dataclass(frozen=True)
class Check(Order):
    """The validation of a registered corpus."""

    kind = CHECK

    corpus: str

    def arguments(self) -> list[str]:
        return ["corpora", "validate", self.corpus]


@dataclass(frozen=True)
class Evaluation(Order):
    """A run measured on another, registered, corpus; the result is kept."""

    kind = EVALUATION

    run: Path
    corpus: str

    def arguments(self) -> list[str]:
        return ["evaluate", str(self.run), "--corpus", self.corpus, "--keep"]
