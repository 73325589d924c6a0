"""`find-rate`: a learning-rate range test of a recipe on its train part."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ser_core import learning_rate, recipes
from ser_core.cli import output, overrides, unreadable_clips
from ser_core.cli import train as training
from ser_core.corpora import registry


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "find-rate", help="propose a learning rate: a fit of some steps on the train part, in which the rate rises"
    )
    overrides.add(parser)
    unreadable_clips.add(parser)
    parser.add_argument("--json", action="store_true", help="print {rates, losses, smoothed, clips, proposed, path}")
    parser.set_defaults(handler=find_rate)


def find_rate(stated: argparse.Namespace) -> int:
    """Test in this process, holding the lock that keeps two trainings apart; the test is kept for the train page."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Imported here, and Keras below: every other command does without them.
    from ser_core.networks.classical import CLASSIFIERS

    recipe = overrides.resolve(stated)
    if recipe.network in CLASSIFIERS:
        raise recipes.RecipeError(f"The classifier {recipe.network} is fitted at once; it has no learning rate.")
    corpus = registry.load(recipe.corpus, stated.data, recipe.mapping)
    from ser_core.training import range_test

    with training.in_turn(), output.progress() as progress:
        tested = range_test.test(recipe, corpus, _Bar(progress), allow_unreadable=stated.allow_unreadable)
    path = learning_rate.keep(recipe, tested)
    if stated.json:
        output.print_json(
            {
                "rates": tested.rates,
                "losses": tested.losses,
                "smoothed": tested.smoothed.tolist(),
                "clips": tested.clips,
                "proposed": tested.proposed,
                "path": str(path),
            }
        )
        return 0
    print(path)
    print(said(tested))
    return 0


def said(tested: learning_rate.RangeTest) -> str:
    """Return what a range test found, in a sentence."""
    over = f"{len(tested.rates)} steps from {tested.rates[0]:.0e} to {tested.rates[-1]:.1e} on {tested.clips:,} clips of the train part"
    if tested.proposed is None:
        return f"No rate is proposed: in {over} the loss did not fall clearly."
    return f"Proposed: --set fit.learning_rate={tested.proposed:g} ({over})."


class _Bar(training.Bar):
    """A bar for the features, then one for the steps."""

    def batch(self, share_of_epoch: float) -> None:
        self._task("steps", 100)
        self.progress.update(self.tasks["steps"], completed=round(100 * share_of_epoch))
