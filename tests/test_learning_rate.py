"""The learning-rate range test: which rate a curve proposes, and for which recipes a test is kept."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import learning_rate, recipes
from ser_core.learning_rate import RangeTest


def made(seed: int, *, fall: float = 1.0, noise: float = 0.05, middle: float = 1e-3) -> RangeTest:
    """A loss that falls by `fall` within a decade around `middle`, and rises where the rate is too high."""
    rates = learning_rate.rates()
    decades = np.log10(rates / middle)
    losses = 1.8 - fall / (1 + np.exp(-4 * decades)) + np.exp(4 * (decades - 2.2))
    losses += noise * np.random.default_rng(seed).standard_normal(len(rates))
    tried = next((k for k in range(1, len(losses)) if learning_rate.diverged(losses[:k])), len(losses))
    return RangeTest(tuple(rates[:tried].tolist()), tuple(losses[:tried].tolist()), 100)


@pytest.mark.parametrize("middle", [2e-4, 1e-3, 1e-2])
def test_the_middle_of_the_fall_is_proposed(middle: float) -> None:
    for seed in range(20):
        proposed = made(seed, middle=middle).proposed
        assert proposed is not None and middle / 2 < proposed < middle * 2, (seed, proposed)


def test_a_start_far_above_chance_does_not_draw_the_rate_down() -> None:
    # As a network with batch normalisation has it: it falls at once, and on through decades.
    rates = learning_rate.rates()
    losses = 1.8 + 1.4 / (1 + (rates / 2e-4) ** 0.9)
    steepest = rates[np.gradient(losses, np.log(rates)).argmin()]
    proposed = RangeTest(tuple(rates.tolist()), tuple(losses.tolist()), 100).proposed
    assert proposed is not None and proposed > 1.5 * steepest


@pytest.mark.parametrize("seed", range(10))
def test_where_nothing_is_learned_nothing_is_proposed(seed: int) -> None:
    assert made(seed, fall=0.0, noise=0.2).proposed is None


def test_a_test_of_two_steps_proposes_nothing() -> None:
    assert RangeTest((1e-5, 2e-5), (3.0, 1.0), 10).proposed is None


def test_the_loss_has_diverged_where_it_is_far_above_the_best_or_no_number() -> None:
    assert learning_rate.diverged([1.0, 1.0, 1.0, 4.0, 4.0, 4.0]) and learning_rate.diverged([1.0, float("nan")])
    assert not learning_rate.diverged([1.0]) and not learning_rate.diverged([1.0, 1.0, 1.0, 4.0]), "one batch of many"


def test_a_test_is_kept_for_the_recipe_whatever_its_rate_and_length() -> None:
    recipe, found = recipes.named("quick-cnn"), made(0)
    assert learning_rate.kept(recipe) is None
    path = learning_rate.keep(recipe, found)
    same = recipe.override(["fit.learning_rate=0.1", "fit.epochs=3", "fit.patience=2"]).with_(title="Mine", name="mine")
    assert learning_rate.kept(same) == found
    for other in ("fit.batch_size=8", "fit.weight_decay=0.1", "corpus=savee", "picture.mixup=0.4"):
        assert learning_rate.kept(recipe.override([other])) is None, other
    path.write_text("{}")
    assert learning_rate.kept(recipe) is None
