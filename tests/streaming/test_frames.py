"""Every rate, layout and sample format gives the same mono sound."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from ser_core import streaming

N = 480
LEFT = 0.5 * np.sin(np.linspace(0, 40, N))
RIGHT = -0.25 * np.cos(np.linspace(0, 55, N))
#: Format → (NumPy type, factor, offset, one step of it).
FORMATS = {
    "u8": (np.uint8, 128, 128, 1 / 64),
    "s16": (np.int16, 32768, 0, 1e-4),
    "s32": (np.int32, 2**31, 0, 1e-7),
    "flt": (np.float32, 1, 0, 1e-7),
    "dbl": (np.float64, 1, 0, 1e-7),
}


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("layout", ["mono", "stereo", "7.1"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_any_frame_of_pyav(name: str, layout: str, planar: bool) -> None:
    kind, factor, offset, step = FORMATS[name]
    channels = {"mono": [LEFT], "stereo": [LEFT, RIGHT], "7.1": [LEFT, RIGHT] * 4}[layout]
    sound = np.stack(channels) * factor + offset
    values = (np.rint(sound) if np.issubdtype(kind, np.integer) else sound).astype(kind)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(values.T).reshape(1, -1), format=name, layout=layout)
    frame.sample_rate = 44_100
    if planar:
        (frame,) = av.AudioResampler(format=f"{name}p").resample(frame)
    frame.pts, frame.time_base = 22_050, Fraction(1, 44_100)
    chunk = streaming.from_av(frame)
    assert chunk.samples == pytest.approx(np.mean(channels, axis=0), abs=step)
    assert chunk.samples.dtype == np.float32 and chunk.rate == 44_100 and chunk.at_s == pytest.approx(0.5)


def test_plain_arrays() -> None:
    both = np.stack([LEFT, RIGHT])
    expected = both.mean(axis=0)
    assert streaming.from_array(both, 8000, planar=True).samples == pytest.approx(expected, abs=1e-7)
    assert streaming.from_array(both.T, 8000).samples == pytest.approx(expected, abs=1e-7)
    assert streaming.from_array((32768 * LEFT).astype(np.int16), 8000).samples == pytest.approx(LEFT, abs=1e-4)


def test_what_is_no_number_is_silent_and_nothing_goes_beyond_full_scale() -> None:
    found = streaming.from_array(np.array([np.nan, np.inf, -np.inf, 3.0, -2.0, 0.5]), 16_000).samples
    assert found.tolist() == [0.0, 1.0, -1.0, 1.0, -1.0, 0.5]


@pytest.mark.parametrize(
    ("values", "rate"), [(np.zeros((2, 2, 2)), 16_000), (np.zeros(4, complex), 16_000), (np.zeros(4), 0)]
)
def test_what_is_no_sound_is_refused(values: np.ndarray, rate: int) -> None:
    with pytest.raises(ValueError, match="cannot be heard"):
        streaming.from_array(values, rate)
