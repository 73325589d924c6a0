"""Naming several corpora, and under which name each one's emotions are read."""

from __future__ import annotations

import argparse
from pathlib import Path

from ser_core.corpora import registry
from ser_core.recipes import Recipe, RecipeError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--corpora",
        metavar="A,B,C",
        help="train on several, each weighing the same; NAME=DIR names a folder, which is remembered. With --split corpora each is tested once",
    )
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="CORPUS:OWN=NEW",
        help="of several corpora: read one's emotion under another name, e.g. --label ravdess:calm=neutral; OWN= leaves it out",
    )


def chosen(recipe: Recipe, stated: argparse.Namespace) -> Recipe:
    """Return the recipe on the corpora that the arguments name; as it is where they name none. Raises RecipeError or CorpusError."""
    if stated.corpora is None:
        if stated.label:
            raise RecipeError("--label renames emotions of several corpora; name them: --corpora A,B,C.")
        return recipe
    if stated.data is not None:
        raise RecipeError("--data is of one corpus; of several state each folder as --corpora NAME=DIR,NAME=DIR.")
    names = []
    for entry in (part.strip() for part in stated.corpora.split(",") if part.strip()):
        name, _, folder = entry.partition("=")
        if folder:
            registry.register(name, Path(folder))
        names.append(name)
    return recipe.on_corpora(names, _mapping(stated.label, names))


def _mapping(labels: list[str], names: list[str]) -> dict[str, dict[str, str]]:
    mapping: dict[str, dict[str, str]] = {}
    for label in labels:
        corpus, colon, renaming = label.partition(":")
        own, equals, new = renaming.partition("=")
        if not (colon and equals and own):
            raise RecipeError(f"'{label}' is not of the form CORPUS:OWN=NEW.")
        if corpus not in names:
            raise RecipeError(f"--label names {corpus}, which is not among {', '.join(names)}.")
        mapping.setdefault(corpus, {})[own] = new
    return mapping
