"""The seed's rows as a table with ours beside them, and the trainings that fill it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ser_core import recipes
from ser_core.corpora import schemes
from ser_core.jobs.job import ACTIVE, TRAINING, in_state
from ser_core.jobs.orders import Training, recipe_of
from ser_core.recipes import SEED_ROWS, Recipe
from ser_core.runs import measured
from ser_core.runs.measured import Estimate, Measured

#: Splits whose figure stands for a row's by speaker, the first found counts; SAVEE's four speakers are left out in turn.
_BY_SPEAKER = {"savee": ("loso", "speakers", "kfold-speakers")}


def seed_recipes() -> list[Recipe]:
    """Return the recipes of the seed's rows, in the order of its table."""
    named = {recipe.seed_row: recipe for recipe in recipes.RECIPES.values() if recipe.seed_row}
    return [named[name] for name in SEED_ROWS if name in named]


def splits_of(recipe: Recipe, split: str) -> tuple[str, ...]:
    """Return the splits whose figure stands for `split` (clips or speakers) of a row, the best first."""
    if split == "clips":
        return schemes.BY_CLIP
    return _BY_SPEAKER.get(recipe.corpus, schemes.BY_SPEAKER)


def table(known: Sequence[Measured]) -> pd.DataFrame:
    """Return a row a seed row: what the seed stated, and test accuracy and macro-F1 of ours under both splits, where measured."""
    rows = []
    for recipe in seed_recipes():
        row = SEED_ROWS[recipe.seed_row or ""]
        ours = {split: measured.of_recipe(recipe, splits_of(recipe, split), known) for split in ("clips", "speakers")}
        rows.append(
            {
                "family": row.family,
                "seed": row.name,
                "recipe": recipe.name,
                "seed_validation": row.validation_accuracy,
                "seed_test": row.test_accuracy,
                "seed_f1": row.test_f1,
                **{f"{split}_accuracy": run.score("accuracy") if run else None for split, run in ours.items()},
                **{f"{split}_f1": run.score("macro_f1") if run else None for split, run in ours.items()},
            }
        )
    return pd.DataFrame(rows).astype({name: float for name in rows[0] if "_" in name})


def orders(
    picked: Sequence[Recipe], splits: Sequence[str], known: Sequence[Measured]
) -> list[tuple[Training, Estimate | None]]:
    """Return the trainings that give these rows their missing figures (splits: clips, speakers), and how long each may take.

    What is measured already, or waits in the queue, is left out.
    """
    waiting = [recipe_of(job) for job in in_state(*ACTIVE) if job.kind == TRAINING]
    todo = []
    for recipe in picked:
        for split in splits:
            alike = splits_of(recipe, split)
            order = Training(recipe.with_(split=alike[0]))
            if measured.of_recipe(recipe, alike, known) or order.recipe in waiting:
                continue
            todo.append((order, measured.estimate(order.recipe, _clips(recipe, known), _fits(order), known)))
    return todo


def _clips(recipe: Recipe, known: Sequence[Measured]) -> int:
    """As many clips as the run has from which is estimated: these rows always train on all of their corpus."""
    sizes = [run.clips for run in known if run.recipe.corpus == recipe.corpus and not run.pooled]
    return max(sizes, default=0)


def _fits(order: Training) -> int:
    # SAVEE, the only corpus whose rows are cross-validated, has four speakers.
    return order.trainings(speakers=4)
