"""The voice profile: what a speaker's own voice is like, feature by feature, without labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import audio, files
from ser_core.features.sources import FeatureError, Source, spec_hash

#: What is more than this below the loudest is no speech at either end of a sound, dB.
TRIM_DB = 35.0
#: Least speech of a profile, seconds.
LEAST_S = 0.5
#: From this mean distance of its speech on, a voice is strange to a model, whose answers are not gone by then. Chosen on validation part and
#: SAVEE: five clips of one emotion lie at most at 0.66 there, at least at 0.84 here.
STRANGE = 0.75
#: Seconds of speech at which the weight of a profile is one half. A mean over clips is best shrunk by s / (s + h), h being a clip's
#: length times the variance between a speaker's clips over that between speakers: 2 s for neutral clips, 12 s for clips of any
#: emotion (a band's mean, train part of CREMA-D). This is the geometric mean of the two.
HALF_WEIGHT_S = 5.0
#: How many times the speech of a mean a deviation needs to count as much.
DEVIATION_NEEDS = 6.0
#: Clips whose sums are in memory at once where many are added up.
AT_ONCE = 128
_KIND = "voice-profile"

#: What emotions add to the sum of a voice's clips of which a model says this: from labels to dims (`graphs.emotion_means`).
Felt = Callable[[np.ndarray], np.ndarray]


class ProfileError(FeatureError):
    """A voice profile cannot be made, read or used; the message says why."""


@dataclass(frozen=True, eq=False)
class BandSums:
    """What clips add to a profile: `frames` of speech (…), and sums and sums of squares of every feature over them (… × dims).

    frame_s: seconds that a frame stands for. A vector counts as many of one second as the sound has speech. least_deviation: of the
    features' source. said: what a model takes each clip's emotion for (… × labels, weights whose sum is `frames`; zeros where it was not
    asked); strange: `frames` times how far the clip is from those that the model learned from
    (`Predictor.distance`). Both None where nobody has judged.
    """

    frames: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    frame_s: float
    least_deviation: float
    said: np.ndarray | None = None
    strange: np.ndarray | None = None

    @property
    def seconds(self) -> np.ndarray:
        """Seconds of speech (…)."""
        return self.frames * self.frame_s

    def pooled(self, rows: Any = slice(None)) -> BandSums:
        """Return the sums over some of the clips (an index of the first axis)."""
        return self._each(lambda values: values[rows].sum(axis=0))

    def merged(self) -> BandSums:
        """Return the sums over all clips as those of one: one row, to which more can be added."""
        return self._each(lambda values: values.sum(axis=0)[None])

    def _each(self, of: Callable[[np.ndarray], np.ndarray]) -> BandSums:
        said, strange = (None if values is None else of(values) for values in (self.said, self.strange))
        return replace(
            self, frames=of(self.frames), total=of(self.total), squares=of(self.squares), said=said, strange=strange
        )

    def statistics(self) -> np.ndarray:
        """Return means and deviations over the speech: 2 × dims."""
        count = np.maximum(self.frames, 1e-9)
        mean = self.total / count
        variance = np.maximum(self.squares / count - mean**2, self.least_deviation**2)
        return np.stack([mean, np.sqrt(variance)]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class VectorSums:
    """What many clips add to a profile, as `BandSums` has it, made of their vectors whenever it is asked for.

    frames: seconds of speech (clips). read: gives a clip's vector (1 × dims) by its row. source: of the vectors.
    """

    frames: np.ndarray
    read: Callable[[int], np.ndarray] = field(repr=False)
    source: Source

    def pooled(self, rows: Any = slice(None)) -> BandSums:
        """Return the sums over some of the clips (an index)."""
        chosen = np.arange(len(self.frames))[rows]
        return added_up(((self.read(row), self.frames[row]) for row in chosen), self.source)[0].pooled()


@dataclass(frozen=True, eq=False)
class VoiceProfile:
    """What a speaker's own voice is like: mean and deviation of every feature of their speech.

    Of log-mel they are absolute, in dB: recordings with another gain or microphone than the clips that are judged with it say something else.

    Attributes
    ----------
    means, deviations : numpy.ndarray
        (dims,), each in the feature's unit.
    seconds : float
        Of how many seconds of speech they are.
    source : str
        Which features they are of (`sources.spec_hash`).
    clips : int
        Of how many clips; 0 in profiles that were saved before it was counted.
    strange : float
        How far the speech is from what the model learned from, 1 being where nearly all of its like ends.
    said : numpy.ndarray
        What a model takes the clips' emotions for (labels, as `BandSums` has it), by which the means are less what these are expected to
        add; empty where none was asked.

    Examples
    --------
    >>> import ser_core as ser
    >>> voice = ser.load("accurate").profile_of(["voice.wav"])
    >>> voice.clips, voice.means.shape == voice.deviations.shape, 0 < voice.weight < 1
    (1, True, True)
    """

    means: np.ndarray = field(repr=False)
    deviations: np.ndarray = field(repr=False)
    seconds: float
    source: str = ""
    clips: int = 0
    strange: float = 0.0
    said: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False)

    @property
    def statistics(self) -> np.ndarray:
        """Means and deviations as a graph's input `profile` takes them: 2 × dims."""
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
        numbers = {name: [float(f"{value:.6g}") for value in getattr(self, name)] for name in ("means", "deviations")}
        return json.dumps(
            {
                "kind": _KIND,
                "source": self.source,
                "audio_version": audio.VERSION,
                "seconds": round(self.seconds, 3),
                "clips": self.clips,
                "strange": round(self.strange, 3),
                "said": [float(f"{value:.6g}") for value in self.said],
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


def blended(
    statistics: np.ndarray, weight: Any, mean: np.ndarray, deviation: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and deviation by which features are scaled: a profile's (… × 2 × dims) as far as its weight w says, else these.

    A deviation needs more speech than a mean, so it counts with w / (6 - 5 w): s / (s + 30) for s seconds, where w is s / (s + 5).
    """
    share = np.asarray(weight)[..., None]
    wide = share / (DEVIATION_NEEDS - (DEVIATION_NEEDS - 1.0) * share)
    return (
        share * statistics[..., 0, :] + (1.0 - share) * mean,
        wide * statistics[..., 1, :] + (1.0 - wide) * deviation,
    )


def speech_s(samples: np.ndarray) -> float:
    """Return how many seconds of 16 kHz samples lie between the first and the last sound."""
    start, stop = audio.trim_bounds(audio.centred(samples), TRIM_DB)
    return (stop - start) / audio.SAMPLE_RATE


def sums(clips: Iterable[tuple[np.ndarray, float]], source: Source) -> BandSums:
    """Return what each clip adds to a profile, a row a clip: its features (n × dims, as `source` extracts them) and how many seconds of
    speech they are of, which counts for a vector.

    Frames of speech are those that the source says: of log-mel loud ones, without silence at both ends and longer pauses. A silent clip
    adds nothing.
    """
    each = list(clips)
    if not each:
        none = np.zeros((0, source.dims))
        return BandSums(np.zeros(0), none, none, source.hop_s or 1.0, source.least_deviation)
    if source.hop_s == 0.0:
        # A vector is one row.
        vectors = source.speech(np.concatenate([features for features, _ in each]))
        counts = np.array([seconds for _, seconds in each])
        squares = np.square(vectors)
        totals = np.multiply(vectors, counts[:, None], out=vectors)
        squares *= counts[:, None]
    else:
        frames = [source.speech(features) for features, _ in each]
        counts = np.array([float(len(rows)) for rows in frames])
        totals, squares = (np.stack([of(rows).sum(axis=0) for rows in frames]) for of in (np.asarray, np.square))
    return BandSums(counts, totals, squares, source.hop_s or 1.0, source.least_deviation)


def added_up(clips: Iterable[tuple[np.ndarray, float]], source: Source) -> tuple[BandSums, int]:
    """Return the `sums` of clips as one row, and how many of them hold speech; AT_ONCE of them are in memory at a time."""
    given, total, heard = iter(clips), sums((), source), 0
    while some := list(islice(given, AT_ONCE)):
        each = sums(some, source)
        heard += int(np.count_nonzero(each.frames))
        total = joined((total, each.merged()), source).merged() if len(total.frames) else each.merged()
    return total.merged(), heard


def sums_of_profile(profile: VoiceProfile, source: Source, felt: Felt | None = None) -> BandSums:
    """Return what the clips added of which a profile was made, as one row: more can then be added to it. felt: as it was made with."""
    frame_s = source.hop_s or 1.0
    frames = np.array([profile.seconds / frame_s])
    means, deviations = (values.astype(float)[None] for values in (profile.means, profile.deviations))
    means = means + _felt(felt, profile.said, float(frames[0]), profile.strange)
    return BandSums(
        frames,
        frames[:, None] * means,
        frames[:, None] * (means**2 + deviations**2),
        frame_s,
        source.least_deviation,
        profile.said[None] if len(profile.said) else None,
        frames * profile.strange,
    )


def _felt(felt: Felt | None, said: np.ndarray, frames: float, strange: float) -> np.ndarray | float:
    """What emotions are expected to add to the means of a voice's `frames` (dims); nothing where it is strange.

    A voice that is strange to a model is called by any emotion: then nothing is known but what it is like, whatever is felt.
    """
    return 0.0 if felt is None or not len(said) or strange >= STRANGE else felt(said) / frames


def joined(each: Iterable[BandSums], source: Source) -> BandSums:
    """Return the rows of several sums under each other; where one of them was judged, those that were not said nothing."""
    parts = [sums((), source), *each]
    frames, total, squares = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("frames", "total", "squares")
    )
    said, strange = (
        _under_each_other([getattr(part, name) for part in parts], [len(part.frames) for part in parts])
        for name in ("said", "strange")
    )
    return BandSums(frames, total, squares, parts[0].frame_s, parts[0].least_deviation, said, strange)


def _under_each_other(rows: list[np.ndarray | None], counts: list[int]) -> np.ndarray | None:
    """Join rows, zeros where there are none; None where nobody has any. counts: how many rows each has or lacks."""
    known = [one for one in rows if one is not None]
    if not known:
        return None
    width = known[0].shape[1:]
    return np.concatenate([np.zeros((n, *width)) if one is None else one for one, n in zip(rows, counts, strict=True)])


def of_features(clips: Iterable[tuple[np.ndarray, float]], source: Source) -> VoiceProfile:
    """Return the profile of a speaker's clips: of each its features, as `source` extracts them, and its seconds of speech.

    Raises ProfileError as `of_sums`.
    """
    total, heard = added_up(clips, source)
    return replace(of_sums(total, source), clips=heard)


def of_sums(each: BandSums, source: Source, felt: Felt | None = None) -> VoiceProfile:
    """Return the profile of clips of which this is the sums, a row a clip, its means less what is `felt` in the clips.

    Raises ProfileError for less than LEAST_S seconds of speech.
    """
    merged = each.merged()
    seconds = float(merged.seconds[0])
    if seconds < LEAST_S:
        raise ProfileError(
            f"A voice profile needs at least {LEAST_S:g} s of speech; these clips hold {seconds:.1f} s. Add more clips of this "
            "speaker."
        )
    strange = 0.0 if merged.strange is None else float(merged.strange[0] / merged.frames[0])
    said = np.zeros(0) if merged.said is None else merged.said[0]
    means, deviations = merged.pooled().statistics()
    means = (means - _felt(felt, said, float(merged.frames[0]), strange)).astype(np.float32)
    clips = int(np.count_nonzero(each.frames))
    return VoiceProfile(means, deviations, seconds, spec_hash(source), clips, strange, said)


def load(path: Path) -> VoiceProfile:
    """Return what `VoiceProfile.save` wrote. Raises ProfileError for another file, and for one of another `audio.VERSION`."""
    try:
        stated = files.from_json(Path(path).read_text(encoding="utf-8"))
        if stated["kind"] != _KIND:
            raise ValueError(f"it is a {stated['kind']}")
        if stated.get("audio_version") != audio.VERSION:
            raise ProfileError(
                f"{path} was made by another version of this program, which heard sound differently; make the profile anew from the "
                "speaker's sound files."
            )
        means, deviations = (np.array(stated[name], dtype=np.float32) for name in ("means", "deviations"))
        profile = VoiceProfile(
            means,
            deviations,
            float(stated["seconds"]),
            str(stated["source"]),
            int(stated.get("clips", 0)),
            float(stated.get("strange", 0.0)),
            np.array(stated.get("said", []), dtype=float),
        )
    except ProfileError:
        raise
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ProfileError(f"{path} is not a saved voice profile: {error}") from error
    finite = np.isfinite(profile.statistics).all() if means.shape == deviations.shape and means.ndim == 1 else False
    finite = finite and profile.said.ndim == 1 and np.isfinite(profile.said).all() and (profile.said >= 0).all()
    if not (finite and (deviations > 0).all() and np.isfinite(profile.seconds) and profile.seconds > 0):
        raise ProfileError(f"{path} is a damaged voice profile: its numbers are none that a voice has.")
    return profile
