"""openSMILE's functionals as a network is fed with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from ser_core.features import functionals
from ser_core.features.sources.base import FeatureError, Group, Source


@dataclass(frozen=True)
class FunctionalsSource(Source):
    """One of openSMILE's sets, or some of its groups of columns, of a whole sound.

    feature_set: openSMILE's name of it (`functionals.SETS`); version: of the package, which is part of what its numbers are; names: the
    groups that are kept, empty for all columns in the package's order. Silence at both ends stays, as openSMILE has it.
    """

    feature_set: str
    names: tuple[str, ...] = ()
    version: str = field(default_factory=lambda: functionals.installed() or functionals.KNOWN_VERSION)

    kind: ClassVar[str] = "opensmile"

    def __post_init__(self) -> None:
        if self.feature_set not in functionals.SETS:
            raise FeatureError(
                f"There is no set of openSMILE called '{self.feature_set}' here. Known: {', '.join(functionals.SETS)}."
            )
        unknown = [name for name in self.names if name not in self._set.groups]
        if unknown:
            raise FeatureError(f"{self.feature_set} has no group called '{unknown[0]}'.")

    @property
    def dims(self) -> int:
        return sum(width for name, width in self._set.layout if name in self.choices)

    @property
    def hears_level(self) -> bool:
        return True

    @property
    def missing(self) -> str:
        return functionals.missing(self.version)

    @property
    def terms(self) -> str:
        return functionals.TERMS

    @property
    def to_confirm(self) -> str:
        return functionals.to_confirm()

    def confirm(self) -> None:
        functionals.confirm()

    @property
    def groups(self) -> list[Group]:
        kept = self._kept
        return [
            Group(name, self._set.groups[name], np.flatnonzero(np.isin(kept, self._set.columns(name))))
            for name in self.choices
        ]

    @property
    def choices(self) -> tuple[str, ...]:
        return self.names or tuple(self._set.groups)

    def kept(self, names: tuple[str, ...]) -> FunctionalsSource:
        return replace(self, names=names)

    def pooled(self) -> FunctionalsSource:
        return self

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return one row, float32. Raises FeatureError where the package is not here, another one, or its licence not confirmed."""
        if self.missing:
            raise FeatureError(self.missing)
        values = functionals.computed(self.feature_set, samples)
        return values[None, self._kept]

    @property
    def _set(self) -> functionals.Functionals:
        return functionals.SETS[self.feature_set]

    @property
    def _kept(self) -> np.ndarray:
        """The package's columns that are kept, in its order."""
        return np.sort(np.concatenate([self._set.columns(name) for name in self.choices]))
