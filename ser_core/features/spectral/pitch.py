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
    """Fundamental frequency in Hz by YIN, in every frame whether voiced or not (1 × frames).

    librosa.yin with frames as the STFT's. (de Cheveigné & Kawahara 2002)
    """
    return _tracked(clip, lambda samples, **frames: librosa.yin(samples, **frames)[np.newaxis])


def pyin(clip: ClipAnalysis) -> np.ndarray:
    """Fundamental frequency in Hz (0 where unvoiced), voiced or not (1, 0), probability of voicing (3 × frames).

    librosa.pyin with frames as the STFT's. A clip of more than 2048 frames (33 s) is tracked in stretches
    that see 64 frames of their neighbours. (Mauch & Dixon 2014)
    """
    return _tracked(clip, lambda samples, **frames: np.stack(librosa.pyin(samples, fill_na=0.0, **frames)))
