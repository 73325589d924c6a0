"""The descriptors by name: what each is called, its unit and shape, and how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ser_core.features.spectral import pitch, pitch_class, shape, temporal
from ser_core.features.spectral.analysis import ClipAnalysis
from ser_core.features.spectral.spec import SpectralSpec

MANY_MFCC = 100


@dataclass(frozen=True)
class Descriptor:
    """One descriptor: what it is called, how to read it, and how it is made.

    Attributes
    ----------
    title : str
        Its name for readers.
    unit : str
        The unit of its rows.
    reading : str
        How to read it, in one sentence.
    count : int or callable
        How many rows it has, or what tells that from the specification; asked for by `rows`.
    compute : callable
        From a `ClipAnalysis` to rows × frames, or rows alone where the descriptor is `per_clip`.
    per_clip : bool
        Whether it describes the clip as a whole.

    Examples
    --------
    >>> from ser_core.features.spectral import DESCRIPTORS, SpectralSpec
    >>> DESCRIPTORS["mfcc"].title, DESCRIPTORS["mfcc"].unit, DESCRIPTORS["mfcc"].rows(SpectralSpec())
    ('MFCC', 'dB', 20)
    """

    title: str
    unit: str
    reading: str
    count: int | Callable[[SpectralSpec], int]
    compute: Callable[[ClipAnalysis], np.ndarray]
    per_clip: bool = False

    def rows(self, spec: SpectralSpec) -> int:
        """Return how many rows the descriptor has.

        Parameters
        ----------
        spec : SpectralSpec
            How it is made.

        Returns
        -------
        int
            At least 1.
        """
        return self.count if isinstance(self.count, int) else self.count(spec)


def _many_mfcc(clip: ClipAnalysis) -> np.ndarray:
    if clip.spec.n_mels < MANY_MFCC:
        raise ValueError(f"mfcc_100 needs at least {MANY_MFCC} mel bands; the specification has {clip.spec.n_mels}.")
    return clip.cepstrum[:, :MANY_MFCC].T


def _tonnetz(clip: ClipAnalysis) -> np.ndarray:
    if clip.spec.tonnetz == "cqt":
        return pitch_class.constant_q_tonnetz(clip.samples, clip.n_frames, clip.spec)
    return pitch_class.tonnetz(clip.chroma).T


DESCRIPTORS: dict[str, Descriptor] = {
    "mfcc": Descriptor(
        "MFCC", "dB", "The broad shape of the spectrum; the first row follows loudness, the next its tilt.",
        lambda spec: spec.n_mfcc, lambda clip: clip.cepstrum[:, : clip.spec.n_mfcc].T,
    ),
    "mfcc_100": Descriptor(
        "MFCC, 100 coefficients", "dB", "As MFCC, down to fine detail such as the harmonics of the voice.",
        MANY_MFCC, _many_mfcc,
    ),
    "melspectrogram": Descriptor(
        "Mel-spectrogram", "power", "Power in bands spaced as the ear hears them, low to high.",
        lambda spec: spec.n_mels, lambda clip: clip.mel.T,
    ),
    "zero_crossing_rate": Descriptor(
        "Zero-crossing rate", "share of samples", "High in hissing sounds such as s, low in vowels.",
        1, temporal.zero_crossing_rate,
    ),
    "rms": Descriptor(
        "Energy (RMS)", "amplitude", "How strong the sound is, frame by frame.",
        1, lambda clip: clip.rms[np.newaxis],
    ),
    "chroma_stft": Descriptor(
        "Chroma", "share of the maximum", "How strong each of the twelve pitch classes C to B is, whatever the octave.",
        pitch_class.CLASSES, lambda clip: clip.chroma.T,
    ),
    "spectral_bandwidth": Descriptor(
        "Spectral bandwidth", "Hz", "How far the spectrum spreads around its centroid.", 1, shape.bandwidth
    ),
    "spectral_rolloff": Descriptor(
        "Spectral roll-off", "Hz", "The frequency under which 85 % of the spectrum lies.", 1, shape.rolloff
    ),
    "spectral_contrast": Descriptor(
        "Spectral contrast", "dB", "Peaks against valleys, octave by octave: high in clear voices, low in noise.",
        shape.CONTRAST_OCTAVES + 1, shape.contrast,
    ),
    "spectral_flatness": Descriptor(
        "Spectral flatness", "0 to 1", "Near 0 for a tone, near 1 for noise.", 1, shape.flatness
    ),
    "tonnetz": Descriptor(
        "Tonnetz", "-1 to 1", "The balance of pitch classes on the circles of fifths, minor and major thirds.",
        6, _tonnetz,
    ),
    "spectral_centroid": Descriptor(
        "Spectral centroid", "Hz", "Where the spectrum's weight lies: the brighter the voice, the higher.",
        1, shape.centroid,
    ),
    "poly_features": Descriptor(
        "Spectral line", "magnitude/Hz, magnitude", "Slope and intercept of a straight line through the spectrum.",
        2, shape.poly_features,
    ),
    "mfcc_delta": Descriptor(
        "MFCC deltas", "dB/frame", "How fast each MFCC changes.",
        lambda spec: spec.n_mfcc, lambda clip: temporal.mfcc_delta(clip, 1),
    ),
    "mfcc_delta2": Descriptor(
        "MFCC delta-deltas", "dB/frame²", "How fast that change itself changes.",
        lambda spec: spec.n_mfcc, lambda clip: temporal.mfcc_delta(clip, 2),
    ),
    "yin": Descriptor(
        "Pitch (YIN)", "Hz", "The pitch found in every frame; without a voice in it the value means nothing.",
        1, pitch.yin,
    ),
    "pyin": Descriptor(
        "Pitch and voicing (pYIN)", "Hz, 0 or 1, probability", "The voice's pitch, whether it sounds, and how sure that is.",
        3, pitch.pyin,
    ),
    "loudness": Descriptor(
        "Loudness statistics", "dB(A) re full scale; the last dB/s", "How loud the clip is, how much that varies, whether it rises.",
        6, temporal.loudness, per_clip=True,
    ),
    "rhythm": Descriptor(
        "Rhythm statistics", "1/s, dB, dB, beats/min, share, 1/s", "How fast sounds follow each other, and how much of the clip is pause.",
        6, temporal.rhythm, per_clip=True,
    ),
}  # fmt: skip

SEED_SET: tuple[str, ...] = (
    "mfcc",
    "mfcc_100",
    "melspectrogram",
    "zero_crossing_rate",
    "rms",
    "chroma_stft",
    "spectral_bandwidth",
    "spectral_rolloff",
    "spectral_contrast",
    "spectral_flatness",
    "tonnetz",
)
"""The ten descriptors of the original notebooks (MFCC twice, with 20 and 100 coefficients)."""
