"""What arrives: frames of any rate, layout and sample format, as mono float32 in [-1, 1]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import av

#: From this many channels on PyAV reads beyond the end of a planar frame.
_PLANAR_LIMIT = 8


@dataclass(frozen=True, eq=False)
class Chunk:
    """A piece of a stream: mono float32 samples, their rate in Hz, and when the first was taken.

    at_s is on the sender's clock, whose zero does not matter; None where frames carry no time: then it follows the one before.
    """

    samples: NDArray[np.float32] = field(repr=False)
    rate: int
    at_s: float | None = None

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate


def from_array(values: ArrayLike, rate: int, *, planar: bool = False, at_s: float | None = None) -> Chunk:
    """Return a chunk of samples of any NumPy type.

    values: shape (n,), (n, channels), or (channels, n) where planar. Integers are scaled by their full range (unsigned
    8-bit has its zero at 128), floats are taken as they are; channels are averaged, what is not a number becomes 0, what
    lies beyond full scale is clipped. Raises ValueError for other shapes, other types and rates below 1.
    """
    array = np.asarray(values)
    if array.ndim not in (1, 2) or rate < 1:
        raise ValueError(f"A frame of shape {array.shape} at {rate} Hz cannot be heard.")
    scaled = np.clip(_scaled(array), -1.0, 1.0)
    mono = scaled if array.ndim == 1 else scaled.mean(axis=0 if planar else 1)
    return Chunk(mono.astype(np.float32), int(rate), at_s)


def from_av(frame: av.AudioFrame) -> Chunk:
    """Return a chunk of a PyAV frame, with its own rate, layout, format and time."""
    at_s = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
    channels = frame.layout.nb_channels
    if frame.format.is_planar and channels >= _PLANAR_LIMIT:
        import av

        (frame,) = av.AudioResampler(format=frame.format.packed.name).resample(frame)
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, channels)
    return from_array(array, frame.sample_rate, planar=frame.format.is_planar, at_s=at_s)


def _scaled(array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype == np.uint8:
        return (array.astype(np.float64) - 128.0) / 128.0
    if np.issubdtype(array.dtype, np.signedinteger):
        return array.astype(np.float64) / (np.iinfo(array.dtype).max + 1.0)
    if np.issubdtype(array.dtype, np.floating):
        return np.nan_to_num(array.astype(np.float64), posinf=1.0, neginf=-1.0)
    raise ValueError(f"A frame of {array.dtype} values cannot be heard.")
