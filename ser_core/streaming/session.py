"""One person's stream: a line of frames, a thread that listens, the timeline, and the sound on disk until the session is closed."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_core import audio
from ser_core.predictor import Predictor
from ser_core.streaming.frames import Chunk, from_av
from ser_core.streaming.intake import Intake
from ser_core.streaming.judge import HOP_S, Entry
from ser_core.streaming.listener import Listener
from ser_core.streaming.recording import Recording

if TYPE_CHECKING:
    import av

_LOG = logging.getLogger(__name__)

#: How much sound may wait for the listening thread, in seconds.
WAITING_S = 5.0
#: How much of a session is kept: the sound on disk (230 MB), the timeline in memory (about 4 MB).
KEPT_S = 3600.0
#: The level is measured over this much of the newest sound.
LEVEL_S = 0.5


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a session has heard up to now; lengths in seconds, levels in dBFS (-inf for digital silence)."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    samples: NDArray[np.float32] = field(repr=False)
    level_db: float
    peak_db: float
    heard_s: float
    received: float | None
    """When the newest frame was taken up, on the monotonic clock; None before the first."""
    dropped_s: float
    filled_s: float
    late_s: float
    gaps: int
    skipped: int
    failure: str
    ended: bool


class Session:
    """Listens to one stream in a thread of its own; the predictor is shared. Every method may be called from any thread."""

    def __init__(
        self,
        predictor: Predictor,
        folder: Path | None = None,
        *,
        grows: bool = False,
        kept_s: float = KEPT_S,
        waiting_s: float = WAITING_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start listening. folder: where the sound is kept until `close`, in a file without a name. grows: as of `judge.Judge`."""
        self.labels = predictor.labels
        self.model = predictor.run.name
        self.voice = predictor.voice
        self.recording = Recording(folder, kept_s)
        self._intake = Intake(waiting_s, clock)
        self._listener = Listener(predictor, self.recording, clock, grows=grows)
        self.grows = self._listener.judge.grows
        self._entries: deque[Entry] = deque(maxlen=round(kept_s / HOP_S))
        self._lock = threading.Lock()
        self._received: float | None = None
        self._failure = ""
        self._thread = threading.Thread(target=self._listen, name="live-listener", daemon=True)
        self._thread.start()

    def put(self, frame: Chunk | av.AudioFrame) -> None:
        """Take a frame, at once: it is looked at later, in the session's own thread."""
        self._intake.put(frame)

    def new_speaker(self) -> None:
        """Begin anew with the voice profile: somebody else speaks from now on."""
        self._listener.judge.new_speaker()

    def finish(self) -> None:
        """Take no more frames. What waits is still judged; the sound and the timeline stay until `close`."""
        self._intake.close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until a finished session has judged everything, and return whether it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Free the thread, the buffers and the file."""
        self.finish()
        self.recording.close()
        with self._lock:
            self._entries.clear()

    def entries(self, newest: int | None = None) -> tuple[Entry, ...]:
        """Return the timeline, or its newest entries, oldest first."""
        with self._lock:
            if newest is None or newest >= len(self._entries):
                return tuple(self._entries)
            return tuple(self._entries[k] for k in range(len(self._entries) - newest, len(self._entries)))

    def snapshot(self, timeline_s: float, samples_s: float) -> Snapshot:
        """Return the state of things with the newest seconds of the timeline and of the sound."""
        samples = self._listener.ring.last(round(samples_s * audio.SAMPLE_RATE))
        newest = samples[-round(LEVEL_S * audio.SAMPLE_RATE) :]
        joiner = self._listener.joiner
        return Snapshot(
            labels=self.labels,
            entries=self.entries(round(timeline_s / HOP_S)),
            samples=samples,
            level_db=_db(math.sqrt(float(np.mean(newest**2))) if len(newest) else 0.0),
            peak_db=_db(float(np.abs(newest).max(initial=0.0))),
            heard_s=self._listener.ring.end / audio.SAMPLE_RATE,
            received=self._received,
            dropped_s=self._intake.dropped_s,
            filled_s=joiner.filled_s,
            late_s=joiner.late_s,
            gaps=joiner.gaps,
            skipped=self._listener.skipped,
            failure=self._failure,
            ended=not self._thread.is_alive(),
        )

    def _listen(self) -> None:
        try:
            while taken := self._intake.take():
                newer_s = sum(arrived.duration_s for arrived in taken)
                for arrived in taken:
                    newer_s -= arrived.duration_s
                    chunk = arrived.frame if isinstance(arrived.frame, Chunk) else from_av(arrived.frame)
                    timed = Chunk(chunk.samples, chunk.rate, arrived.at_s)
                    self._note(self._listener.hear(timed, arrived.received, newer_s))
                    self._received = arrived.received
            self._note(self._listener.finish(self._received or 0.0))
        except Exception as error:  # A thread of its own has nobody above it: the page says what happened.
            _LOG.exception("A live session ended")
            self._failure = f"Listening stopped: {error}"
        finally:
            self.finish()

    def _note(self, entries: list[Entry]) -> None:
        if entries:
            with self._lock:
                self._entries.extend(entries)


def _db(amplitude: float) -> float:
    return 20.0 * math.log10(amplitude) if amplitude > 0 else -math.inf
