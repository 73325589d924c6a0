"""Descriptors of the spectrum's shape: where its weight lies, how far it spreads, how flat it is."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ser_core.features.spectral.analysis import ClipAnalysis, to_decibels
from ser_core.features.spectral.spec import SpectralSpec

ROLL_PERCENT = 0.85
CONTRAST_LOWEST_HZ = 200.0
CONTRAST_OCTAVES = 6
CONTRAST_QUANTILE = 0.02


def centroid(clip: ClipAnalysis) -> np.ndarray:
    """Return where the spectrum's weight lies: ``Σ f |S(f)| / Σ |S(f)|``.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (1, frames), Hz; 0 in a silent frame. librosa.feature.spectral_centroid.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> round(float(shape.centroid(clip)[0, 30]))
    1000
    """
    total, first, _ = clip.moments.T
    return np.divide(first, total, out=np.zeros_like(total), where=total > 0)[np.newaxis]


def bandwidth(clip: ClipAnalysis) -> np.ndarray:
    """Return how far the spectrum spreads: the square root of ``Σ (f - centroid)² |S(f)| / Σ |S(f)|``.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (1, frames), Hz; 0 in a silent frame. librosa.feature.spectral_bandwidth.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> noise = np.random.default_rng(0).standard_normal(16000)
    >>> clips = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)), ClipAnalysis(noise)
    >>> [bool(shape.bandwidth(clip)[0, 30] > 2000) for clip in clips]
    [False, True]
    """
    total, _, second = clip.moments.T
    mean_square = np.divide(second, total, out=np.zeros_like(total), where=total > 0)
    # Rounding may leave a tiny negative variance where all of the magnitude sits in one bin.
    return np.sqrt(np.maximum(mean_square - centroid(clip) ** 2, 0.0))


def rolloff(clip: ClipAnalysis) -> np.ndarray:
    """Return the lowest bin under which 85 % of the frame's magnitude lies.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (1, frames), Hz; 0 in a silent frame. librosa.feature.spectral_rolloff.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> float(shape.rolloff(clip)[0, 30])
    1015.625
    """
    below = np.cumsum(clip.magnitude, axis=1)
    reached = below >= ROLL_PERCENT * below[:, -1:]
    return clip.spec.bin_hz[np.argmax(reached, axis=1)][np.newaxis]


@lru_cache(maxsize=16)
def _contrast_bands(spec: SpectralSpec) -> tuple[tuple[int, int, int], ...]:
    """First bin, end bin and number of extreme bins of every octave band, as librosa.feature.spectral_contrast cuts them."""
    edges = [0.0, *(CONTRAST_LOWEST_HZ * 2.0 ** np.arange(CONTRAST_OCTAVES + 1))]
    if edges[-2] >= spec.sample_rate / 2:
        raise ValueError(f"spectral_contrast needs a sample rate above {2 * edges[-2]:.0f} Hz.")
    hz = spec.bin_hz
    bands = []
    for octave, (low, high) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((hz >= low) & (hz <= high))
        if not len(inside):
            raise ValueError(
                f"n_fft = {spec.n_fft} is too short for spectral_contrast: no bin from {low:.0f} to {high:.0f} Hz."
            )
        # Each band begins one bin early; all but the last give their own last bin to the next one.
        first = inside[0] - (octave > 0)
        last = len(hz) if octave == CONTRAST_OCTAVES else inside[-1] + 1
        extremes = max(int(np.rint(CONTRAST_QUANTILE * (last - first))), 1)
        bands.append((int(first), int(last - (octave < CONTRAST_OCTAVES)), extremes))
    return tuple(bands)


def contrast(clip: ClipAnalysis) -> np.ndarray:
    """Return peak minus valley of the magnitude in seven octave bands.

    Peak and valley are the means of the highest and lowest 2 % of a band's bins.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (7, frames), dB: below 200 Hz, then octave by octave. librosa.feature.spectral_contrast.

    Raises
    ------
    ValueError
        The sample rate or the frames are too low for the bands.

    References
    ----------
    Jiang et al. (2002): Music type classification by spectral contrast feature. ICME.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> found = shape.contrast(clip)
    >>> found.shape, int(found[:, 30].argmax())
    ((7, 63), 3)
    """
    bands = _contrast_bands(clip.spec)
    peak = np.empty((len(bands), clip.n_frames))
    valley = np.empty_like(peak)
    for octave, (first, last, extremes) in enumerate(bands):
        ordered = np.sort(clip.magnitude[:, first:last], axis=1)
        valley[octave] = ordered[:, :extremes].mean(axis=1)
        peak[octave] = ordered[:, -extremes:].mean(axis=1)
    return to_decibels(peak) - to_decibels(valley)


def flatness(clip: ClipAnalysis) -> np.ndarray:
    """Return the geometric over the arithmetic mean of the power spectrum.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (1, frames), 0 (a tone) to 1 (white noise or silence). librosa.feature.spectral_flatness.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> clips = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)), ClipAnalysis(np.zeros(16000))
    >>> [round(float(shape.flatness(clip)[0, 30]), 2) for clip in clips]
    [0.0, 1.0]
    """
    power = np.maximum(clip.power, np.float32(1e-10))
    return (np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1))[np.newaxis]


@lru_cache(maxsize=16)
def _line_fit(spec: SpectralSpec) -> np.ndarray:
    hz = spec.bin_hz
    return np.linalg.pinv(np.stack([hz, np.ones_like(hz)], axis=1))


def poly_features(clip: ClipAnalysis) -> np.ndarray:
    """Return the least-squares line through the magnitude spectrum.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (2, frames): slope in magnitude per Hz, intercept in magnitude. librosa.feature.poly_features.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, shape
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> slope, intercept = shape.poly_features(clip)
    >>> bool(slope[30] < 0 < intercept[30])
    True
    """
    return _line_fit(clip.spec).astype(np.float32) @ clip.magnitude.T
