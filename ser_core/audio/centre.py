"""Offset and rumble taken out of a sound before features: what no voice holds, and what some microphones add."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import scipy
from numpy.typing import NDArray

from ser_core.audio.clip import SAMPLE_RATE

#: Below this a sound is rumble: the lowest voices speak at 50 Hz and more.
RUMBLE_HZ = 20.0

# What a sample does to its neighbours has died away after so many: a tenth of a second mirrored at the ends, half a second between blocks.
_MIRRORED, _BESIDE = SAMPLE_RATE // 10, SAMPLE_RATE // 2
_BLOCK = 60 * SAMPLE_RATE


def centred(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 16 kHz samples without their offset (DC) and without what lies below 20 Hz.

    samples: shape (n,). Returns float32 of the same shape. A zero-phase high-pass (Butterworth, order 2, forwards and backwards, ends
    mirrored), so that times stay; a constant that was added to a sound changes nothing but the last bits. Long sounds are filtered in
    blocks, so that memory does not grow with them.
    """
    if len(samples) <= 1:
        return np.zeros_like(samples, dtype=np.float32)
    filtered = np.empty(len(samples), np.float32)
    for start, stop in _blocks(len(samples)):
        first, last = max(0, start - _BESIDE), min(len(samples), stop + _BESIDE)
        block = scipy.signal.sosfiltfilt(_sections(), samples[first:last], padlen=min(_MIRRORED, last - first - 1))
        filtered[start:stop] = block[start - first : stop - first]
    return filtered


@functools.cache
def _sections() -> NDArray[np.float64]:
    # Of second order, run forwards and backwards: no delay, and 0.2 dB less at 50 Hz.
    sections: NDArray[np.float64] = scipy.signal.butter(2, RUMBLE_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
    return sections


def _blocks(n: int) -> Iterator[tuple[int, int]]:
    for start in range(0, n, _BLOCK):
        yield start, min(n, start + _BLOCK)
