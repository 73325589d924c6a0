"""Features of one sound, extracted once: several models, pages and windows of one clip ask for the same."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from ser_core import audio
from ser_core.features.sets import Input
from ser_core.features.sources import Source, extracted, spec_hash

#: What is remembered at most, bytes: the log-mel frames of an hour.
MOST_BYTES = 64 * 2**20


class Extractions:
    """Features by what they are of, those that were asked for last; usable from many threads.

    most_bytes: of all features together; larger ones are extracted and not kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str, int], np.ndarray] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def of(self, source: Source, samples: np.ndarray) -> np.ndarray:
        """Return `sources.extracted` of 16 kHz samples, read-only. Raises what the source raises.

        Known by the samples themselves: a clip's own hash is empty for lossy files and segments, and the same for what was taken from one
        channel or changed.
        """
        digest = hashlib.sha256(np.ascontiguousarray(samples, np.float32).data).hexdigest()
        key = (digest, spec_hash(source), audio.VERSION)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        features = extracted(source, samples)
        features.setflags(write=False)
        with self._lock:
            if key not in self._kept and features.nbytes <= self.most_bytes:
                self._kept[key] = features
                self._bytes += features.nbytes
            while self._bytes > self.most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return features


_SHARED = Extractions()


def of_source(source: Source, samples: np.ndarray) -> np.ndarray:
    """Return a source's features of 16 kHz samples as networks are fed with them (read-only), remembered by this process."""
    return _SHARED.of(source, samples)


def of_sound(inputs: Iterable[Input], samples: np.ndarray) -> dict[str, np.ndarray]:
    """Return a recording's features for every input by its name, of 16 kHz samples; as `of_source`."""
    return {given.name: of_source(given.source, samples) for given in inputs}


def of_parts(
    inputs: Sequence[Input], samples: np.ndarray, parts: Iterable[tuple[int, int]]
) -> list[dict[str, np.ndarray]]:
    """Return what `of_sound` gives of each part of a recording, from its first sample to before its last (samples from the start).

    Cut out of the whole recording's features where a source allows it. Then what is below 20 Hz was taken out of the whole, not of
    the part, so that bands near a part's ends differ a little: probabilities moved by 3e-4 at most, in 700 windows of speech.
    """
    whole = {given.name: functools.cache(functools.partial(of_source, given.source, samples)) for given in inputs}
    features = []
    for start, stop in parts:
        sound = audio.centred(samples[start:stop])
        features.append({given.name: given.source.part(sound, start, whole[given.name]) for given in inputs})
    return features
