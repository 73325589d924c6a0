"""Named feature sets: what a network is fed with, as small declarative values."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ser_core.features import logmel


class FeatureError(ValueError):
    """A feature set is unknown or cannot be read; the message says which."""


class Source(Protocol):
    """Where an input's numbers come from: 16 kHz samples in, frames × dims (or dims) out; never normalised."""

    @property
    def dims(self) -> int: ...

    @property
    def hop_s(self) -> float: ...

    def extract(self, samples: np.ndarray) -> np.ndarray: ...

    def bounds(self, features: np.ndarray) -> tuple[int, int]: ...

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class LogMelSource:
    """Log-mel frames in dB, frames × bands; a network is fed with the part of a clip that holds sound.

    Frames at both ends that stay more than `trim_db` below the loudest are left out, `margin_s` seconds excepted, so
    that silence before and after the voice changes nothing.
    """

    spec: logmel.LogMelSpec = logmel.LogMelSpec()
    trim_db: float = 40.0
    margin_s: float = 0.1

    @property
    def dims(self) -> int:
        return self.spec.n_mels

    @property
    def hop_s(self) -> float:
        return self.spec.hop_s

    def extract(self, samples: np.ndarray) -> np.ndarray:
        return logmel.extract(samples, self.spec)

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        """Return the first frame that is kept and the one after the last."""
        level = 10.0 * np.log10(np.power(10.0, features / 10.0).sum(axis=1))
        loud = np.flatnonzero(level >= level.max() - self.trim_db)
        margin = round(self.margin_s / self.hop_s)
        return max(0, int(loud[0]) - margin), min(len(features), int(loud[-1]) + 1 + margin)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "logmel", **dataclasses.asdict(self)}


def source_from_dict(stated: dict[str, Any]) -> Source:
    """Return the source that `to_dict` described. Raises FeatureError for an unknown kind or field."""
    fields = dict(stated)
    kind = fields.pop("kind", None)
    try:
        if kind == "logmel":
            return LogMelSource(**{**fields, "spec": logmel.LogMelSpec(**fields["spec"])})
    except (TypeError, KeyError) as error:
        raise FeatureError(f"The feature specification {stated} does not fit this version: {error}") from error
    raise FeatureError(f"There is no feature source of the kind '{kind}'.")


def spec_hash(source: Source) -> str:
    """Return 16 hex digits that change with any parameter of the source."""
    return hashlib.sha256(json.dumps(source.to_dict(), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Windows:
    """A clip cut into windows of features (windows × frames × dims)."""

    features: np.ndarray
    n_frames: np.ndarray
    """Frames of each window that are not padding."""
    starts: np.ndarray
    """The clip's frame with which each window begins."""


@dataclass(frozen=True)
class Input:
    """One input of a network: windows of `frames` frames of a source; a window starts every `hop` frames."""

    name: str
    source: Source
    frames: int
    hop: int

    @property
    def shape(self) -> tuple[int, int]:
        return (self.frames, self.source.dims)

    def windows(self, features: np.ndarray) -> Windows:
        """Cut the sounding part of a clip's features (n × dims) into windows.

        A part shorter than a window is padded at the end with zeros, which the network passes over (`n_frames`). In
        a longer one windows overlap, and the last ends with the part.
        """
        start, stop = self.source.bounds(features)
        n = stop - start
        if n <= self.frames:
            window = np.zeros((1, *self.shape), dtype=np.float32)
            window[0, :n] = features[start:stop]
            return Windows(window, np.array([n], dtype=np.int32), np.array([start]))
        starts = start + np.array([*range(0, n - self.frames, self.hop), n - self.frames])
        pictures = np.stack([features[first : first + self.frames] for first in starts]).astype(np.float32)
        return Windows(pictures, np.full(len(starts), self.frames, dtype=np.int32), starts)


@dataclass(frozen=True)
class FeatureSet:
    """A named set of inputs, with the sentence that says what it is."""

    name: str
    title: str
    inputs: tuple[Input, ...]


SETS: dict[str, FeatureSet] = {
    feature_set.name: feature_set
    for feature_set in (
        FeatureSet(
            "logmel",
            "Log-mel spectrogram, 64 bands from 50 to 8000 Hz, 3.2 s windows",
            (Input("logmel", LogMelSource(), frames=256, hop=128),),
        ),
    )
}


def named(name: str) -> FeatureSet:
    """Return the feature set called `name`. Raises FeatureError that lists the known ones."""
    if name not in SETS:
        raise FeatureError(f"There is no feature set called '{name}'. Known: {', '.join(SETS)}.")
    return SETS[name]
