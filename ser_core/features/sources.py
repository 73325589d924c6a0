"""Where a network's numbers come from: 16 kHz samples in, features out, described by a value that survives JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ser_core import audio
from ser_core.features import logmel, msf, spectral
from ser_core.features.conditioned import conditioned


class FeatureError(ValueError):
    """A feature set is unknown or cannot be read; the message says which."""


class Source(Protocol):
    """16 kHz samples in, frames × dims out (one row for a vector of the whole clip); never normalised."""

    @property
    def dims(self) -> int: ...

    @property
    def hop_s(self) -> float:
        """Seconds from frame to frame; 0 for a vector."""

    @property
    def hears_level(self) -> bool:
        """Whether what is computed tells a network how loud the recording is."""

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return the features of the samples as they are; what networks are fed with comes from `extracted`."""

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        """Return the first frame that a network is fed with and the one after the last."""

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

    @property
    def hears_level(self) -> bool:
        """False: the frames hold the level as a constant in dB, which every network of theirs takes out."""
        return False

    def extract(self, samples: np.ndarray) -> np.ndarray:
        return logmel.extract(samples, self.spec)

    def loud(self, features: np.ndarray) -> np.ndarray:
        """Return for every frame whether it is at most `trim_db` below the loudest."""
        level = 10.0 * np.log10(np.power(10.0, features / 10.0).sum(axis=1))
        found: np.ndarray = level >= level.max() - self.trim_db
        return found

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        loud = np.flatnonzero(self.loud(features))
        margin = round(self.margin_s / self.hop_s)
        return max(0, int(loud[0]) - margin), min(len(features), int(loud[-1]) + 1 + margin)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "logmel", **dataclasses.asdict(self)}


#: How a descriptor's course over time becomes a vector: name → function over the frames (frames × rows).
POOLS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda frames: frames.mean(axis=0),
    "std": lambda frames: frames.std(axis=0),
    "p10": lambda frames: np.percentile(frames, 10, axis=0),
    "p50": lambda frames: np.percentile(frames, 50, axis=0),
    "p90": lambda frames: np.percentile(frames, 90, axis=0),
}


#: Added to a cell's share of a frame's modulation energy before the logarithm.
LEAST_ENERGY = 1e-6


class _Whole:
    """Sources that have cut the silence from the samples already: every frame is fed."""

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        return 0, len(features)


@dataclass(frozen=True)
class SpectralSource(_Whole):
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

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in spectral.DESCRIPTORS]
        unknown += [name for name in self.pools if name not in POOLS]
        if unknown:
            raise FeatureError(f"There is no descriptor or pool called '{unknown[0]}'.")
        if not self.pools and any(spectral.DESCRIPTORS[name].per_clip for name in self.names):
            raise FeatureError("Loudness and rhythm are of the whole clip; they need pools.")

    @property
    def dims(self) -> int:
        return sum(self.widths.values())

    @property
    def widths(self) -> dict[str, int]:
        """How many columns each descriptor has."""
        found = {}
        for name in self.names:
            descriptor = spectral.DESCRIPTORS[name]
            found[name] = descriptor.rows(self.spec) * (1 if descriptor.per_clip else max(1, len(self.pools)))
        return found

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else self.spec.hop_s

    @property
    def hears_level(self) -> bool:
        return self.level_dbfs is None

    def extract(self, samples: np.ndarray) -> np.ndarray:
        sound = conditioned(
            samples,
            self.trim_db,
            highpass_hz=self.highpass_hz,
            room_snr_db=self.room_snr_db,
            hiss_snr_db=self.hiss_snr_db,
            level_dbfs=self.level_dbfs,
        )
        found = spectral.extract(sound, self.names, self.spec)
        if "melspectrogram" in found:
            found["melspectrogram"] = 10.0 * np.log10(np.maximum(found["melspectrogram"], 1e-10))
        if not self.pools:
            return np.concatenate([found[name] for name in self.names]).T.astype(np.float32)
        columns = []
        for name in self.names:
            rows = found[name]
            columns += [rows] if spectral.DESCRIPTORS[name].per_clip else [POOLS[pool](rows.T) for pool in self.pools]
        return np.concatenate(columns)[None].astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "spectral", **_stated(self)}


