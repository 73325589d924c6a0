"""`recipes list`: which experiments can be trained by name."""

from __future__ import annotations

import argparse
from typing import Any

from ser_core import recipes
from ser_core.cli import output


def add(commands: Any) -> None:
    parser = commands.add_parser("recipes", help="the experiments that can be trained by name")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="a line a recipe")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_recipes)


def list_recipes(stated: argparse.Namespace) -> int:
    rows = [
        {
            "name": recipe.name,
            "title": recipe.title,
            "corpus": recipe.corpus,
            "network": recipe.network,
            "features": recipe.features,
            "seed_row": recipe.seed_row,
        }
        for recipe in recipes.RECIPES.values()
    ]
    if stated.json:
        output.print_json(rows)
    else:
        output.print_table(
            ("recipe", "title", "corpus", "features"),
            [(r["name"], r["title"], r["corpus"], r["features"]) for r in rows],
        )
    return 0
