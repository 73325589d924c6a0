"""Named feature sets: what a network is fed with, as small declarative values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ser_core import encoders
from ser_core.encoders import of_samples
from ser_core.features.logmel import LogMelSpec
from ser_core.features.sources import (
    EncoderSource,
    ExternalSource,
    FeatureError,
    FunctionalsSource,
    JoinedSource,
    LogMelSource,
    MsfSource,
    SamplesEncoderSource,
    Source,
    SpectralSource,
    from_dict,
)
from ser_core.features.sources.base import PERCENTILES, POOLS
from ser_core.features.spectral import SEED_SET


@dataclass(frozen=True, eq=False)
class Windows:
    """A clip cut into windows of features (windows × frames × dims; windows × dims for vectors)."""

    features: np.ndarray
    n_frames: np.ndarray
    """Frames of each window that are not padding."""
    starts: np.ndarray
    """The clip's frame with which each window begins."""


@dataclass(frozen=True)
class Input:
    """One input of a network: windows of `frames` frames of a source, one every `hop` frames; or its vector (frames 0).

    What is longer than `beyond` frames is cut into pieces of `piece` frames, half overlapping, instead of whole windows (piece 0:
    never). Raises ValueError for windows and pieces that leave frames out or are longer than a window.
    """

    name: str
    source: Source
    frames: int = 0
    hop: int = 0
    piece: int = 0
    beyond: int = 0

    def __post_init__(self) -> None:
        if self.frames and not 0 < self.hop <= self.frames:
            raise ValueError(f"windows of {self.frames} frames, one every {self.hop}, do not cover a clip")
        if self.piece and not 1 < self.piece <= self.frames <= self.beyond:
            raise ValueError(f"windows of {self.frames} frames take no pieces of {self.piece} beyond {self.beyond}")

    def to_dict(self) -> dict[str, Any]:
        """Return what it is made of and how it is cut, as feature.json states it."""
        cut = {"frames": self.frames, "hop": self.hop, "piece": self.piece, "beyond": self.beyond}
        return {"source": self.source.to_dict(), **cut}

    @classmethod
    def from_dict(cls, stated: dict[str, Any]) -> Input:
        """Return what feature.json states; a cut that it leaves out is none. Raises ValueError and KeyError where it does not fit."""
        cut = (int(stated.get(key, 0)) for key in ("frames", "hop", "piece", "beyond"))
        return cls(stated["name"], from_dict(stated["source"]), *cut)

    @property
    def is_vector(self) -> bool:
        return self.frames == 0

    def cut(self, n: int) -> tuple[int, int]:
        """Return how many frames of each window are filled by n frames of sound, and how many lie between two windows' starts."""
        if self.piece and n > self.beyond:
            return self.piece, self.piece // 2
        return min(n, self.frames), self.hop

    def sounding(self, features: np.ndarray) -> np.ndarray:
        """Return the part of a clip's features (n × dims) that holds sound."""
        return features[slice(*self.source.bounds(features))]

    def picture(self, features: np.ndarray) -> np.ndarray | None:
        """Return the sounding part of a clip's log-mel frames (n × bands); None for an input of anything else."""
        return None if self.is_vector or self.source.band_hz is None else self.sounding(features)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.source.dims,) if self.is_vector else (self.frames, self.source.dims)

    def windows(self, features: np.ndarray) -> Windows:
        """Cut the sounding part of a clip's features (n × dims) into windows.

        Windows that are not filled are padded at the end with zeros, which the network passes over (`n_frames`). Those of
        a part longer than one overlap, and the last ends with the part. A vector is its own one window.
        """
        if self.is_vector:
            return Windows(np.asarray(features[:1], np.float32), np.ones(1, np.int32), np.zeros(1, int))
        start, stop = self.source.bounds(features)
        n = stop - start
        length, hop = self.cut(n)
        starts = start + np.array([*range(0, n - length, hop), n - length])
        pictures = np.zeros((len(starts), *self.shape), dtype=np.float32)
        pictures[:, :length] = [features[first : first + length] for first in starts]
        return Windows(pictures, np.full(len(starts), length, dtype=np.int32), starts)


@dataclass(frozen=True)
class FeatureSet:
    """A named set: its input, and the sentence that says what it is."""

    name: str
    title: str
    inputs: tuple[Input, ...]

    @property
    def is_vector(self) -> bool:
        return all(given.is_vector for given in self.inputs)

    @property
    def hears_level(self) -> bool:
        """Whether a network of it is told how loud the recording is."""
        return any(given.source.hears_level for given in self.inputs)


