"""The networks of a study: several recipes, or one recipe with several values of one of its settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ser_core import files, recipes
from ser_core.corpora.base import Corpus
from ser_core.recipes import Recipe
from ser_core.recipes.layer_table import BUILT
from ser_core.recipes.planning import on_corpus
from ser_core.studies.study import FEWEST, MOST, Member, StudyError


@dataclass(frozen=True)
class Setting:
    """A setting that is often asked about: how it is called, and values to begin with."""

    title: str
    values: str


#: By a recipe's field.
SETTINGS = {
    "fit.epochs": Setting("Epochs", "5, 10, 20"),
    "fit.learning_rate": Setting("Learning rate", "0.0003, 0.001, 0.003"),
    "fit.batch_size": Setting("Batch size", "16, 64"),
    "fit.weight_decay": Setting("Weight decay", "0, 0.001, 0.1"),
    "fit.label_smoothing": Setting("Label smoothing", "0, 0.1"),
    "fit.class_weights": Setting("Weigh rare emotions up", "false, true"),
    "picture.mixup": Setting("Mixup", "0, 0.2"),
    "picture.time_masks": Setting("Masks in time", "0, 1, 2"),
    "features": Setting("Features", "logmel, mfcc-20-frames"),
    "train_speakers": Setting("Speakers to learn from", "5, 10, 20"),
}
#: Those of the head of a network of blocks.
HEAD = {
    "network_params.architecture.dropout": Setting("Dropout", "0, 0.3, 0.6"),
    "network_params.architecture.dense": Setting("Dense units", "0, 64"),
    "network_params.architecture.gru": Setting("GRU units", "0, 48"),
    "network_params.architecture.pooling": Setting("Pooling over time", "attention, mean, max"),
}


def settings_of(recipe: Recipe) -> dict[str, Setting]:
    """Return the settings that are offered for a recipe, by field."""
    return {**(HEAD if recipe.network == BUILT else {}), **SETTINGS}


def of_recipes(chosen: Sequence[Recipe]) -> list[Member]:
    """Return members of these recipes; those whose names are alike are numbered. Raises StudyError for too few or too many."""
    return _counted([Member(called(recipe), recipe) for recipe in chosen])


def of_values(recipe: Recipe, field: str, text: str) -> list[Member]:
    """Return a member a value of one setting.

    field: its dotted name (`fit.epochs`). text: the values by commas, each JSON or words. Raises RecipeError for a setting or a value
    that a recipe does not have, StudyError for too few or too many.
    """
    members = []
    for value in values(text):
        name = f"{field.rpartition('.')[2].replace('_', ' ')} {value if isinstance(value, str) else json.dumps(value)}"
        members.append(Member(name, recipe.override([f"{field}={json.dumps(value)}"])))
    return _counted(members)


def values(text: str) -> list[Any]:
    """Return what stands between the commas of a text: JSON, where it is that, else words."""
    try:
        return list(files.from_json(f"[{text}]"))
    except ValueError:
        return [_value(word.strip()) for word in text.split(",") if word.strip()]


def on(members: Sequence[Member], corpus: Corpus, split: str, n_folds: int, unknown: str = "refuse") -> list[Member]:
    """Return the members as they are trained on a corpus, with its emotions and this split.

    unknown: what becomes of clips without a speaker, as in a recipe. Raises CorpusError or RecipeError where one cannot be trained
    so, and StudyError where two are the same.
    """
    prepared: list[Member] = []
    for member in members:
        recipe = on_corpus(member.recipe, corpus).with_(split=split, unknown_speakers=unknown)
        recipe = recipes.plan(recipe, corpus, n_folds).recipe
        for other in prepared:
            if alike(other.recipe, recipe):
                raise StudyError(
                    f"{other.name} and {member.name} are the same network, trained alike; one of them is enough."
                )
        prepared.append(Member(member.name, recipe))
    return prepared


def alike(one: Recipe, other: Recipe) -> bool:
    """Tell whether two recipes with their labels stated train the same, whatever they are called."""
    blank = {"name": "", "title": "", "seed_row": None}
    return one.with_(**blank) == other.with_(**blank)


def called(recipe: Recipe) -> str:
    """Return what a study calls a recipe: its short name, or what somebody's own network is."""
    return recipe.name if recipe.name in recipes.RECIPES else recipe.title or recipe.name


def _counted(members: list[Member]) -> list[Member]:
    if not FEWEST <= len(members) <= MOST:
        raise StudyError(f"A study compares {FEWEST} to {MOST} networks; {len(members)} were named.")
    used: dict[str, int] = {}
    numbered = []
    for member in members:
        used[member.name] = used.get(member.name, 0) + 1
        number = used[member.name]
        numbered.append(member if number == 1 else Member(f"{member.name} ({number})", member.recipe))
    return numbered


def _value(text: str) -> Any:
    try:
        return files.from_json(text)
    except ValueError:
        return text
