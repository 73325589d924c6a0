"""The newest seconds of a stream in memory, by the index of their samples."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray


class Ring:
    """Holds the last `capacity` samples; indices count from the stream's first sample. Usable from many threads."""

    def __init__(self, capacity: int) -> None:
        self.end = 0
        """One past the newest sample."""
        self._kept = np.zeros(capacity, np.float32)
        self._lock = threading.Lock()

    def append(self, samples: NDArray[np.float32]) -> None:
        """Add the newest samples."""
        capacity = len(self._kept)
        with self._lock:
            self.end += len(samples)
            newest = samples[-capacity:]
            places = np.arange(self.end - len(newest), self.end) % capacity
            self._kept[places] = newest

    def between(self, first: int, stop: int) -> NDArray[np.float32]:
        """Return the samples from index `first` to before `stop`. Raises IndexError for what is not kept."""
        with self._lock:
            if not max(0, self.end - len(self._kept)) <= first <= stop <= self.end:
                raise IndexError(f"Samples {first} to {stop} are not kept; the newest is {self.end - 1}.")
            return self._kept[np.arange(first, stop) % len(self._kept)]

    def last(self, n: int) -> NDArray[np.float32]:
        """Return the newest samples, at most n."""
        with self._lock:
            first = max(0, self.end - min(n, len(self._kept)))
            return self._kept[np.arange(first, self.end) % len(self._kept)]
