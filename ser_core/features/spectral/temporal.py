"""Descriptors of a clip's course: zero crossings, change of the cepstrum, and clip-level loudness and rhythm."""

from __future__ import annotations

from functools import lru_cache

import librosa
import numpy as np

from ser_core.features.spectral.analysis import FRAMES_AT_ONCE, ClipAnalysis
from ser_core.features.spectral.spec import SpectralSpec

DELTA_WIDTH = 9
LOUDNESS_FLOOR_DB = -100.0
TEMPO_WINDOW_S = 8.0
PAUSE_DB = 40.0
PAUSE_S = 0.15


def zero_crossing_rate(clip: ClipAnalysis) -> np.ndarray:
    """Return the share of a frame's samples whose sign differs from the sample before.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (1, frames), 0 to 1; a sample of at most 1e-10 either way counts as +0. librosa.feature.zero_crossing_rate.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, temporal
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> round(float(temporal.zero_crossing_rate(clip)[0, 30]), 3)
    0.124
    """
    spec = clip.spec
    samples = np.pad(clip.samples, spec.n_fft // 2 if spec.center else 0, mode="edge")
    negative = samples < -1e-10
    crossings = np.concatenate([[0], np.cumsum(negative[1:] != negative[:-1])])
    starts = np.arange(clip.n_frames) * spec.hop_length
    return ((crossings[starts + spec.n_fft - 1] - crossings[starts]) / spec.n_fft)[np.newaxis]


def mfcc_delta(clip: ClipAnalysis, order: int) -> np.ndarray:
    """Return how the MFCCs change, by a Savitzky-Golay filter of 9 frames.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip; `spec.n_mfcc` says how many MFCCs. In one of fewer than 9 frames the first and last frame are repeated beyond the ends.
    order : {1, 2}
        The change, or the change of the change.

    Returns
    -------
    numpy.ndarray
        (n_mfcc, frames), dB per frame, or per frame². librosa.feature.delta.

    References
    ----------
    Savitzky & Golay (1964): Smoothing and differentiation of data by simplified least squares procedures. Analytical Chemistry 36:1627-1639.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, temporal
    >>> clip = ClipAnalysis(np.linspace(0, 1, 16000) * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> change = temporal.mfcc_delta(clip, 1)
    >>> change.shape, bool(change[0, 30] > 0)
    ((20, 63), True)
    """
    mfcc = clip.cepstrum[:, : clip.spec.n_mfcc].T
    mode = "interp" if clip.n_frames >= DELTA_WIDTH else "nearest"
    return librosa.feature.delta(mfcc, width=DELTA_WIDTH, order=order, mode=mode)


@lru_cache(maxsize=16)
def _loudness_weights(spec: SpectralSpec) -> np.ndarray:
    """Weights that turn a power spectrum into the A-weighted mean square of the frame's samples (bins)."""
    # Nothing is heard at 0 Hz.
    weights = np.concatenate([[0.0], 10.0 ** (librosa.A_weighting(spec.bin_hz[1:]) / 10.0)])
    weights[1 : (spec.n_fft + 1) // 2] *= 2.0
    window = librosa.filters.get_window("hann", spec.win_length)
    return (weights / (spec.n_fft * np.sum(window**2))).astype(np.float32)


def loudness(clip: ClipAnalysis) -> np.ndarray:
    """Return how loud the clip is, how much that varies, and whether it rises.

    The level of a frame is its A-weighted mean square in dB re full scale (a full-scale sine at 1 kHz reads -3 dB), at least -100 dB.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (6,): mean, deviation, 5th and 95th percentile of the level and their distance, dB; its slope, dB/s.

    References
    ----------
    IEC 61672-1:2013: Electroacoustics, sound level meters (the A-weighting).

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, temporal
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> round(float(temporal.loudness(clip)[3]), 1)
    -3.0
    """
    level = 10.0 * np.log10(np.maximum(clip.power @ _loudness_weights(clip.spec), 10.0 ** (LOUDNESS_FLOOR_DB / 10.0)))
    low, high = np.percentile(level, [5, 95])
    times = np.arange(len(level)) * clip.spec.hop_s
    spread = times - times.mean()
    slope = np.sum(spread * level) / np.sum(spread**2) if len(level) > 1 else 0.0
    return np.array([level.mean(), level.std(), low, high, high - low, slope])


def _pauses(clip: ClipAnalysis) -> tuple[float, float]:
    """Return the share of pauses in, and their number per second of, the stretch from the first to the last sound."""
    level = 20.0 * np.log10(np.maximum(clip.rms, 1e-10))
    sounding = np.flatnonzero(level > level.max() - PAUSE_DB)
    gaps = np.diff(sounding) - 1
    pauses = gaps[gaps * clip.spec.hop_s >= PAUSE_S]
    stretch = sounding[-1] - sounding[0] + 1
    return float(pauses.sum() / stretch), float(len(pauses) / (stretch * clip.spec.hop_s))


def _tempo(strength: np.ndarray, spec: SpectralSpec) -> float:
    """Return the strongest period of the onset strength in beats/min, as librosa.feature.tempo finds it."""
    sr, hop = spec.sample_rate, spec.hop_length
    window = int(librosa.time_to_frames(TEMPO_WINDOW_S, sr=sr, hop_length=hop))
    # Stretch by stretch, since the tempogram of a long clip is the largest array of all.
    total = np.zeros(window)
    for start in range(0, len(strength), FRAMES_AT_ONCE):
        stretch = strength[start : start + FRAMES_AT_ONCE]
        tempogram = librosa.feature.tempogram(onset_envelope=stretch, sr=sr, hop_length=hop, win_length=window)
        total += tempogram.sum(axis=1)
    return float(librosa.feature.tempo(tg=total[:, np.newaxis] / len(strength), sr=sr, hop_length=hop)[0])


def rhythm(clip: ClipAnalysis) -> np.ndarray:
    """Return how fast sounds follow each other, and how much of the clip is pause.

    Onset strength is the mean rise of the mel bands in dB from frame to frame; onsets are its peaks and the tempo its strongest period
    (librosa.onset, librosa.feature.tempo). A pause is at least 150 ms more than 40 dB under the loudest frame, between the first and
    the last sound.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip.

    Returns
    -------
    numpy.ndarray
        (6,): onsets per second; mean and deviation of the onset strength, dB; tempo, beats/min; share of pauses, 0 to 1; pauses per
        second. All are 0 in a silent clip.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, temporal
    >>> second = np.r_[np.ones(8000), np.zeros(8000)] * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    >>> onsets, *_, tempo, share, rate = temporal.rhythm(ClipAnalysis(np.tile(second, 4)))
    >>> round(float(share), 2), round(float(rate), 2)
    (0.37, 0.85)
    """
    if not clip.rms.any():
        return np.zeros(6)
    spec = clip.spec
    strength = librosa.onset.onset_strength(
        S=clip.mel_db.T, sr=spec.sample_rate, n_fft=spec.n_fft, hop_length=spec.hop_length, center=spec.center
    )
    onsets = tempo = 0.0
    if strength.any():
        starts = librosa.onset.onset_detect(
            onset_envelope=strength, sr=spec.sample_rate, hop_length=spec.hop_length, units="frames"
        )
        onsets = len(starts) / (clip.n_frames * spec.hop_s)
        tempo = _tempo(strength, spec)
    return np.array([onsets, strength.mean(), strength.std(), tempo, *_pauses(clip)])
