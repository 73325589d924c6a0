"""The voice profile: what a speaker's own voice is like, band by band, without labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import audio, files
from ser_core.features.sources import FeatureError, Source, spec_hash

#: A deviation is never smaller than this, dB: a band without any sound must not decide alone.
LEAST_DEVIATION_DB = 1.0
#: Least speech of a profile, seconds.
LEAST_S = 0.5
#: Seconds of speech at which the weight of a profile is one half. A mean over clips is best shrunk by s / (s + h), h being a clip's
#: length times the variance between a speaker's clips over that between speakers: 2 s for neutral clips, 12 s for clips of any
#: emotion (a band's mean, train part of CREMA-D). This is the geometric mean of the two.
HALF_WEIGHT_S = 5.0
_KIND = "voice-profile"


class ProfileError(FeatureError):
    """A voice profile cannot be made, read or used; the message says why."""


@dataclass(frozen=True, eq=False)
class BandSums:
    """What clips add to a profile: `frames` of speech (…), and sums and sums of squares of every band in dB (… × bands)."""

    frames: np.ndarray
    total: np.ndarray
    squares: np.ndarray

    def pooled(self, rows: Any = slice(None)) -> BandSums:
        """Return the sums over some of the clips (an index of the first axis)."""
        return BandSums(*(values[rows].sum(axis=0) for values in (self.frames, self.total, self.squares)))

    def statistics(self) -> np.ndarray:
        """Return means and deviations of the frames: 2 × bands, dB."""
        count = np.maximum(self.frames, 1.0)
        mean = self.total / count
        variance = np.maximum(self.squares / count - mean**2, LEAST_DEVIATION_DB**2)
        return np.stack([mean, np.sqrt(variance)]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class VoiceProfile:
    """Mean and deviation of every band of a speaker's speech in absolute dB (bands, each), and how many seconds they are of.

    source: which log-mel frames they are of (`sources.spec_hash`). Absolute: recordings with another gain or microphone
    than the clips that are judged with it say something else.
    """

    means: np.ndarray = field(repr=False)
    deviations: np.ndarray = field(repr=False)
    seconds: float
    source: str = ""

    @property
    def statistics(self) -> np.ndarray:
        """Means and deviations as a graph's input `profile` takes them: 2 × bands."""
        return np.stack([self.means, self.deviations]).astype(np.float32)

    @property
    def weight(self) -> float:
        """How much a network goes by it: `weight` of its seconds."""
        return float(weight(self.seconds))

    @property
    def digest(self) -> str:
        """What stands for it in a cache."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Return it as JSON, as `load` reads it."""
        numbers = {name: [round(float(one), 4) for one in getattr(self, name)] for name in ("means", "deviations")}
        return json.dumps(
            {
                "kind": _KIND,
                "source": self.source,
                "audio_version": audio.VERSION,
                "seconds": round(self.seconds, 3),
                **numbers,
            },
            indent=2,
        )

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        files.write_text(path, self.to_json() + "\n")


def weight(seconds: float | np.ndarray) -> Any:
    """Return how much a network goes by a profile of so many seconds of speech, 0 to below 1: s / (s + HALF_WEIGHT_S).

    The same in training, evaluation and prediction.
    """
    return seconds / (seconds + HALF_WEIGHT_S)


def sums(clips: Iterable[np.ndarray], source: Source) -> BandSums:
    """Return what each clip's frames (n × bands, dB, as `source` extracts them) add to a profile, a row a clip.

    Frames of speech are those that the source says: loud ones, without silence at both ends and longer pauses. A silent clip adds
    nothing. Raises FeatureError for a source that gives no profile.
    """
    spoken = [source.speech(np.asarray(features)) for features in clips]
    if not spoken:
        return BandSums(np.zeros(0), np.zeros((0, source.dims)), np.zeros((0, source.dims)))
    return BandSums(
        np.array([float(len(frames)) for frames in spoken]),
        np.stack([frames.sum(axis=0) for frames in spoken]),
        np.stack([np.square(frames).sum(axis=0) for frames in spoken]),
    )


def of_features(clips: Iterable[np.ndarray], source: Source) -> VoiceProfile:
    """Return the profile of a speaker's clips (features of each: n × bands, dB, as `source` extracts them).

    Raises ProfileError for less than LEAST_S seconds of speech.
    """
    pooled = sums(clips, source).pooled()
    seconds = float(pooled.frames) * source.hop_s
    if seconds < LEAST_S:
        raise ProfileError(
            f"A voice profile needs at least {LEAST_S:g} s of speech; these clips hold {seconds:.1f} s. Add more clips of this "
            "speaker."
        )
    means, deviations = pooled.statistics()
    return VoiceProfile(means, deviations, seconds, spec_hash(source))


def load(path: Path) -> VoiceProfile:
    """Return what `VoiceProfile.save` wrote. Raises ProfileError for another file, and for one of another `audio.VERSION`."""
    try:
        stated = json.loads(Path(path).read_text(encoding="utf-8"))
        if stated["kind"] != _KIND:
            raise ValueError(f"it is a {stated['kind']}")
        if stated.get("audio_version") != audio.VERSION:
            raise ProfileError(
                f"{path} was made by another version of this program, which heard sound differently; make the profile anew from the "
                "speaker's sound files."
            )
        means, deviations = (np.array(stated[name], dtype=np.float32) for name in ("means", "deviations"))
        found = VoiceProfile(means, deviations, float(stated["seconds"]), str(stated["source"]))
    except ProfileError:
        raise
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ProfileError(f"{path} is not a saved voice profile: {error}") from error
    finite = np.isfinite(found.statistics).all() if means.shape == deviations.shape and means.ndim == 1 else False
    if not (finite and (deviations > 0).all() and np.isfinite(found.seconds) and found.seconds > 0):
        raise ProfileError(f"{path} is a damaged voice profile: its numbers are none that a voice has.")
    return found
