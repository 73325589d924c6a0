"""One stream, in one thread: chunks in, entries of the timeline out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ser_core import audio
from ser_core.predictor import Predictor
from ser_core.streaming.frames import Chunk
from ser_core.streaming.joiner import Joiner, Piece
from ser_core.streaming.judge import HOP_S, Entry, Judge
from ser_core.streaming.recording import Recording
from ser_core.streaming.ring import Ring

#: Seconds of sound kept in memory: the longest window, and what a page draws.
RING_S = 12.0
#: Lengths of a window in samples: at most 3 s, and at the start of a stream or after a gap at least 2 s.
LONGEST, SHORTEST = 3 * audio.SAMPLE_RATE, 2 * audio.SAMPLE_RATE
#: A window whose end arrived longer ago is passed over when a newer one is there already.
LATE_S = 0.75


class Listener:
    """Hears one stream: every half second a window of up to 3 s is judged.

    Windows end at whole half seconds of the signal, are 2 s long at the start and grow to their full length; none spans
    a gap. When judging cannot keep up, windows are passed over for the newest one and counted in `skipped`.
    """

    def __init__(
        self,
        predictor: Predictor,
        recording: Recording | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        grows: bool = False,
    ) -> None:
        """recording: keeps the signal (None: nothing is kept). clock: in seconds, the one of `received`. grows: as of `Judge`."""
        self.joiner = Joiner()
        self.ring = Ring(round(RING_S * audio.SAMPLE_RATE))
        self.skipped = 0
        self.judge = Judge(predictor, grows=grows)
        self._recording = recording
        self._clock = clock
        self._hop = round(HOP_S * audio.SAMPLE_RATE)
        self._unbroken = 0

    def hear(self, chunk: Chunk, received: float, newer_s: float = 0.0) -> list[Entry]:
        """Take the next chunk, which arrived at `received`, and return the entries of the windows that it completes.

        newer_s: how much sound waits behind it; it decides whether a late window is worth judging.
        """
        entries = []
        for piece in self.joiner.push(chunk):
            entries += self._hear(piece, received, newer_s)
        return entries

    def finish(self, received: float) -> list[Entry]:
        """Take what the resampler still holds and return the entries that it completes."""
        entries = []
        for piece in self.joiner.finish():
            entries += self._hear(piece, received, 0.0)
        return entries

    def _hear(self, piece: Piece, received: float, newer_s: float) -> list[Entry]:
        if piece.after_gap:
            self._unbroken = self.ring.end
            self.judge.forget()
        entries, samples = [], piece.samples
        while len(samples):
            # A burst is heard from half second to half second, as if it had come in time.
            room = self._hop - self.ring.end % self._hop
            part, samples = samples[:room], samples[room:]
            self.ring.append(part)
            if self._recording is not None:
                self._recording.append(part)
            if self.ring.end % self._hop == 0:
                entry = self._judged(received, newer_s + len(samples) / audio.SAMPLE_RATE)
                entries += [entry] if entry else []
        return entries

    def _judged(self, received: float, newer_s: float) -> Entry | None:
        end = self.ring.end
        if end - self._unbroken < SHORTEST:
            return None
        if newer_s >= HOP_S and self._clock() - received > LATE_S:
            self.skipped += 1
            return None
        first = max(self._unbroken, end - LONGEST)
        entry = self.judge.judge(self.ring.between(first, end), first)
        return replace(entry, arrived=received, latency_s=self._clock() - received)
