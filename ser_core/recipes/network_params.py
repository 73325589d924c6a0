"""The ranges of networks' parameters, by the name that a parameter has in every network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ser_core.ranges import Share
from ser_core.recipes.architecture import Architecture

Width = Annotated[int, Field(ge=1, le=4096)]
#: Units of a layer that 0 leaves out.
Units = Annotated[int, Field(ge=0, le=4096)]
Widths = Annotated[list[Width], Field(min_length=1, max_length=12)]
Dropout = Annotated[float, Field(ge=0.0, lt=1.0)]


class NetworkParams(TypedDict, total=False):
    """Keyword arguments of a network's function; which of them a network has, its function says. Others pass unchecked."""

    __pydantic_config__ = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)  # type: ignore[misc]

    architecture: Architecture
    blocks: Annotated[int, Field(ge=1, le=32)]
    channels: Widths
    kernel: Annotated[int, Field(ge=1, le=101)] | Literal["rbf", "linear"]
    pool: Annotated[int, Field(ge=1, le=16)]
    stride: Annotated[int, Field(ge=1, le=16)]
    stem: Width
    width: Width
    gru: Units
    dense: Units | Annotated[list[Width], Field(max_length=12)]
    dropout: Dropout
    block_dropout: Dropout
    residual: bool
    excite: bool
    profile: bool
    mean_subtraction: bool
    hide: Share
    half_s: Annotated[float, Field(gt=0.0)]
    hidden: Units
    l2: Annotated[float, Field(ge=0.0)]
    limit: Annotated[float, Field(gt=0.0)] | None
    room_snr_db: Annotated[float, Field(ge=-20.0, le=100.0)] | None
    c: Annotated[float, Field(gt=0.0)]
    gamma: Literal["scale", "auto"] | Annotated[float, Field(gt=0.0)]
    class_weight: Literal["balanced"] | None
