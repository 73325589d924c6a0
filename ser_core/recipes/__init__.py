"""Recipes: whole experiments as frozen values, and the ones that ship."""

from ser_core.recipes.catalogue import RECIPES, named, with_selection
from ser_core.recipes.planning import Plan, check_features, plan
from ser_core.recipes.recipe import LOSSES, Fit, Recipe, RecipeError, flat, from_dict, in_words
from ser_core.recipes.seed_rows import SEED_ROWS, SeedRow

__all__ = [
    "LOSSES",
    "RECIPES",
    "SEED_ROWS",
    "Fit",
    "Plan",
    "Recipe",
    "RecipeError",
    "SeedRow",
    "check_features",
    "flat",
    "from_dict",
    "in_words",
    "named",
    "plan",
    "with_selection",
]
