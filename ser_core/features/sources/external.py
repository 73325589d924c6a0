"""Features that another program computed, of which only the store knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ser_core.features.sources.base import FeatureError, Group, Source, blocks


@dataclass(frozen=True)
class ExternalSource(Source):
    """A vector a clip that another program computed: the file's name without its ending, its SHA-256 (16 digits), its width."""

    name: str
    sha256_16: str
    width: int

    kind: ClassVar[str] = "external"
    hears_sound = False
    gives_profile = False

    @property
    def dims(self) -> int:
        return self.width

    @property
    def missing(self) -> str:
        return (
            f"The features of {self.name} were computed elsewhere; this program knows those of the clips in a file that is given with "
            "--features, and cannot compute them for another clip."
        )

    @property
    def groups(self) -> list[Group]:
        return blocks([("features", "features", self.width)])

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Raise FeatureError: a new clip's features cannot be computed here."""
        raise FeatureError(self.missing)
