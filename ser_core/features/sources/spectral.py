"""Spectral descriptors as a network is fed with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ser_core.features import spectral
from ser_core.features.conditioned import conditioned
from ser_core.features.sources.base import POOLS, FeatureError, Group, Source, blocks, pooled


@dataclass(frozen=True)
class SpectralSource(Source):
    """Spectral descriptors side by side, frame by frame, or pooled over time into one vector.

    `pools` are keys of POOLS (for every pool, every row); empty gives the frames. The mel-spectrogram is taken in dB.
    Descriptors of the whole clip (loudness, rhythm) stand once in a vector and are refused in frames. Silence at both
    ends, `trim_db` below the loudest frame, is cut before anything is computed; the last four: see `conditioned`.
    """

    names: tuple[str, ...] = spectral.SEED_SET
    pools: tuple[str, ...] = ()
    spec: spectral.SpectralSpec = spectral.SpectralSpec()
    trim_db: float = 40.0
    level_dbfs: float | None = None
    highpass_hz: float | None = None
    room_snr_db: float | None = None
    hiss_snr_db: float | None = None

    kind: ClassVar[str] = "spectral"

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in spectral.DESCRIPTORS]
        unknown += [name for name in self.pools if name not in POOLS]
        if unknown:
            raise FeatureError(f"There is no descriptor or pool called '{unknown[0]}'.")
        if not self.pools and any(spectral.DESCRIPTORS[name].per_clip for name in self.names):
            raise FeatureError("Loudness and rhythm are of the whole clip; they need pools.")

    @property
    def dims(self) -> int:
        return sum(width for _, _, width in self._widths())

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else self.spec.hop_s

    @property
    def hears_level(self) -> bool:
        return self.level_dbfs is None

    @property
    def pictures(self) -> Mapping[str, Any]:
        return {"spectral": self.spec}

    @property
    def groups(self) -> list[Group]:
        return blocks(self._widths())

    @property
    def choices(self) -> tuple[str, ...]:
        return self.names

    def kept(self, names: tuple[str, ...]) -> SpectralSource:
        return replace(self, names=names)

    def pooled(self) -> SpectralSource:
        return replace(self, pools=self.pools or ("mean", "std"))

    def _widths(self) -> list[tuple[str, str, int]]:
        """Every descriptor's name, title and number of columns."""
        known = [(name, spectral.DESCRIPTORS[name]) for name in self.names]
        pools = max(1, len(self.pools))
        return [
            (name, descriptor.title, descriptor.rows(self.spec) * (1 if descriptor.per_clip else pools))
            for name, descriptor in known
        ]

    def extract(self, samples: np.ndarray) -> np.ndarray:
        sound = conditioned(
            samples,
            self.trim_db,
            highpass_hz=self.highpass_hz,
            room_snr_db=self.room_snr_db,
            hiss_snr_db=self.hiss_snr_db,
            level_dbfs=self.level_dbfs,
        )
        rows = spectral.extract(sound, self.names, self.spec)
        if "melspectrogram" in rows:
            rows["melspectrogram"] = 10.0 * np.log10(np.maximum(rows["melspectrogram"], 1e-10))
        if not self.pools:
            return np.concatenate([rows[name] for name in self.names]).T.astype(np.float32)
        columns = []
        for name in self.names:
            whole = spectral.DESCRIPTORS[name].per_clip
            columns.append(rows[name] if whole else pooled(rows[name].T, self.pools))
        return np.concatenate(columns)[None].astype(np.float32)

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> SpectralSource:
        """Return the source that `to_dict` described."""
        return cls(**{**fields, "spec": spectral.SpectralSpec(**fields["spec"])})
