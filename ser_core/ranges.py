"""The ranges that the settings of an experiment have in common; each setting states its own beside its default."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, PositiveFloat

#: Values are checked whenever one is made: of the stated type, finite, in range, no field that is not there.
CHECKED = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError("its first value should not be above its second")
    return span


#: A share of all: 0 to 1.
Share = Annotated[float, Field(ge=0.0, le=1.0)]
#: By which share something is made longer or shorter; never by all of it.
Stretch = Annotated[float, Field(ge=0.0, le=0.9)]
#: From one value to another, the lower one first.
Span = Annotated[tuple[float, float], AfterValidator(_rising)]
PositiveSpan = Annotated[tuple[PositiveFloat, PositiveFloat], AfterValidator(_rising)]
