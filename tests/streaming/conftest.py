"""The shipped model, and a stream of speech and silence."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import audio, runs, settings
from ser_core.predictor import Predictor


@pytest.fixture(scope="session")
def predictor() -> Predictor:
    """The first shipped model."""
    return Predictor(runs.shipped()[0])


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """Actors one after the other, 16 kHz."""
    names = ("anger-1", "sadness-1", "anger-2", "happiness-1")
    voices = settings.ARTIFACTS / "samples" / "voices"
    return np.concatenate([audio.decode(voices / f"{name}.flac").samples for name in names])
