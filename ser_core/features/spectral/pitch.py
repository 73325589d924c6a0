"""Descriptors of the voice's pitch, from the samples' frames: YIN and its probabilistic form with voicing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import librosa
import numpy as np

from ser_core.features.spectral.analysis import FRAMES_AT_ONCE, ClipAnalysis

CONTEXT = 64
"""Frames of a neighbouring stretch that the pitch tracker sees on both sides in clips longer than FRAMES_AT_ONCE."""


def _stretches(clip: ClipAnalysis) -> Iterator[tuple[np.ndarray, slice]]:
    """Yield the samples of each stretch of frames, context included, and which of its frames are its own."""
    spec, total = clip.spec, clip.n_frames
    samples = np.pad(clip.samples, spec.n_fft // 2 if spec.center else 0)
    for start in range(0, total, FRAMES_AT_ONCE):
        stop = min(start + FRAMES_AT_ONCE, total)
        first, last = max(start - CONTEXT, 0), min(stop + CONTEXT, total)
        stretch = samples[first * spec.hop_length : (last - 1) * spec.hop_length + spec.n_fft]
        yield stretch, slice(start - first, stop - first)


def _tracked(clip: ClipAnalysis, track: Callable[..., np.ndarray]) -> np.ndarray:
    spec = clip.spec
    pieces = [
        track(
            stretch,
            fmin=spec.f0_min,
            fmax=spec.f0_max,
            sr=spec.sample_rate,
            frame_length=spec.n_fft,
            hop_length=spec.hop_length,
            center=False,
        )[:, own]
        for stretch, own in _stretches(clip)
    ]
    return np.concatenate(pieces, axis=1)


def yin(clip: ClipAnalysis) -> np.ndarray:
    """Return the fundamental frequency by YIN, in every frame whether voiced or not.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip; its `spec.f0_min` and `spec.f0_max` bound the search.

    Returns
    -------
    numpy.ndarray
        (1, frames), Hz: librosa.yin with frames as the STFT's.

    References
    ----------
    de Cheveigné & Kawahara (2002): YIN, a fundamental frequency estimator for speech and music. JASA 111:1917-1930.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, pitch
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 220 * np.arange(16000) / 16000))
    >>> round(float(pitch.yin(clip)[0, 30]))
    220
    """
    return _tracked(clip, lambda samples, **frames: librosa.yin(samples, **frames)[np.newaxis])


def pyin(clip: ClipAnalysis) -> np.ndarray:
    """Return the voice's pitch, whether it sounds, and how sure that is.

    A clip of more than 2048 frames (33 s) is tracked in stretches that see 64 frames of their neighbours.

    Parameters
    ----------
    clip : ClipAnalysis
        The clip; its `spec.f0_min` and `spec.f0_max` bound the search.

    Returns
    -------
    numpy.ndarray
        (3, frames): fundamental frequency in Hz (0 where unvoiced), voiced or not (1, 0), probability of voicing (0 to 1). librosa.pyin with
        frames as the STFT's.

    References
    ----------
    Mauch & Dixon (2014): pYIN, a fundamental frequency estimator using probabilistic threshold distributions. ICASSP.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis, pitch
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 220 * np.arange(16000) / 16000))
    >>> hz, voiced, probability = pitch.pyin(clip)
    >>> round(float(hz[30])), float(voiced[30])
    (220, 1.0)
    """
    return _tracked(clip, lambda samples, **frames: np.stack(librosa.pyin(samples, fill_na=0.0, **frames)))
