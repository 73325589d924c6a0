"""`search`: try settings of a recipe, chosen on the validation part alone, and train the best."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from ser_core import recipes, runs
from ser_core.cli import output, overrides, unreadable_clips
from ser_core.cli import train as training
from ser_core.corpora import registry
from ser_core.recipes import search_ranges


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "search", help="try settings of a recipe (Optuna), chosen on validation alone, and train the best"
    )
    overrides.add(parser)
    parser.add_argument("--trials", type=int, required=True, metavar="N", help="settings that are tried")
    parser.add_argument(
        "--range",
        action="append",
        default=[],
        dest="ranges",
        metavar="KEY=LOW:HIGH[:log]",
        help="a setting that is searched, or KEY=A,B,C; default: a classifier's C, or how a network is fitted",
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="trials at a time: processes, or workers of SER_DASK; default: one a core"
    )
    parser.add_argument("--no-test", action="store_true", help="the best reads no test part either")
    unreadable_clips.add(parser)
    parser.add_argument("--run", type=Path, help="the run's folder: new, or an interrupted search to go on with")
    parser.add_argument("--json", action="store_true", help="print {run, path, status, metrics}")
    parser.set_defaults(handler=search)


def search(stated: argparse.Namespace) -> int:
    """Search in this process and those that it starts, holding the lock that keeps two trainings apart."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    recipe = overrides.resolve(stated)
    ranges = tuple(map(search_ranges.parse, stated.ranges)) or search_ranges.suited(recipe)
    if stated.trials < 1 or (stated.jobs is not None and stated.jobs < 1):
        raise recipes.RecipeError("--trials and --jobs must be at least 1.")
    corpus = registry.load(recipe.corpus, stated.data, recipe.mapping)
    # Imported here: every other command does without it.
    from ser_core.training import search as searching
    from ser_core.training import side_by_side

    searching.check(recipe, ranges, corpus)
    begun = training.to_go_on_with(stated.run) if stated.run else None
    run = begun or runs.create(stated.run.resolve() if stated.run else runs.new_path(f"{recipe.name}-search"))
    print(f"{stated.trials} trials of {'; '.join(map(str, ranges))}", file=sys.stderr)
    try:
        with training.in_turn(), output.progress() as progress:
            bar = training.Bar(progress)
            searching.search(
                recipe, ranges, stated.trials, corpus, run, bar, workers=stated.jobs or side_by_side.WORKERS, test=not stated.no_test,
                allow_unreadable=stated.allow_unreadable, done=bar.piece,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"Cancelled; the search is kept and goes on with --run {run.path}.", file=sys.stderr)
        return 1
    training.say(run, stated.json)
    return 0
