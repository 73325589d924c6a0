"""The twelve original networks as blocks that can be built on, as far as they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ser_core.recipes.architecture import Architecture, Block
from ser_core.recipes.layer_table import BUILT
from ser_core.recipes.recipe import Recipe


@dataclass(frozen=True)
class Opened:
    """A recipe as a built network.

    recipe: with the network `built`; None where it cannot be expressed. said: in what it differs from the recipe's own network, or
    why there is none; empty where both are the same.
    """

    recipe: Recipe | None
    said: str = ""


def opened(recipe: Recipe) -> Opened:
    """Return the recipe with a built network in place of its own."""
    if recipe.network == BUILT:
        return Opened(recipe)
    if recipe.feature_set.is_vector:
        return Opened(
            None,
            f"{recipe.name} reads one vector a clip, which has no time to put blocks along; what is built here reads frames, one after another. To "
            "build on the same descriptors, begin with Model 3 and choose under Reads what is read frame by frame.",
        )
    params = dict(recipe.network_params)
    made = {"cnn1d": _over_time, "cnn2d-initial": _initial, "cnn2d-residual": _residual, "cnn2d-separable": _separable}
    if recipe.network not in made:
        return Opened(None, f"{recipe.name} has parts that cannot be built here.")
    built, said = made[recipe.network](params)
    return Opened(recipe.with_(network=BUILT, network_params={"architecture": built}, seed_row=None), said)


def _over_time(params: dict[str, Any]) -> tuple[Architecture, str]:
    dropout, pool = params.get("dropout", 0.4), params.get("pool", 2)
    residual = params.get("residual", False)
    blocks = tuple(
        Block(width, params.get("kernel", 5), pool=pool, dropout=dropout / 4, residual=residual)
        for width in params.get("channels", (96, 128))
    )
    built = Architecture(1, blocks, gru=params.get("gru", 0), dropout=dropout, dense=params.get("dense", 64))
    if params.get("mean_subtraction"):
        return built, "It takes each descriptor's mean over the clip off first; this one does not."
    return built, "What leads around its blocks is not normalised; here it is." if residual else ""


def _initial(params: dict[str, Any]) -> tuple[Architecture, str]:
    blocks = tuple(Block(width, normalise="none") for width in params.get("channels", (8, 16, 32)))
    built = Architecture(2, blocks, pooling="mean", dropout=params.get("dropout", 0.3), dense=params.get("dense", 64))
    return built, "Its mean over time counts the padding at a window's end; here that is left out."


def _residual(params: dict[str, Any]) -> tuple[Architecture, str]:
    stem = Block(params.get("stem", 16), 5, stride=2, stride_bands=1)
    blocks = (
        Block(width, dropout=0.1, repeat=2, residual=True, excite=params.get("excite", False))
        for width in params.get("channels", (32, 48, 96))
    )
    return Architecture(2, (stem, *blocks), dropout=params.get("dropout", 0.4)), ""


def _separable(params: dict[str, Any]) -> tuple[Architecture, str]:
    stem = Block(16, 5, stride=2, stride_bands=1)
    blocks = (Block(width, separable=True) for width in params.get("channels", (24, 48, 96)))
    built = Architecture(2, (stem, *blocks), bands="mean", pooling="mean", dropout=params.get("dropout", 0.3))
    return built, "Its mean over the picture counts the padding at a window's end; here that is left out."