MEAN_STD = ("mean", "std")


def _frames(name: str, title: str, source: Source, seconds: float) -> FeatureSet:
    frames = round(seconds / source.hop_s)
    return FeatureSet(name, title, (Input(_plain(name), source, frames, frames // 2),))


def _vector(name: str, title: str, source: Source) -> FeatureSet:
    return FeatureSet(name, title, (Input(_plain(name), source),))


def _plain(name: str) -> str:
    # skl2onnx writes a hyphen in an input's name as an underscore.
    return re.sub(r"\W", "_", name)


_MFCC_20, _MFCC_100 = ("mfcc",), ("mfcc_100",)
_EXTRA = ("spectral_centroid", "poly_features", "mfcc_delta", "mfcc_delta2", "yin", "loudness", "rhythm")

#: RMS of levelled clips, dB of full scale: the nominal level of speech in the ITU-T's tests.
LEVEL_DBFS = -26.0
#: Without rumble, in the noise of one room and one microphone, at one level: hardly a voice is lower than 70 Hz, and the noises were chosen
#: on the validation part, as it is and degraded.
_CONDITIONED = SpectralSource(SEED_SET, highpass_hz=70.0, room_snr_db=15.0, hiss_snr_db=25.0, level_dbfs=LEVEL_DBFS)
#: Silence at both ends is kept down to this level: in SAVEE, how long it lasts tells something too.
_WHOLE_DB = 120.0
_MEAN = ("mean",)
_MFCC_WHOLE = SpectralSource(_MFCC_100, MEAN_STD, trim_db=_WHOLE_DB)


def _msf_whole(preset: str, values: str, pools: tuple[str, ...]) -> MsfSource:
    return MsfSource(preset, values, pools, _WHOLE_DB)


#: The pretrained ear that ships, by the SHA-256 of its graph: hidden states of another are other features.
EAR = EncoderSource("whisper-tiny", "8b4f58d214d02421", 384)


def _of_ear(ear: EncoderSource, of: str = "Whisper tiny.en", suffix: str = "") -> tuple[FeatureSet, ...]:
    heard = f"Hidden states of a pretrained ear ({of}, blocks 1 to {max(ear.blocks)})"
    frames = replace(ear, pools=(), every=2)
    return (
        _vector(f"whisper{suffix}", f"{heard}, mean and deviation", ear),
        _vector(
            f"whisper-percentiles{suffix}",
            f"{heard}, 10th, 50th and 90th percentile",
            replace(ear, pools=tuple(PERCENTILES)),
        ),
        _frames(f"whisper-frames{suffix}", f"{heard}, every 40 ms", frames, 3.2),
    )


#: Adding a set is adding a line here.
SETS: dict[str, FeatureSet] = {
    features.name: features
    for features in (
        FeatureSet(
            "logmel",
            "Log-mel spectrogram, 64 bands from 50 to 8000 Hz, 3.2 s windows",
            (Input("logmel", LogMelSource(), frames=256, hop=128),),
        ),
        FeatureSet(
            "logmel-2s",
            "Log-mel spectrogram, 64 bands from 50 to 8000 Hz, 3.2 s windows; of more than 5 s pieces of 2 s",
            (Input("logmel", LogMelSource(), frames=256, hop=128, piece=160, beyond=400),),
        ),
        FeatureSet(
            "logmel-pieces",
            "Log-mel spectrogram, 64 bands from 50 to 8000 Hz, 3.2 s windows; of longer speech pieces of 2 s",
            (Input("logmel", LogMelSource(), frames=256, hop=128, piece=160, beyond=256),),
        ),
        FeatureSet(
            "logmel-2s-windows",
            "Log-mel spectrogram, 64 bands from 50 to 8000 Hz, 2 s windows",
            (Input("logmel", LogMelSource(), frames=160, hop=80),),
        ),
        FeatureSet(
            "logmel-40ms",
            "Log-mel spectrogram of 40 ms windows, 80 bands from 50 to 8000 Hz, 3.2 s windows",
            (Input("logmel", LogMelSource(LogMelSpec(n_fft=1024, win_length=640, n_mels=80)), frames=256, hop=128),),
        ),
        _frames(
            "seed-frames", "The original notebooks' ten descriptors, frame by frame", SpectralSource(SEED_SET), 3.2
        ),
        _frames(
            "seed-frames-conditioned",
            "The original notebooks' ten descriptors, frame by frame, of clips without rumble, in noise of one kind, at one level",
            _CONDITIONED,
            3.2,
        ),
        _vector(
            "seed", "The original notebooks' ten descriptors, mean and deviation", SpectralSource(SEED_SET, MEAN_STD)
        ),
        _vector(
            "seed-percentiles",
            "The original notebooks' ten descriptors with percentiles",
            SpectralSource(SEED_SET, POOLS),
        ),
        _vector("all", "Every descriptor, mean and deviation", SpectralSource(SEED_SET + _EXTRA, MEAN_STD)),
        _frames("mfcc-20-frames", "MFCC, 20 coefficients, frame by frame", SpectralSource(_MFCC_20), 3.2),
        _vector("mfcc-20", "MFCC, 20 coefficients, mean and deviation", SpectralSource(_MFCC_20, MEAN_STD)),
        _frames("mfcc-100-frames", "MFCC, 100 coefficients, frame by frame", SpectralSource(_MFCC_100), 3.2),
        _vector("mfcc-100", "MFCC, 100 coefficients, mean and deviation", SpectralSource(_MFCC_100, MEAN_STD)),
        _frames("msf-frames", "Modulation spectral features Φ and LP, frame by frame", MsfSource(pools=()), 3.2),
        _vector("msf", "Modulation spectral features Φ and LP (82 values)", MsfSource()),
        _vector("msf-raw", "The 95 modulation energies, mean over time", MsfSource(values="raw", pools=("mean",))),
        _vector("msf-naive", "Naive modulation energies (95 values)", MsfSource("naive", "raw", ("mean",))),
        _vector("msf-srmr", "The 184 modulation energies of the SRMR preset", MsfSource("srmr", "raw", ("mean",))),
        _vector(
            "msf-mfcc",
            "Modulation spectral features and MFCC (the paper's), mean and deviation",
            JoinedSource((MsfSource(), SpectralSource(_MFCC_20, MEAN_STD))),
        ),
        _vector(
            "msf-mfcc-levelled",
            "Modulation spectral features and MFCC, mean and deviation, of clips brought to one level",
            JoinedSource((MsfSource(level_dbfs=LEVEL_DBFS), SpectralSource(_MFCC_20, MEAN_STD, level_dbfs=LEVEL_DBFS))),
        ),
        _vector(
            "msf-naive-whole", "Naive modulation energies of the whole clip, log", _msf_whole("naive", "log", _MEAN)
        ),
        _vector("msf-log-whole", "The 95 modulation energies of the whole clip, log", _msf_whole("wu", "log", _MEAN)),
        _vector("msf-whole", "Φ and LP of the whole clip", _msf_whole("wu", "phi", MEAN_STD)),
        _vector("mfcc-100-whole", "MFCC, 100 coefficients, of the whole clip", _MFCC_WHOLE),
        _vector(
            "msf-mfcc-whole",
            "The 95 modulation energies (log) and 100 MFCC of the whole clip, silence at both ends included",
            JoinedSource((_msf_whole("wu", "log", _MEAN), _MFCC_WHOLE)),
        ),
        *_of_ear(EAR),
        _vector(
            "whisper-seed",
            "Hidden states of a pretrained ear and the original notebooks' ten descriptors, mean and deviation",
            JoinedSource((EAR, SpectralSource(SEED_SET, MEAN_STD))),
        ),
        _vector(
            "whisper-msf",
            "Hidden states of a pretrained ear and modulation spectral features, mean and deviation",
            JoinedSource((EAR, MsfSource())),
        ),
        _vector("egemaps", "openSMILE's eGeMAPSv02 functionals (88 values)", FunctionalsSource("eGeMAPSv02")),
        _vector("compare", "openSMILE's ComParE_2016 functionals (6,373 values)", FunctionalsSource("ComParE_2016")),
    )
}


#: How the name of a set that was computed elsewhere begins: `external:<file's name>:<SHA-256, 16 digits>:<width>`.
EXTERNAL = "external:"


#: How the name of a set of another audio encoder's hidden states begins: `hidden:<encoder>:<layers>`, then what becomes of its frames:
#: `:mean,std`, the default, or `:frames`. Layers as `8` or `6-8,12`.
HIDDEN = "hidden:"
#: Most layers that are laid side by side.
MOST_LAYERS = 64


def external_name(source: ExternalSource) -> str:
    """Return the set's name for a file of features that were computed elsewhere; `named` reads it back."""
    return f"{EXTERNAL}{source.name}:{source.sha256_16}:{source.width}"


def named(name: str) -> FeatureSet:
    """Return the feature set called `name`. Raises FeatureError that lists the known ones."""
    if name.startswith(EXTERNAL):
        return _external(name)
    if name.startswith(HIDDEN):
        return _of_samples(name)
    if ":" in name:
        return _of_encoder(name, name.partition(":")[2])
    if name not in SETS:
        raise FeatureError(f"There is no feature set called '{name}'. Known: {', '.join(SETS)}.")
    return SETS[name]


def _of_encoder(name: str, encoder: str) -> FeatureSet:
    """A set of hidden states, of another encoder than the one that ships. Raises FeatureError where there is none of either name."""
    try:
        found = encoders.find(encoder)
    except encoders.EncoderError as error:
        raise FeatureError(str(error)) from error
    ear = EncoderSource(found.name, found.sha256[:16], found.width, tuple(range(1, found.blocks + 1)))
    known = {features.name: features for features in _of_ear(ear, found.title.partition(",")[0], f":{encoder}")}
    if name not in known:
        raise FeatureError(
            f"There is no feature set called '{name}'. Of another encoder there are: {', '.join(known)}."
        )
    return known[name]


def _of_samples(name: str) -> FeatureSet:
    """A set of hidden states of an encoder that takes samples. Raises FeatureError where the name is none, or the encoder is not known."""
    encoder, layers, pools = ([*name.removeprefix(HIDDEN).split(":", 2), "mean,std"] + [""] * 2)[:3]
    if not (numbers := _layers(layers)) or (pools != "frames" and not set(pools.split(",")) <= set(POOLS)):
        raise FeatureError(
            f"'{name}' does not name hidden states as {HIDDEN}<encoder>:<layers> does, layers as 8 or 6-8, and then :mean,std or another of "
            f"{', '.join(POOLS)}, or :frames."
        )
    title = f"Hidden states of {of_samples.KNOWN[encoder].title if encoder in of_samples.KNOWN else encoder}, layer {layers}"
    if pools == "frames":
        source = SamplesEncoderSource.of(encoder, numbers, (), 2)
        return _frames(name, f"{title}, every {1000 * source.hop_s:.0f} ms", source, 3.2)
    return _vector(name, f"{title}, {pools}", SamplesEncoderSource.of(encoder, numbers, tuple(pools.split(","))))


def _layers(stated: str) -> tuple[int, ...]:
    """The numbers that `6-8,12` names, low to high; none where it is not of that form, or names too many."""
    spans = [re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", span) for span in stated.split(",")]
    if not all(spans):
        return ()
    numbers = sorted({n for span in spans if span for n in range(int(span[1]), int(span[2] or span[1]) + 1)})
    return tuple(numbers) if len(numbers) <= MOST_LAYERS else ()


def _external(name: str) -> FeatureSet:
    stem, _, rest = name.removeprefix(EXTERNAL).rpartition(":")[0].rpartition(":")
    width = name.rpartition(":")[2]
    if not (stem and rest and width.isdigit()):
        raise FeatureError(f"'{name}' does not name a file of features as {EXTERNAL}<name>:<sha256>:<width> does.")
    source = ExternalSource(stem, rest, int(width))
    return FeatureSet(name, f"Features computed elsewhere: {stem}, {width} values", (Input("external", source),))


def kept(features: FeatureSet, descriptors: tuple[str, ...]) -> FeatureSet:
    """Return the set with these of its spectral descriptors alone. Raises FeatureError for one that it does not have."""
    (given,) = features.inputs
    if not given.source.choices:
        raise FeatureError(f"The feature set {features.name} has no descriptors to choose from.")
    unknown = [name for name in descriptors if name not in given.source.choices]
    if unknown:
        raise FeatureError(f"The feature set {features.name} has no descriptor '{unknown[0]}'.")
    source = given.source.kept(descriptors)
    title = f"{features.title}: {', '.join(descriptors)}"
    return replace(features, title=title, inputs=(replace(given, source=source),))
