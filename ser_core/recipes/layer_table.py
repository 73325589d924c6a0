"""The layers of a built network, counted without Keras: shapes, parameters, what a value sees of the clip, multiply-adds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ser_core.features.sets import Input
from ser_core.recipes.architecture import POOLINGS, Architecture, Block
from ser_core.recipes.recipe import Recipe, RecipeError

#: A larger network takes days on two cores.
MOST_PARAMETERS, MOST_MULTIPLY_ADDS = 5_000_000, 1_000_000_000
#: Recipes' name of the network that is made of an `Architecture`.
BUILT = "built"


@dataclass(frozen=True)
class Layer:
    """One layer: its name and kind in Keras, its output's shape without the batch, its parameters.

    frames: how many frames of the input one of its values depends on, but for what normalisation and squeeze-and-excitation take of
    the whole clip; None for all. multiply_adds: of one window, in convolutions, GRU and dense layers.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    frames: int | None
    multiply_adds: int = 0


def of_recipe(recipe: Recipe, n_labels: int) -> list[Layer]:
    """Return the layers of a recipe's built network. Raises RecipeError as `layers` does, and for another network."""
    if recipe.network != BUILT:
        raise RecipeError(f"The network {recipe.network} is not a built one.")
    (given,) = recipe.feature_set.inputs
    return layers(recipe.network_params.get("architecture", Architecture()), *shape(given, recipe.lda), n_labels)


def shape(given: Input, lda: int = 0) -> tuple[int, int]:
    """Return frames and values a frame of what reaches the network. Raises RecipeError for vectors, which have no frames."""
    if given.is_vector:
        raise RecipeError(f"A built network reads frames; {given.name} is one vector a clip.")
    return given.frames, lda or given.source.dims


def layers(built: Architecture, frames: int, width: int, n_labels: int) -> list[Layer]:
    """Return the layers for windows of frames × width.

    Raises RecipeError where pooling and strides leave nothing, and for a network too large to be trained on a desktop computer.
    """
    counted = list(_Counted(built, frames, width, n_labels).all())
    parameters, cost = sum(layer.parameters for layer in counted), sum(layer.multiply_adds for layer in counted)
    if parameters > MOST_PARAMETERS:
        raise RecipeError(
            f"It has {parameters / 1e6:.1f} million parameters; {MOST_PARAMETERS / 1e6:.0f} are the most. Take fewer filters, or pool more."
        )
    if cost > MOST_MULTIPLY_ADDS:
        raise RecipeError(
            f"It takes {cost / 1e9:.1f} billion multiply-adds a clip; one billion is the most. "
            "Take fewer filters, or a larger stride."
        )
    return counted


class _Counted:
    """The state of the count: the current output and how much of the clip it sees."""

    def __init__(self, built: Architecture, frames: int, width: int, n_labels: int) -> None:
        self.built, self.n_labels = built, n_labels
        self.place: tuple[int, ...] = (frames,) if built.dims == 1 else (frames, width)
        self.channels = width if built.dims == 1 else 1
        self.frames, self.jump = 1, 1

    def all(self) -> Iterator[Layer]:
        for number, block in enumerate(self.built.blocks, start=1):
            yield from self.block(block, number)
        yield from self.head()

    def block(self, block: Block, number: int) -> Iterator[Layer]:
        dims, before, places = self.built.dims, self.channels, self.place
        strides = block.strides(dims)
        for turn in range(block.repeat):
            name = f"{number}{'ab'[turn] if block.repeat == 2 else ''}"
            yield self.convolution(f"conv{name}", block, block.kernel, strides if turn == 0 else (1,) * dims)
            yield from self.normalised(f"norm{name}", block)
        if block.excite:
            narrow = block.squeezed
            squeeze, excite = block.filters * narrow + narrow, narrow * block.filters + block.filters
            flat = (1,) * dims
            yield Layer(f"squeeze{number}", "Dense", (*flat, narrow), squeeze, None, block.filters * narrow)
            yield Layer(f"excite{number}", "Dense", (*flat, block.filters), excite, None, block.filters * narrow)
        if block.residual:
            positions = math.prod(self.place)
            weights = before * block.filters + (0 if block.normalise != "none" else block.filters)
            kind = f"Conv{dims}D"
            cost = positions * before * block.filters
            yield Layer(f"skip{number}", kind, (*self.place, block.filters), weights, self.frames, cost)
            yield from self.normalised(f"skipnorm{number}", block)
        pools = block.pools(dims)
        if max(pools) > 1:
            self.place = tuple(n // pool for n, pool in zip(self.place, pools, strict=True))
            if min(self.place) < 1:
                left = " × ".join(map(str, places))
                raise RecipeError(
                    f"Block {number} leaves nothing of {left} steps: a smaller pooling or stride, or fewer blocks."
                )
            self.frames += (pools[0] - 1) * self.jump
            self.jump *= pools[0]
            kind = f"{'Max' if block.pooling == 'max' else 'Average'}Pooling{dims}D"
            yield Layer(f"pool{number}", kind, (*self.place, self.channels), 0, self.frames)

    def convolution(self, name: str, block: Block, kernel: int, strides: tuple[int, ...]) -> Layer:
        dims, into, out = self.built.dims, self.channels, block.filters
        self.place = tuple(-(-n // stride) for n, stride in zip(self.place, strides, strict=True))
        seen = kernel**dims
        weights = seen * into + into * out if block.separable else seen * into * out
        self.frames += (kernel - 1) * self.jump
        self.jump *= strides[0]
        self.channels = out
        return Layer(
            name,
            f"{'Separable' if block.separable else ''}Conv{dims}D",
            (*self.place, out),
            weights + (out if block.normalise == "none" else 0),
            self.frames,
            math.prod(self.place) * weights,
        )

    def normalised(self, name: str, block: Block) -> Iterator[Layer]:
        shape = (*self.place, self.channels)
        if block.normalise == "batch":
            yield Layer(name, "BatchNormalization", shape, 4 * self.channels, self.frames)
        elif block.normalise == "layer":
            yield Layer(name, "LayerNormalization", shape, 2 * self.channels, self.frames)

    def head(self) -> Iterator[Layer]:
        built = self.built
        steps, width = self.place[0], self.channels
        if built.dims == 2 and built.bands == "keep":
            width *= self.place[1]
        if built.gru:
            u = built.gru
            # reset_after: a bias for the input and one for the state.
            weights = 2 * 3 * (width * u + u * u + 2 * u)
            yield Layer("gru", "Bidirectional", (steps, 2 * u), weights, None, steps * 2 * 3 * (width * u + u * u))
            width = 2 * u
        parts = POOLINGS[built.pooling]
        attends = "attention" in parts
        yield Layer(
            "over_time",
            "MaskedPooling",
            (len(parts) * width,),
            width + 1 if attends else 0,
            None,
            steps * width if attends else 0,
        )
        width *= len(parts)
        if built.dense:
            yield Layer("dense", "Dense", (built.dense,), width * built.dense + built.dense, None, width * built.dense)
            width = built.dense
        yield Layer(
            "logits", "Dense", (self.n_labels,), width * self.n_labels + self.n_labels, None, width * self.n_labels
        )
