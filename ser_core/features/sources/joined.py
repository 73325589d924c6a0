"""Vectors of several sources as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ser_core.features.sources.base import FeatureError, Group, Source, from_dict


@dataclass(frozen=True)
class JoinedSource(Source):
    """Vectors of several sources side by side."""

    sources: tuple[Source, ...]

    kind: ClassVar[str] = "joined"

    def __post_init__(self) -> None:
        if any(source.hop_s for source in self.sources):
            raise FeatureError("Only vectors can be joined: give each source its pools.")

    @property
    def dims(self) -> int:
        return sum(source.dims for source in self.sources)

    @property
    def hears_level(self) -> bool:
        return any(source.hears_level for source in self.sources)

    @property
    def hears_sound(self) -> bool:
        return any(source.hears_sound for source in self.sources)

    @property
    def ear(self) -> str:
        return next((source.ear for source in self.sources if source.ear), "")

    @property
    def credit(self) -> str:
        return " ".join(dict.fromkeys(source.credit for source in self.sources if source.credit))

    @property
    def missing(self) -> str:
        return next((source.missing for source in self.sources if source.missing), "")

    @property
    def terms(self) -> str:
        return " ".join(dict.fromkeys(source.terms for source in self.sources if source.terms))

    @property
    def to_confirm(self) -> str:
        return next((source.to_confirm for source in self.sources if source.to_confirm), "")

    def confirm(self) -> None:
        for source in self.sources:
            source.confirm()

    @property
    def pictures(self) -> Mapping[str, Any]:
        drawn: dict[str, Any] = {}
        for source in self.sources:
            drawn = {**source.pictures, **drawn}
        return drawn

    @property
    def groups(self) -> list[Group]:
        joined, start = [], 0
        for source in self.sources:
            joined += [replace(group, columns=start + group.columns) for group in source.groups]
            start += source.dims
        return joined

    def extract(self, samples: np.ndarray) -> np.ndarray:
        return np.concatenate([source.extract(samples) for source in self.sources], axis=1)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "sources": [source.to_dict() for source in self.sources]}

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> JoinedSource:
        """Return the source that `to_dict` described."""
        return cls(tuple(from_dict(source) for source in fields["sources"]))