@dataclass(frozen=True)
class MsfSource(_Whole):
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

    def __post_init__(self) -> None:
        if self.preset not in msf.PRESETS or self.values not in ("raw", "log", "phi"):
            raise FeatureError(f"There are no modulation features '{self.preset}', '{self.values}'.")

    @property
    def spec(self) -> msf.MsfSpec:
        return msf.PRESETS[self.preset]

    @property
    def dims(self) -> int:
        spec = self.spec
        columns, groups = len(spec.columns), len(spec.group_ends)
        phi = spec.modulations + 2 * columns + 3 * groups + columns * (spec.lp_order + 1)
        rows = phi if self.values == "phi" else spec.bands * spec.modulations
        return rows * max(1, len(self.pools))

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else self.spec.hop_s

    @property
    def hears_level(self) -> bool:
        """False: the energies of a frame are shares of it."""
        return False

    def extract(self, samples: np.ndarray) -> np.ndarray:
        found = msf.describe(conditioned(samples, self.trim_db, level_dbfs=self.level_dbfs), spec=self.spec)
        if self.values != "phi":
            frames = found.energy.reshape(-1, found.energy.shape[2]).T
            frames = np.log(frames + LEAST_ENERGY) if self.values == "log" else frames
        else:
            columns = [column - 1 for column in self.spec.columns]
            parts = (
                found.phi1,
                found.phi2[columns],
                found.phi3[columns],
                found.phi4,
                found.phi5,
                found.phi6,
                found.lpcc,
            )
            frames = np.concatenate(parts).T
        if self.pools:
            frames = np.concatenate([POOLS[pool](frames) for pool in self.pools])[None]
        return frames.astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "msf", "spec": self.spec.to_dict(), **_stated(self)}


@dataclass(frozen=True)
class JoinedSource(_Whole):
    """Vectors of several sources side by side."""

    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        if any(source.hop_s for source in self.sources):
            raise FeatureError("Only vectors can be joined: give each source its pools.")

    @property
    def dims(self) -> int:
        return sum(source.dims for source in self.sources)

    @property
    def hop_s(self) -> float:
        return 0.0

    @property
    def hears_level(self) -> bool:
        return any(source.hears_level for source in self.sources)

    def extract(self, samples: np.ndarray) -> np.ndarray:
        return np.concatenate([source.extract(samples) for source in self.sources], axis=1)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "joined", "sources": [source.to_dict() for source in self.sources]}


@dataclass(frozen=True)
class ExternalSource(_Whole):
    """A vector a clip that another program computed: the file's name without its ending, its SHA-256 (16 digits), its width."""

    name: str
    sha256_16: str
    width: int

    @property
    def dims(self) -> int:
        return self.width

    @property
    def hop_s(self) -> float:
        return 0.0

    @property
    def hears_level(self) -> bool:
        """False: what another program computed is never computed of a new recording."""
        return False

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Raise FeatureError: a new clip's features cannot be computed here."""
        raise FeatureError(
            f"The features of {self.name} were computed elsewhere; this program cannot compute them for a new clip."
        )

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "external", **dataclasses.asdict(self)}


def _stated(source: SpectralSource | MsfSource) -> dict[str, Any]:
    """Its fields; what is not done to the sound is left out, so that sets that are older than it are found in the store."""
    fields = dataclasses.asdict(source)
    added = ("level_dbfs", "highpass_hz", "room_snr_db", "hiss_snr_db")
    return {name: value for name, value in fields.items() if name not in added or value is not None}


def from_dict(stated: dict[str, Any]) -> Source:
    """Return the source that `to_dict` described.

    Raises FeatureError for an unknown kind or field, and where a named preset means something else in this version.
    """
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()}
    kind = fields.pop("kind", None)
    try:
        if kind == "logmel":
            return LogMelSource(**{**fields, "spec": logmel.LogMelSpec(**fields["spec"])})
        if kind == "spectral":
            return SpectralSource(**{**fields, "spec": spectral.SpectralSpec(**fields["spec"])})
        if kind == "msf":
            spec = fields.pop("spec")
            source = MsfSource(**fields)
            if json.loads(json.dumps(source.spec.to_dict())) != json.loads(json.dumps(spec)):
                raise FeatureError(f"The preset '{source.preset}' has other parameters in this version.")
            return source
        if kind == "external":
            return ExternalSource(**fields)
        if kind == "joined":
            return JoinedSource(tuple(from_dict(one) for one in fields["sources"]))
    except (TypeError, KeyError) as error:
        raise FeatureError(f"The feature specification {stated} does not fit this version: {error}") from error
    raise FeatureError(f"There is no feature source of the kind '{kind}'.")


def extracted(source: Source, samples: np.ndarray) -> np.ndarray:
    """Return what a network is fed with of a recording's 16 kHz samples: the source's features of the sound without offset and rumble.

    The one door from sound to networks, in training, serving and explaining alike. Raises what the source raises.
    """
    return source.extract(audio.centred(samples))


def spec_hash(source: Source) -> str:
    """Return 16 hex digits that change with any parameter of the source."""
    return hashlib.sha256(json.dumps(source.to_dict(), sort_keys=True).encode()).hexdigest()[:16]
