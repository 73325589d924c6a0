"""A window of the stream becomes an entry of the timeline: the gate, the model's answer, its smoothed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_core import audio
from ser_core.predictor import Predictor
from ser_core.streaming.voice_activity import is_speaking

EMOTION, UNCERTAIN, NO_SPEECH = "emotion", "uncertain", "no-speech"
#: Seconds between the ends of two windows.
HOP_S = 0.5
#: After this time a window counts 1/e in the smoothed probabilities.
SMOOTHING_S = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """What was heard in one window: samples `first` to `last` (both included) at 16 kHz, counted from the stream's start.

    label, decision and probabilities are `Predictor.predict`'s of exactly these samples. state is what is to be shown:
    no-speech where nobody speaks at the window's end, else emotion or uncertain by the smoothed probabilities, which are
    not numbers where there is no speech. arrived: when the last sample came, on the listener's clock; latency_s: from then
    to this entry.
    """

    first: int
    last: int
    state: str
    label: str
    decision: str
    probabilities: NDArray[np.float32]
    smoothed: NDArray[np.float32]
    arrived: float
    latency_s: float

    @property
    def end_s(self) -> float:
        """The end of the window in seconds."""
        return (self.last + 1) / audio.SAMPLE_RATE


class Judge:
    """Judges one stream's windows in their order."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        self._smoothed: NDArray[np.float64] | None = None

    def forget(self) -> None:
        """Begin the smoothing anew, after a gap."""
        self._smoothed = None

    def judge(self, samples: NDArray[np.float32], first: int) -> Entry:
        """Return the entry of a window that begins at sample `first`; when it arrived is not known here and 0.

        Smoothing is exponential with a time constant of 1 s: s ← s + (1 - exp(-0.5 s / 1 s)) (p - s), from window to
        window; where nobody speaks it begins anew.
        """
        clip = audio.Clip(samples, audio.SAMPLE_RATE, 1, "", "live")
        found = self.predictor.predict(clip)
        if found.decision == NO_SPEECH or not is_speaking(samples):
            self._smoothed, state = None, NO_SPEECH
            smoothed = np.full(len(found.labels), np.nan)
        else:
            before = found.probabilities if self._smoothed is None else self._smoothed
            smoothed = before + (1.0 - math.exp(-HOP_S / SMOOTHING_S)) * (found.probabilities - before)
            self._smoothed = smoothed
            state = EMOTION if smoothed.max() >= self.predictor.threshold else UNCERTAIN
        return Entry(
            first=first,
            last=first + len(samples) - 1,
            state=state,
            label=found.label,
            decision=found.decision,
            probabilities=found.probabilities.astype(np.float32),
            smoothed=smoothed.astype(np.float32),
            arrived=0.0,
            latency_s=0.0,
        )
