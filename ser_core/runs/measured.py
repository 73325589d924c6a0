"""What finished runs tell about a training before it starts: how long it takes, and what its split is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ser_core import recipes, settings
from ser_core.corpora import registry, schemes
from ser_core.recipes import Recipe
from ser_core.runs import listing
from ser_core.runs.run import Run, RunError

#: Networks of recipes that are not fitted in epochs.
WITHOUT_EPOCHS = ("svm", "logreg")


@dataclass(frozen=True)
class Measured:
    """A finished run: its recipe, how many clips it divided, how long it took, what it scored."""

    name: str
    recipe: Recipe
    clips: int
    seconds: float
    """Without its features, of those that say how long these took."""
    metrics: dict[str, Any]
    pooled: bool
    """Several trainings under one parent run."""
    refitted: bool
    """Trained on the validation part too."""
    own: bool
    """Trained here, and not shipped with the program."""
    ear: str | None = None
    """How a pretrained ear had part in it (leagues.SENTENCES); None where it learned here alone."""

    def score(self, metric: str, part: str = "test") -> float | None:
        return self.metrics.get(part, {}).get(metric)


@dataclass(frozen=True)
class Estimate:
    """How long a training may take, in seconds, and the run from which that is scaled."""

    seconds: float
    source: Measured


def finished() -> list[Measured]:
    """Return every finished run, those that ship first, then one's own, the newest first; damaged ones are left out."""
    every = []
    for run in listing.all_runs():
        try:
            stamps = tuple(
                (run.path / name).stat().st_mtime_ns for name in ("recipe.json", "metrics.json", "status.json")
            )
        except OSError:
            continue
        measured = _measured(str(run.path), stamps)
        if measured is not None:
            every.append(measured)
    return every


def estimate(recipe: Recipe, clips: int, trainings: int, known: Sequence[Measured]) -> Estimate | None:
    """Return how long `trainings` of this recipe on so many clips may take, or None where no run of it is known.

    Scaled from one finished run of the recipe, by clips, copies and epochs; one of this machine is preferred, then one on
    the same corpus and split.
    """
    alike = [
        run for run in known if run.recipe.name == recipe.name and not run.pooled and run.seconds > 0 and run.clips
    ]
    if not alike:
        return None

    def fits(run: Measured) -> tuple[bool, bool, bool]:
        return run.own, run.recipe.corpus == recipe.corpus, run.recipe.split == recipe.split

    best = max(alike, key=fits)
    scale = clips / best.clips * (1 + recipe.copies) / (1 + best.recipe.copies) * trainings
    return Estimate(best.seconds * scale * recipe.fit.epochs / best.recipe.fit.epochs, best)


def of_recipe(recipe: Recipe, splits: Sequence[str], known: Sequence[Measured]) -> Measured | None:
    """Return the first finished run of exactly this recipe on its corpus under one of these splits, or None.

    Seeds may differ; a run with another number of epochs, one refitted on the validation part too, or one without test rows, is
    another thing.
    """
    plain = _comparable(recipe)
    alike = [run for run in known if not run.refitted and _comparable(run.recipe) == plain]
    for split in splits:
        for run in alike:
            if run.recipe.split == split and run.score("accuracy") is not None:
                return run
    return None


def gap(recipe: Recipe, known: Sequence[Measured]) -> tuple[Measured, Measured] | None:
    """Return the runs of one recipe on the recipe's corpus (by clips, by speakers); the recipe's own where there are both.

    None where nothing was measured under both splits on that corpus.
    """
    others = [
        run.recipe.with_(split=recipe.split, seed=recipe.seed) for run in known if run.recipe.corpus == recipe.corpus
    ]
    for candidate in [recipe, *others]:
        by_clip, by_speaker = (of_recipe(candidate, splits, known) for splits in (schemes.BY_CLIP, schemes.BY_SPEAKER))
        if by_clip is not None and by_speaker is not None:
            return by_clip, by_speaker
    return None


def best_network(recipe: Recipe, known: Sequence[Measured], part: str) -> Measured | None:
    """Return the finished network that learned here alone with the best UAR on the part, on the recipe's corpus and kind of split.

    None where there is none: networks with a pretrained ear, or taught by one, and classical classifiers are others.
    """
    kind = schemes.BY_CLIP if recipe.split in schemes.BY_CLIP else schemes.BY_SPEAKER
    alike = [
        run
        for run in known
        if run.recipe.corpus == recipe.corpus
        and run.recipe.split in kind
        and run.recipe.network not in WITHOUT_EPOCHS
        and run.ear is None
        and run.score("uar", part) is not None
    ]
    return max(alike, key=lambda run: run.score("uar", part) or 0.0, default=None)


def _comparable(recipe: Recipe) -> Recipe:
    return without_own_labels(recipe).with_(split="", seed=0, title="", seed_row=None)


def without_own_labels(recipe: Recipe) -> Recipe:
    """Return the recipe with its labels left out where they are all of its official corpus: as a recipe states it before it is trained."""
    official = registry.MODULES.get(recipe.corpus)
    own = official is not None and set(recipe.labels) == set(official.card.emotions)
    return recipe.with_(labels=()) if own else recipe


@lru_cache(maxsize=2048)
def _measured(path: str, stamps: tuple[int, ...]) -> Measured | None:
    run = Run(Path(path))
    try:
        stated, status = run.recipe, run.status
        if status["state"] != "done" or stated.get("wrong_on_purpose"):
            return None
        found = stated.get("found", {})
        return Measured(
            run.name,
            recipes.from_dict(stated["recipe"]),
            run.rows("split.csv"),
            # A resumed run states what its last process took; its epochs know of the others.
            # What it took to compute features is no part of a fit: the next one finds them in the store.
            max(
                float(found.get("seconds", status.get("seconds", 0.0))) - float(found.get("features_s", 0.0)),
                _epochs(run),
            ),
            run.metrics,
            bool(stated.get("pooled")),
            "refit" in found,
            settings.ARTIFACTS not in run.path.parents and "imported" not in stated,
            stated.get("ear"),
        )
    except (RunError, recipes.RecipeError, KeyError, TypeError, ValueError, OSError):
        return None


def _epochs(run: Run) -> float:
    history = run.history
    return float(history["seconds"].sum()) if "seconds" in history else 0.0
