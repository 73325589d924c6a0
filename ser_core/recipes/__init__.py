"""Recipes: whole experiments as frozen values, and the ones that ship."""

from ser_core.recipes.catalogue import RECIPES, named, with_selection
from ser_core.recipes.recipe import Fit, Recipe, RecipeError, from_dict

__all__ = ["RECIPES", "Fit", "Recipe", "RecipeError", "from_dict", "named", "with_selection"]
