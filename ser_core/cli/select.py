"""`select`: which descriptors help, found on a recipe's train part."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import files, recipes
from ser_core.cli import output, overrides, unreadable_clips
from ser_core.corpora import registry, unreadable
from ser_core.features import selection, store
from ser_core.features.sources import FeatureError


def add(commands: Any) -> None:
    parser = commands.add_parser("select", help="incremental feature selection on a recipe's train part")
    overrides.add(parser)
    unreadable_clips.add(parser)
    parser.add_argument(
        "-o", "--out", required=True, type=Path, metavar="DIR", help="where path.csv and selected.json are written"
    )
    parser.set_defaults(handler=select)


def select(stated: argparse.Namespace) -> int:
    """Select and write path.csv and selected.json; the latter's path can be given as `--set features=FILE` to train."""
    recipe = overrides.resolve(stated)
    source = recipe.feature_set.inputs[0].source
    if not source.choices:
        raise FeatureError(
            f"The recipe {recipe.name} reads {recipe.feature_set.title}: it has no groups of descriptors to choose from."
        )
    source = source.pooled()
    corpus = registry.load(recipe.corpus, stated.data, recipe.mapping)
    planned = recipes.plan(recipe, corpus)
    if len(planned.divisions) > 1:
        raise recipes.RecipeError(
            f"A selection is made on one train part; {recipe.split} has {len(planned.divisions)}."
        )
    (division,) = planned.divisions
    clips = planned.clips.assign(part=division.parts)
    with output.progress() as progress:
        task = progress.add_task("features", total=None, note="")
        stored = store.load(
            corpus, source, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
        left_out = unreadable.among(clips["clip"], [stored.failed], corpus.card.title, allowed=stated.allow_unreadable)
        unreadable_clips.say(left_out)
        train = clips[(clips["part"] == "train") & ~clips["clip"].isin(left_out.why)]
        values = np.concatenate([stored[clip] for clip in train["clip"]])
        task = progress.add_task("selection", total=None, note="")
        chosen = selection.select(
            values,
            list(train["emotion"]),
            list(train["speaker"]),
            {group.name: group.columns for group in source.groups},
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    facts = {
        "corpus": corpus.name,
        "split": recipe.split,
        "split_name": division.title,
        "seed": recipe.seed,
        "clips": len(train),
        "speakers": int(train["speaker"].nunique()),
        "score": "UAR of a shrunken LDA, cross-validated over speakers inside the train part",
    }
    files.write_text(stated.out / "path.csv", chosen.path().to_csv(index=False))
    described = selection.description(chosen, recipe.features, selection.train_digest(clips), facts)
    files.write_json(stated.out / "selected.json", described)
    output.print_table(
        ("step", "group", "UAR", "deviation over folds", "kept"),
        [
            (s.step, s.group, f"{s.score:.3f}", f"{s.std:.3f}", "yes" if s.group in chosen.kept else "")
            for s in chosen.steps
        ],
    )
    return 0
