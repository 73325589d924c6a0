"""A convolutional network that somebody builds, as a frozen value: blocks over time (1D) or over time and bands (2D), then a head.

The network `built` is made of it (networks/built.py); its layers are counted without Keras (layer_table.py) and written as code
(keras_code.py).
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass as checked_dataclass

from ser_core.ranges import CHECKED

#: Most blocks one after another.
MOST_BLOCKS = 8
Dropout = Annotated[float, Field(ge=0.0, le=0.9)]
Step = Annotated[int, Field(ge=1, le=8)]
#: What a clip's steps are joined to: attention's weighted mean, their mean and their maximum beside each other, or one of them.
POOLINGS = {"all": ("attention", "mean", "max"), "attention": ("attention",), "mean": ("mean",), "max": ("max",)}


@checked_dataclass(frozen=True, config=CHECKED)
class Block:
    """One block: convolution, normalisation, ReLU, pooling, dropout of whole channels.

    Attributes
    ----------
    filters : int, default 32
        Channels that it gives, 1 to 512.
    kernel : int, default 3
        Steps that a filter sees, 1 to 31; of a 2D network as many bands.
    stride, pool : int, default 1 and 2
        Every how many-th step is kept by the (first) convolution, and by the pooling; 1 to 8.
    stride_bands, pool_bands : int, optional
        The same over bands, of a 2D network. Default: as over time.
    pooling : {"max", "average"}
        What stands for the steps that are pooled.
    normalise : {"batch", "layer", "none"}
        What follows a convolution; without it a convolution has a bias.
    dropout : float, default 0.0
        Share of channels that are left out at random in training, at most 0.9.
    repeat : int, default 1
        Convolutions one after another, 1 or 2.
    separable : bool, default False
        Each channel by itself first, then a mixture of them (Sifre 2014): fewer parameters.
    residual : bool, default False
        A convolution of one step leads around the block (He et al. 2016, arXiv:1512.03385).
    excite : bool, default False
        Channels are weighed by what the whole clip holds (Hu et al. 2018, arXiv:1709.01507).
    """

    filters: Annotated[int, Field(ge=1, le=512)] = 32
    kernel: Annotated[int, Field(ge=1, le=31)] = 3
    stride: Step = 1
    stride_bands: Step | None = None
    pool: Step = 2
    pool_bands: Step | None = None
    pooling: Literal["max", "average"] = "max"
    normalise: Literal["batch", "layer", "none"] = "batch"
    dropout: Dropout = 0.0
    repeat: Literal[1, 2] = 1
    separable: bool = False
    residual: bool = False
    excite: bool = False

    def __post_init__(self) -> None:
        if self.separable and self.stride_bands not in (None, self.stride):
            raise ValueError("a separable convolution takes the same stride over time and over bands")

    def strides(self, dims: int) -> tuple[int, ...]:
        """Return the convolution's steps over each axis of a network of so many dimensions."""
        return (self.stride, self.stride_bands or self.stride)[:dims]

    def pools(self, dims: int) -> tuple[int, ...]:
        """Return the pooling's steps over each axis of a network of so many dimensions."""
        return (self.pool, self.pool_bands or self.pool)[:dims]

    @property
    def squeezed(self) -> int:
        """Units to which squeeze-and-excitation brings the channels."""
        return max(4, self.filters // 8)


def _listed(stated: Any) -> Any:
    return tuple(stated) if isinstance(stated, list) else stated


@checked_dataclass(frozen=True, config=CHECKED)
class Architecture:
    """A network of blocks and a head.

    Attributes
    ----------
    dims : {1, 2}
        1: the features of a frame are channels. 2: they are bands of a picture.
    blocks : tuple of Block
        One to eight, from the input on.
    bands : {"keep", "mean"}
        What becomes of a 2D network's bands behind the blocks: each counts, or their mean.
    gru : int, default 0
        Units of a GRU that reads the steps in both directions; 0 for none.
    pooling : {"all", "attention", "mean", "max"}
        What stands for the steps of a clip; those that are padding count nowhere. "all": the three beside each other.
    dropout : float, default 0.3
        Share of values left out at random in training, behind the pooling; at most 0.9.
    dense : int, default 0
        Units of a dense layer in front of the last one; 0 for none.

    Examples
    --------
    >>> from ser_core.recipes.architecture import Architecture, Block
    >>> built = Architecture(2, (Block(16, 5, stride=2), Block(32)))
    >>> len(built.blocks), built.blocks[0].strides(2)
    (2, (2, 2))
    """

    dims: Literal[1, 2] = 1
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=MOST_BLOCKS), BeforeValidator(_listed)] = (
        Block(),
        Block(64),
    )
    bands: Literal["keep", "mean"] = "keep"
    gru: Annotated[int, Field(ge=0, le=256)] = 0
    pooling: Literal["all", "attention", "mean", "max"] = "all"
    dropout: Dropout = 0.3
    dense: Annotated[int, Field(ge=0, le=1024)] = 0

    @property
    def stride(self) -> int:
        """How many frames of the input one step behind the blocks stands for."""
        frames = 1
        for block in self.blocks:
            frames *= block.stride * block.pool
        return frames

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a recipe.json states them."""
        return dataclasses.asdict(self)
