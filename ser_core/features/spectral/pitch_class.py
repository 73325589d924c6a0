"""Descriptors of pitch classes from a power spectrum: chroma with its tuning estimate, and the tonal centroid."""

from __future__ import annotations

from functools import lru_cache

import librosa
import numpy as np

from ser_core.features.spectral.spec import SpectralSpec

CLASSES = 12
PEAKS_HZ = (150.0, 4000.0)


@lru_cache(maxsize=256)
def _chroma_filters(spec: SpectralSpec, tuning: float) -> np.ndarray:
    filters = librosa.filters.chroma(sr=spec.sample_rate, n_fft=spec.n_fft, tuning=tuning, n_chroma=CLASSES)
    return np.ascontiguousarray(filters.T)


def tuning(power: np.ndarray, spec: SpectralSpec) -> float:
    """Return a clip's deviation from A440, as librosa.estimate_tuning finds it.

    The peaks of the power spectrum between 150 and 4000 Hz are refined by a parabola; those of at least median size vote for a
    deviation. librosa refines every bin of the picture; only peaks vote, so only peaks are refined here.

    Parameters
    ----------
    power : numpy.ndarray
        (frames, bins), the STFT's squared magnitude, float32.
    spec : SpectralSpec
        How it was made.

    Returns
    -------
    float
        In fractions of a semitone, -0.5 to 0.5; 0 where there is no peak.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, pitch_class
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 3520 * 2 ** (0.3 / 12) * np.arange(16000) / 16000))
    >>> round(pitch_class.tuning(clip.power, clip.spec), 1)
    0.3
    """
    hz = spec.bin_hz
    inside = np.flatnonzero((hz >= PEAKS_HZ[0]) & (hz < min(PEAKS_HZ[1], spec.sample_rate / 2)))
    # The outermost bins of the spectrum have no neighbour to fit a parabola with.
    first, last = max(int(inside[0]), 1), min(int(inside[-1]) + 1, len(hz) - 1)
    middle, left, right = power[:, first:last], power[:, first - 1 : last - 1], power[:, first + 1 : last + 1]
    loud = middle > np.float32(0.1) * power.max(axis=1, keepdims=True)
    at = np.nonzero(loud & (middle > left) & (middle >= right))
    if not len(at[0]):
        return 0.0
    centre, before, after = middle[at], left[at], right[at]
    # Single and double precision alternate as in librosa, so that votes fall into the same hundredth.
    curvature = (after + before) - 2.0 * centre.astype(np.float64)
    slope = (after - before).astype(np.float64) / 2.0
    usable = np.abs(slope) < np.abs(curvature)
    shift = np.divide(-slope, curvature, out=np.zeros_like(slope), where=usable).astype(np.float32)
    pitch = ((at[1] + first + shift) * spec.sample_rate / spec.n_fft).astype(np.float32)
    size = centre + np.float32(0.5) * ((after - before) / np.float32(2.0)) * shift
    return float(librosa.pitch_tuning(pitch[size >= np.median(size)], resolution=0.01, bins_per_octave=CLASSES))


def chroma(power: np.ndarray, spec: SpectralSpec) -> np.ndarray:
    """Return the power in the twelve pitch classes.

    Parameters
    ----------
    power : numpy.ndarray
        (frames, bins), the STFT's squared magnitude, float32.
    spec : SpectralSpec
        How it was made; its `tuning` None is estimated by `tuning`.

    Returns
    -------
    numpy.ndarray
        (frames, 12): C, C#, ..., B, each frame divided by its maximum; 0 in a silent frame. librosa.feature.chroma_stft.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, pitch_class
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 440 * np.arange(16000) / 16000))
    >>> "C C# D D# E F F# G G# A A# B".split()[pitch_class.chroma(clip.power, clip.spec)[30].argmax()]
    'A'
    """
    raw = power @ _chroma_filters(spec, tuning(power, spec) if spec.tuning is None else spec.tuning)
    peak = raw.max(axis=1, keepdims=True)
    return np.divide(raw, peak, out=np.zeros_like(raw), where=peak >= np.finfo(np.float32).tiny)


@lru_cache(maxsize=1)
def _tonal_circles() -> np.ndarray:
    """Return sine and cosine of every pitch class on the circles of fifths, minor and major thirds (12 × 6)."""
    half_turns = np.outer(np.arange(CLASSES), [7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3])
    half_turns[:, ::2] -= 0.5
    radii = np.array([1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    return radii * np.cos(np.pi * half_turns)


def tonnetz(chroma: np.ndarray) -> np.ndarray:
    """Return the centroid of a chroma on three circles of intervals.

    Parameters
    ----------
    chroma : numpy.ndarray
        (frames, 12), as `chroma` gives it.

    Returns
    -------
    numpy.ndarray
        (frames, 6): sine and cosine on the circles of fifths, minor and major thirds, within their radii 1, 1, 0.5; 0 in a silent frame.

    References
    ----------
    Harte, Sandler & Gasser (2006): Detecting harmonic change in musical audio. AMCMM.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import pitch_class
    >>> pitch_class.tonnetz(np.eye(12)[:1]).round(2) + 0.0
    array([[0. , 1. , 0. , 1. , 0. , 0.5]])
    """
    total = chroma.sum(axis=1, keepdims=True, dtype=np.float64)
    return np.divide(chroma @ _tonal_circles(), total, out=np.zeros((len(chroma), 6)), where=total > 0)


def constant_q_tonnetz(samples: np.ndarray, n_frames: int, spec: SpectralSpec) -> np.ndarray:
    """Return librosa.feature.tonnetz(y=samples), which rests on a constant-Q chroma of its own.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate.
    n_frames : int
        How many frames are kept: those of an STFT.
    spec : SpectralSpec
        Rate, hop, and whether frames are centred.

    Returns
    -------
    numpy.ndarray
        (6, frames), as `tonnetz` turned round.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import SpectralSpec, pitch_class
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(48000) / 16000)
    >>> pitch_class.constant_q_tonnetz(tone, 188, SpectralSpec()).shape
    (6, 188)
    """
    values = librosa.feature.tonnetz(y=samples, sr=spec.sample_rate, hop_length=spec.hop_length)
    # The constant-Q transform is always centred; frames that an uncentred STFT does not have are left out.
    skip = 0 if spec.center else round(spec.n_fft / 2 / spec.hop_length)
    return values[:, skip : skip + n_frames]
