"""Chunks of any rate become one 16 kHz signal without seams; what is missing, late or doubled is settled here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_core import audio
from ser_core.audio.resample import BlockResampler
from ser_core.streaming.frames import Chunk

#: Times that differ by less than this are the rounding of clocks.
JITTER_S = 0.02
#: Up to this much missing sound is filled with silence; a longer gap breaks the signal.
FILLED_S = 0.2
#: A time this far back is no late frame: the sender's clock began anew.
RESTART_S = 2.0


@dataclass(frozen=True, eq=False)
class Piece:
    """16 kHz samples, and whether they begin anew after a gap."""

    samples: NDArray[np.float32]
    after_gap: bool = False


class Joiner:
    """Takes chunks in the order in which they arrive and gives the signal, piece by piece.

    Sound missing for up to 0.2 s is filled with silence, so that a window may span it. A longer gap, or a clock that
    begins anew, breaks the signal: what follows is another piece, and nothing is put between. Chunks, or parts of them,
    whose time has passed already are left out.
    """

    def __init__(self) -> None:
        self.filled_s = 0.0
        self.late_s = 0.0
        self.gaps = 0
        self._rate = 0
        self._resampler: BlockResampler | None = None
        self._next_s: float | None = None

    def push(self, chunk: Chunk) -> list[Piece]:
        """Return what is ready after the next chunk. `chunk.at_s` None: it follows the one before."""
        samples, pieces, broken = chunk.samples, [], False
        jump = 0.0 if self._next_s is None or chunk.at_s is None else chunk.at_s - self._next_s
        if jump > FILLED_S or jump < -RESTART_S:
            pieces += self._flushed()
            self.gaps += 1
            broken = True
        elif jump > JITTER_S:
            samples = np.concatenate([np.zeros(round(jump * chunk.rate), np.float32), samples])
            self.filled_s += jump
        elif jump < -JITTER_S:
            passed = min(round(-jump * chunk.rate), len(samples))
            samples = samples[passed:]
            self.late_s += passed / chunk.rate
            if not len(samples):
                return []
        begin = self._next_s or 0.0
        self._next_s = (begin if chunk.at_s is None else chunk.at_s) + chunk.duration_s
        if chunk.rate != self._rate:
            pieces += self._flushed()
        if self._resampler is None:
            self._rate, self._resampler = chunk.rate, BlockResampler(chunk.rate, audio.SAMPLE_RATE)
        ready = self._resampler.push(np.ascontiguousarray(samples))
        return [*pieces, Piece(_within(ready), broken)]

    def finish(self) -> list[Piece]:
        """Return what the resampler still holds; the signal ends there."""
        return self._flushed()

    def _flushed(self) -> list[Piece]:
        if self._resampler is None:
            return []
        rest = self._resampler.push(np.zeros(0, np.float32), last=True)
        self._resampler = None
        return [Piece(_within(rest))]


def _within(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Resampling swings a little beyond full scale; a clip never does."""
    return np.clip(samples, -1.0, 1.0)
