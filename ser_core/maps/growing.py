"""A map that begins with few clips and grows while somebody looks: vectors of clips drawn by chance, one after the other."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd

from ser_core import audio
from ser_core.corpora.base import Corpus
from ser_core.corpora.reading import ClipReader
from ser_core.maps.spaces import Space, Vectors

#: It stops when nobody has looked for so long, in seconds; the next look goes on where it stopped.
PATIENCE_S = 20.0


class Growing:
    """Vectors of a corpus' clips in an order drawn by `seed`, of `most` at most, computed by one thread while somebody looks.

    The first clips of two draws of one seed are the same, whatever `most` is.
    """

    def __init__(self, corpus: Corpus, space: Space, most: int, seed: int = 0) -> None:
        order = np.random.default_rng(seed).permutation(len(corpus.clips))[:most]
        self._rows = corpus.clips.iloc[order]
        self._space = space
        self._lock = threading.Lock()
        self._clips: list[str] = []
        self._values: list[np.ndarray] = []
        self._failed = 0
        self._looked = 0.0
        self._thread: threading.Thread | None = None

    @property
    def of(self) -> int:
        """How many clips there will be, those that cannot be read counted too."""
        return len(self._rows)

    @property
    def done(self) -> bool:
        """Whether all of them are there."""
        with self._lock:
            return self._begun() == self.of

    def look(self) -> Vectors:
        """Return what is there by now, and go on for some time."""
        with self._lock:
            self._looked = time.monotonic()
            if self._begun() < self.of and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._grow, name="map", daemon=True)
                self._thread.start()
            values = np.array(self._values, np.float32) if self._values else np.zeros((0, 0), np.float32)
            return Vectors(tuple(self._clips), values, self._failed)

    def clips(self) -> pd.DataFrame:
        """Return the rows of the corpus' table of the clips that are there, numbered from 0."""
        with self._lock:
            return self._rows.set_index("clip", drop=False).loc[self._clips].reset_index(drop=True)

    def _begun(self) -> int:
        return len(self._clips) + self._failed

    def _grow(self) -> None:
        reader = ClipReader()
        for row in self._rows.iloc[self._begun() :].itertuples():
            if time.monotonic() - self._looked > PATIENCE_S:
                return
            try:
                vector = self._space.of_samples(reader.read(str(row.path), row.start, row.end).samples)
            except (audio.AudioError, OSError, ValueError):
                vector = None
            with self._lock:
                if vector is None:
                    self._failed += 1
                else:
                    self._clips.append(str(row.clip))
                    self._values.append(vector)
