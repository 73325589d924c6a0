"""The sound of a session on disk: a nameless temporary file that goes with the process, however that ends."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_core import audio, files

_BLOCK = 10 * audio.SAMPLE_RATE
_BYTES = np.dtype(np.float32).itemsize


class Recording:
    """The last `longest_s` seconds of a stream at 16 kHz as float32, by the index of their samples. Usable from many threads."""

    def __init__(self, folder: Path | None, longest_s: float) -> None:
        """folder: where the file lies, made where missing (None: the system's temporary folder)."""
        if folder is not None:
            files.private_folder(folder)
        self.end = 0
        self._capacity = round(longest_s * audio.SAMPLE_RATE)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as the session.
        self._lock = threading.Lock()

    @property
    def start(self) -> int:
        """The oldest sample that is kept."""
        return max(0, self.end - self._capacity)

    def append(self, samples: NDArray[np.float32]) -> None:
        """Add the newest samples; the oldest go where there is no room. After `close` nothing is kept."""
        with self._lock:
            if self._file.closed:
                return
            for piece in self._pieces(self.end, self.end + len(samples)):
                self._file.seek(piece.start % self._capacity * _BYTES)
                self._file.write(samples[piece.start - self.end : piece.stop - self.end].astype("<f4").tobytes())
            self.end += len(samples)

    def between(self, first: int, stop: int) -> NDArray[np.float32]:
        """Return the samples from index `first` to before `stop`. Raises IndexError for what is not kept."""
        with self._lock:
            if self._file.closed or not self.start <= first <= stop <= self.end:
                raise IndexError(f"Samples {first} to {stop} are not kept: {self.start} to {self.end} are.")
            parts = []
            for piece in self._pieces(first, stop):
                self._file.seek(piece.start % self._capacity * _BYTES)
                parts.append(np.frombuffer(self._file.read(len(piece) * _BYTES), "<f4"))
            return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def blocks(self, first: int, stop: int) -> Iterator[NDArray[np.float32]]:
        """Yield the samples from index `first` to before `stop`, ten seconds at a time."""
        for start in range(first, stop, _BLOCK):
            yield self.between(start, min(start + _BLOCK, stop))

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            self._file.close()

    def _pieces(self, first: int, stop: int) -> Iterator[range]:
        """Yield the stretches that lie in one piece in the file, which is written round and round."""
        while first < stop:
            end = min(stop, (first // self._capacity + 1) * self._capacity)
            yield range(first, end)
            first = end
