"""Naming a recipe and overriding its fields, the same for every command that takes one."""

from __future__ import annotations

import argparse
from pathlib import Path

from ser_core import recipes


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name and change a recipe."""
    parser.add_argument("recipe", help="a recipe's name, or a recipe.json")
    parser.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    parser.add_argument(
        "--split",
        help="speakers, clips, kfold-speakers, kfold-clips, loso, corpora (of several), or a CSV file with the columns clip and part",
    )
    parser.add_argument("--seed", type=int, help="seed of everything that is drawn at random")
    parser.add_argument("--epochs", type=int, help="epochs to fit")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a field of the recipe, e.g. fit.batch_size=32, or features=DIR/selected.json",
    )


def resolve(stated: argparse.Namespace) -> recipes.Recipe:
    """Return the recipe that the arguments name, with what they override."""
    chosen = [setting for setting in stated.set if setting.startswith("features=") and setting.endswith(".json")]
    recipe = recipes.named(stated.recipe).override([setting for setting in stated.set if setting not in chosen])
    for setting in chosen:
        recipe = recipes.with_selection(recipe, Path(setting.removeprefix("features=")))
    if stated.split is not None:
        recipe = recipe.with_(split=stated.split)
    if stated.seed is not None:
        recipe = recipe.with_(seed=stated.seed)
    if stated.epochs is not None:
        recipe = recipe.override([f"fit.epochs={stated.epochs}"])
    return recipe
