"""Log-mel frames: the picture that networks look at, and voice profiles are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ser_core.features import logmel
from ser_core.features.sources.base import Group, Source, blocks

#: Pictures whose largest value is less than this above the spectrogram's floor are silent, dB.
_SILENT_DB = 20.0


@dataclass(frozen=True)
class LogMelSource(Source):
    """Log-mel frames in dB, frames × bands; a network is fed with the part of a clip that holds sound.

    Frames at both ends that stay more than `trim_db` below the loudest are left out, `margin_s` seconds excepted, so
    that silence before and after the voice changes nothing.
    """

    spec: logmel.LogMelSpec = logmel.LogMelSpec()
    trim_db: float = 40.0
    margin_s: float = 0.1

    kind: ClassVar[str] = "logmel"
    normalised_by_network: ClassVar[bool] = True
    #: dB.
    least_deviation: ClassVar[float] = 1.0

    @property
    def dims(self) -> int:
        return self.spec.n_mels

    @property
    def hop_s(self) -> float:
        return self.spec.hop_s

    @property
    def band_hz(self) -> np.ndarray | None:
        return logmel.mel_hz(self.spec)

    @property
    def pictures(self) -> Mapping[str, Any]:
        return {"logmel": self.spec}

    @property
    def groups(self) -> list[Group]:
        return blocks([("logmel", "log-mel", self.dims)])

    def extract(self, samples: np.ndarray) -> np.ndarray:
        return logmel.extract(samples, self.spec)

    def part(self, sound: np.ndarray, start: int, whole: Callable[[], np.ndarray]) -> np.ndarray:
        hop = self.spec.hop_length
        # Frames that reach over the part's ends see silence there, not what the recording goes on with.
        edge = math.ceil(self.spec.n_fft / 2 / hop)
        first, last = start // hop, len(sound) // hop
        if start % hop or last < 4 * edge:
            return self.extract(sound)
        ends = self.extract(sound[: 2 * edge * hop])[:edge], self.extract(sound[(last - 2 * edge + 1) * hop :])[edge:]
        return np.concatenate([ends[0], whole()[first + edge : first + last + 1 - edge], ends[1]])

    def loud(self, features: np.ndarray) -> np.ndarray:
        """Return for every frame whether it is at most `trim_db` below the loudest."""
        level = 10.0 * np.log10(np.power(10.0, features / 10.0).sum(axis=1))
        loud: np.ndarray = level >= level.max() - self.trim_db
        return loud

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        loud = np.flatnonzero(self.loud(features))
        margin = round(self.margin_s / self.hop_s)
        return max(0, int(loud[0]) - margin), min(len(features), int(loud[-1]) + 1 + margin)

    def speech(self, features: np.ndarray) -> np.ndarray:
        """Return the loud frames, values more than `logmel.RANGE_DB` below the largest raised to that; none of a silent clip."""
        peak = float(features.max())
        if peak < 10.0 * np.log10(self.spec.floor) + _SILENT_DB:
            return np.zeros((0, self.dims))
        return np.maximum(features[self.loud(features)].astype(np.float64), peak - logmel.RANGE_DB)

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> LogMelSource:
        """Return the source that `to_dict` described."""
        return cls(**{**fields, "spec": logmel.LogMelSpec(**fields["spec"])})
