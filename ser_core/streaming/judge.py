"""A window of the stream becomes an entry of the timeline: the gate, the model's answer, its smoothed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_core import audio
from ser_core.features import profile as profiles
from ser_core.features.profile import BandSums, ProfileError
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
    to this entry. speaker: whose window it is, from 1. profile_s: seconds of speech of the profile that it is judged by.
    counts: whether it is part of the profile of the windows that begin after its end.
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
    speaker: int = 1
    profile_s: float = 0.0
    counts: bool = False

    @property
    def end_s(self) -> float:
        """The end of the window in seconds."""
        return (self.last + 1) / audio.SAMPLE_RATE


class Judge:
    """Judges one stream's windows in their order.

    grows: of a model that takes a voice profile, every window is judged by the one that it began with (`predictor.voice`) and all
    speech before the window, none of its own. Windows that do not overlap make up the profile.
    """

    def __init__(self, predictor: Predictor, *, grows: bool = False) -> None:
        self.predictor = predictor
        self.grows = grows and predictor.takes_profile and not predictor.needs_voice
        self._smoothed: NDArray[np.float64] | None = None
        self._speaker, self._asked = 1, 1
        self._known: BandSums | None = None
        if self.grows and predictor.voice is not None:
            self._known = predictor.sums_of(predictor.voice)
        #: Speech that a later window may go by: where it ends, and what it adds.
        self._waiting: list[tuple[int, BandSums]] = []
        self._counted_to = 0

    def forget(self) -> None:
        """Begin the smoothing anew, after a gap."""
        self._smoothed = None

    def new_speaker(self) -> None:
        """Judge as of a voice that was never heard, from the next window on. May be called from any thread."""
        self._asked += 1

    def judge(self, samples: NDArray[np.float32], first: int) -> Entry:
        """Return the entry of a window that begins at sample `first`; when it arrived is not known here and 0.

        Smoothing is exponential with a time constant of 1 s: s ← s + (1 - exp(-0.5 s / 1 s)) (p - s), from window to
        window; where nobody speaks it begins anew.
        """
        stop = first + len(samples)
        if self._asked != self._speaker:
            self._begin(self._asked, stop)
        self._learn(first)
        clip = audio.Clip(samples, audio.SAMPLE_RATE, 1, "", "live")
        prediction = self.predictor.predict(clip)
        counts = False
        if prediction.decision == NO_SPEECH or not is_speaking(samples):
            self._smoothed, state = None, NO_SPEECH
            smoothed = np.full(len(prediction.labels), np.nan)
        else:
            before = prediction.probabilities if self._smoothed is None else self._smoothed
            smoothed = before + (1.0 - math.exp(-HOP_S / SMOOTHING_S)) * (prediction.probabilities - before)
            self._smoothed = smoothed
            state = EMOTION if smoothed.max() >= self.predictor.threshold else UNCERTAIN
            counts = self.grows and first >= self._counted_to
        if counts:
            self._counted_to = stop
            self._waiting.append((stop, self.predictor.speech_of(clip)))
        voice = self.predictor.voice
        return Entry(
            first=first,
            last=stop - 1,
            state=state,
            label=prediction.label,
            decision=prediction.decision,
            probabilities=prediction.probabilities.astype(np.float32),
            smoothed=smoothed.astype(np.float32),
            arrived=0.0,
            latency_s=0.0,
            speaker=self._speaker,
            profile_s=voice.seconds if voice else 0.0,
            counts=counts,
        )

    def _begin(self, speaker: int, at: int) -> None:
        self._speaker, self._known, self._waiting, self._counted_to = speaker, None, [], at
        self.predictor = self.predictor.with_voice(None)
        self._smoothed = None

    def _learn(self, first: int) -> None:
        """Go by all that was said before sample `first`."""
        ready = [speech for stop, speech in self._waiting if stop <= first]
        if not ready:
            return
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > first]
        known = [] if self._known is None else [self._known]
        # One row, however long one speaks.
        self._known = profiles.joined([*known, *ready], self.predictor.inputs[0].source).merged()
        try:
            self.predictor = self.predictor.with_voice(self.predictor.profile_of_sums([self._known]))
        except ProfileError:
            # Too little speech as yet.
            return
