"""Recipes: whole experiments as frozen values, and the ones that ship."""

from ser_core.recipes.catalogue import RECIPES, named, with_selection
from ser_core.recipes.recipe import Fit, Recipe, RecipeError, from_dict
from ser_core.recipes.seed_rows import SEED_ROWS, SeedRow

__all__ = ["RECIPES", "SEED_ROWS", "Fit", "Recipe", "RecipeError", "SeedRow", "from_dict", "named", "with_selection"]
