"""Clips that nobody else has, and what a page says of one."""

from __future__ import annotations

import numpy as np

from ser_core import audio, settings
from ser_core.predictor import Prediction

VOICES = sorted((settings.ARTIFACTS / "samples").glob("voice-*.flac"))


def clip_of(visitor: int, turn: int) -> bytes:
    """A clip that nobody else has: a voice, from a place of its own, louder or softer, over some noise."""
    rng = np.random.default_rng([visitor, turn])
    samples = audio.decode(VOICES[visitor % len(VOICES)]).samples
    start = int(rng.integers(0, len(samples) // 3))
    samples = samples[start : start + int(rng.integers(24_000, 56_000))] * rng.uniform(0.3, 1.0)
    noise = rng.normal(0, 10 ** rng.uniform(-4, -2.2), len(samples))
    return audio.encode_wav(np.clip(samples + noise, -1, 1).astype(np.float32))


def bars(found: Prediction, model: str) -> bytes:
    """What the page's bar chart says of a prediction to those who cannot see it, as it is sent."""
    shares = ", ".join(f"{label} {100 * p:.0f} %" for label, p in zip(found.labels, found.probabilities, strict=True))
    return f"Probabilities by {model}: {shares}".encode()
