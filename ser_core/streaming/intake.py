"""Where frames wait: whoever receives them never waits, and when the line is too long the oldest go."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ser_core.streaming.frames import Chunk

if TYPE_CHECKING:
    import av


@dataclass(frozen=True, eq=False)
class Waiting:
    """A frame in line: as it came, when it was taken and how long it lasts (s), and when it came (s, monotonic)."""

    frame: Chunk | av.AudioFrame
    at_s: float
    duration_s: float
    received: float


class Intake:
    """A bounded line of frames between the thread that receives and the one that listens."""

    def __init__(self, longest_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """longest_s: how much sound may wait; what waits longest is dropped beyond that."""
        self.longest_s = longest_s
        self.dropped_s = 0.0
        self._clock = clock
        self._line: deque[Waiting] = deque()
        self._waiting_s = self._next_s = 0.0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, frame: Chunk | av.AudioFrame) -> None:
        """Add a frame without waiting and without looking into it. After `close` it is ignored."""
        if isinstance(frame, Chunk):
            duration_s, at_s = frame.duration_s, frame.at_s
        else:
            duration_s = frame.samples / frame.sample_rate
            at_s = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        with self._changed:
            if self._closed:
                return
            # Frames without a time get one here, so that a dropped one leaves a gap that is seen.
            at_s = self._next_s if at_s is None else at_s
            self._next_s = at_s + duration_s
            self._line.append(Waiting(frame, at_s, duration_s, self._clock()))
            self._waiting_s += duration_s
            while self._waiting_s > self.longest_s + 1e-6 and len(self._line) > 1:
                oldest = self._line.popleft()
                self._waiting_s -= oldest.duration_s
                self.dropped_s += oldest.duration_s
            self._changed.notify()

    def take(self) -> list[Waiting]:
        """Wait for frames and return all that are there; an empty list once the line is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._line or self._closed)
            taken = list(self._line)
            self._line.clear()
            self._waiting_s = 0.0
            return taken

    def close(self) -> None:
        """Take no more frames; those in line can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify()
