"""Modulation spectral features as a network is fed with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ser_core.features import msf
from ser_core.features.conditioned import conditioned
from ser_core.features.sources.base import FeatureError, Group, Source, blocks, pooled

#: Added to a cell's share of a frame's modulation energy before the logarithm.
LEAST_ENERGY = 1e-6


@dataclass(frozen=True)
class MsfSource(Source):
    """Modulation spectral features: `raw` the energies of every cell, `log` their natural logarithm (1e-6 of the frame's
    energy is the floor), `phi` Φ1 to Φ6 and linear prediction.

    `pools`, `trim_db` and `level_dbfs` as in SpectralSource; empty pools give the frames of 256 ms. The naive preset has one frame
    a clip.
    """

    preset: str = "wu"
    values: str = "phi"
    pools: tuple[str, ...] = ("mean", "std")
    trim_db: float = 40.0
    level_dbfs: float | None = None

    kind: ClassVar[str] = "msf"

    def __post_init__(self) -> None:
        if self.preset not in msf.PRESETS or self.values not in ("raw", "log", "phi"):
            raise FeatureError(f"There are no modulation features '{self.preset}', '{self.values}'.")

    @property
    def spec(self) -> msf.MsfSpec:
        return msf.PRESETS[self.preset]

    @property
    def dims(self) -> int:
        return sum(len(group.columns) for group in self.groups)

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else self.spec.hop_s

    @property
    def pictures(self) -> Mapping[str, Any]:
        return {"msf": self.spec}

    @property
    def groups(self) -> list[Group]:
        frame = self._of_a_frame()
        size = sum(len(group.columns) for group in frame)
        pools = range(max(1, len(self.pools)))
        return [replace(group, columns=np.concatenate([k * size + group.columns for k in pools])) for group in frame]

    def _of_a_frame(self) -> list[Group]:
        spec = self.spec
        if self.values != "phi":
            band = np.arange(spec.bands * spec.modulations) % spec.modulations
            of = f"of {spec.modulations}"
            return [
                Group(f"modulation-{k + 1}", f"Modulation band {k + 1} {of}", np.flatnonzero(band == k))
                for k in range(spec.modulations)
            ]
        columns, bands = len(spec.columns), len(spec.group_ends)
        return blocks(
            [
                ("phi1", "Φ1 energy a modulation band", spec.modulations),
                ("phi2", "Φ2 spectral flatness", columns),
                ("phi3", "Φ3 spectral centroid", columns),
                ("phi4", "Φ4 modulation centroid", bands),
                ("phi5", "Φ5 modulation slope", bands),
                ("phi6", "Φ6 distance from the line", bands),
                ("lpcc", "Linear prediction", columns * (spec.lp_order + 1)),
            ]
        )

    def extract(self, samples: np.ndarray) -> np.ndarray:
        sound = conditioned(samples, self.trim_db, level_dbfs=self.level_dbfs)
        described = msf.describe(sound, spec=self.spec)
        if self.values != "phi":
            frames = described.energy.reshape(-1, described.energy.shape[2]).T
            frames = np.log(frames + LEAST_ENERGY) if self.values == "log" else frames
        else:
            columns = [column - 1 for column in self.spec.columns]
            parts = (
                described.phi1,
                described.phi2[columns],
                described.phi3[columns],
                described.phi4,
                described.phi5,
                described.phi6,
                described.lpcc,
            )
            frames = np.concatenate(parts).T
        if self.pools:
            frames = pooled(frames, self.pools)[None]
        return frames.astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "spec": self.spec.to_dict(), **super().to_dict()}

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> MsfSource:
        """Return the source that `to_dict` described. Raises FeatureError where its preset means something else in this version."""
        spec = fields.pop("spec")
        source = cls(**fields)
        if json.loads(json.dumps(source.spec.to_dict())) != json.loads(json.dumps(spec)):
            raise FeatureError(f"The preset '{source.preset}' has other parameters in this version.")
        return source
