"""Synthetic speech-like clips, so that speed and equality can be shown without a corpus."""

from __future__ import annotations

import numpy as np

SAMPLE_RATE = 16000


def voice(seconds: float, pitch_hz: float, seed: int = 0, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """Return a gliding voice of 20 harmonics in four syllables a second, with breath noise (float32, peak 0.5)."""
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    phase = 2.0 * np.pi * np.cumsum(pitch_hz * (1.0 + 0.2 * np.sin(2.0 * np.pi * 0.7 * times))) / sample_rate
    harmonics = np.arange(1, 21)[:, np.newaxis]
    voiced = np.sum(np.sin(harmonics * phase + harmonics**2) / harmonics, axis=0)
    syllables = 0.05 + np.sin(np.pi * 4.0 * times) ** 2
    samples = syllables * voiced + 0.02 * random.standard_normal(len(times))
    return (0.5 * samples / np.abs(samples).max()).astype(np.float32)


def amplitude_modulated_tone(rate_hz: float, seconds: float = 2.0, sample_rate: int = 8000) -> np.ndarray:
    """Return a tone at 1 kHz whose amplitude rises and falls by 80 % `rate_hz` times a second (float64)."""
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    return (1.0 + 0.8 * np.sin(2.0 * np.pi * rate_hz * times)) * np.sin(2.0 * np.pi * 1000.0 * times)
