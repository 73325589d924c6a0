"""The one resampler: soxr at high quality (HQ), for whole arrays and for streams of blocks."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import ArrayLike, NDArray


class BlockResampler:
    """Resample a signal block by block; the blocks together equal `resample` of the whole.

    channels: how many; with more than one, or where blocks have that shape, blocks are (frames, channels).
    """

    def __init__(self, from_rate: int, to_rate: int, channels: int = 1) -> None:
        same = from_rate == to_rate
        self._stream = (
            None if same else soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="HQ")
        )

    def push(self, block: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        """Take the next block and return what is ready; `last` flushes the filter."""
        return block if self._stream is None else self._stream.resample_chunk(block, last=last)


def resample(samples: ArrayLike, from_rate: int, to_rate: int) -> NDArray[np.float32]:
    """Return a mono signal at another sample rate.

    samples: shape (n,); rates in Hz. Returns float32 of shape (round(n * to_rate / from_rate),), unclipped
    and without delay; the samples themselves where the rates are equal. Raises ValueError for other shapes or
    rates below 1.
    """
    signal = np.ascontiguousarray(samples, dtype=np.float32)
    if signal.ndim != 1:
        raise ValueError(f"resample takes a mono signal of shape (n,), not {signal.shape}.")
    if min(from_rate, to_rate) < 1:
        raise ValueError(f"resample cannot go from {from_rate} Hz to {to_rate} Hz.")
    return BlockResampler(from_rate, to_rate).push(signal, last=True)
