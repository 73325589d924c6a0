"""The one resampler and the downmix: length, linearity, parity with soxr, and blocks equal to the whole."""

from __future__ import annotations

import io

import hypothesis.strategies as st
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from ser_core import audio

RATES = st.sampled_from([8000, 11025, 16000, 22050, 24414, 44100, 48000, 96000, 192000])


def decoded(samples: np.ndarray, rate: int) -> audio.Clip:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="WAV", subtype="FLOAT")
    return audio.decode(target.getvalue())


def noise(count: int, seed: int, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (count, channels)).astype(np.float32).squeeze()


@settings(deadline=None, max_examples=60)
@given(count=st.integers(1, 30_000), from_rate=RATES, to_rate=RATES)
def test_length_is_the_duration_at_the_new_rate(count: int, from_rate: int, to_rate: int) -> None:
    out = audio.resample(np.zeros(count, np.float32), from_rate, to_rate)
    assert out.dtype == np.float32
    assert abs(len(out) - count * to_rate / from_rate) <= 0.5 + 1e-9


@settings(deadline=None, max_examples=40)
@given(gain=st.floats(-4, 4), seed=st.integers(0, 99), from_rate=RATES)
def test_gain_goes_through(gain: float, seed: int, from_rate: int) -> None:
    signal = noise(3000, seed)
    once = audio.resample(signal, from_rate, 16000)
    np.testing.assert_allclose(audio.resample(gain * signal, from_rate, 16000), gain * once, atol=2e-6)


@settings(deadline=None, max_examples=40)
@given(seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)), from_rate=RATES)
def test_sums_go_through(seeds: tuple[int, int], from_rate: int) -> None:
    first, second = noise(3000, seeds[0]), noise(3000, seeds[1])
    together = audio.resample(first + second, from_rate, 8000)
    apart = audio.resample(first, from_rate, 8000) + audio.resample(second, from_rate, 8000)
    np.testing.assert_allclose(together, apart, atol=2e-6)


@settings(deadline=None, max_examples=30)
@given(
    samples=arrays(
        np.float32, st.tuples(st.integers(200, 2000), st.integers(1, 8)), elements=st.floats(-1, 1, width=16)
    )
)
def test_the_mix_is_the_mean_of_the_channels(samples: np.ndarray) -> None:
    clip = audio.decode(audio.encode_wav(samples, 16000, "FLOAT"), channel="mix")
    assert clip.channels == samples.shape[1]
    np.testing.assert_allclose(clip.samples, samples.astype(np.float64).mean(axis=1), atol=1e-7)


@settings(deadline=None, max_examples=30)
@given(channels=st.integers(1, 8), rate=RATES, seed=st.integers(0, 99))
def test_equal_channels_are_the_mono_file(channels: int, rate: int, seed: int) -> None:
    mono = noise(4000, seed)
    many = np.repeat(mono[:, None], channels, axis=1)
    np.testing.assert_allclose(decoded(many, rate).samples, decoded(mono, rate).samples, atol=1e-7)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 192000])
def test_decoding_in_blocks_equals_resampling_the_whole(rate: int) -> None:
    samples = noise(300_000, 1)  # more than four blocks
    expected = soxr.resample(samples, rate, 16000, quality="HQ")
    np.testing.assert_allclose(decoded(samples, rate).samples, expected, atol=1e-7)
    np.testing.assert_allclose(audio.resample(samples, rate, 16000), expected, atol=1e-7)


def test_equal_rates_change_nothing() -> None:
    samples = noise(1000, 2)
    np.testing.assert_array_equal(audio.resample(samples, 16000, 16000), samples)


@pytest.mark.parametrize(("from_rate", "to_rate"), [(44100, 16000), (16000, 8000), (8000, 16000)])
def test_a_tone_keeps_level_and_place(from_rate: int, to_rate: int) -> None:
    def tone(rate: int) -> np.ndarray:
        return np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)

    middle = slice(to_rate // 10, -to_rate // 10)
    out = audio.resample(tone(from_rate), from_rate, to_rate)
    np.testing.assert_allclose(out[middle], tone(to_rate)[middle], atol=1e-4)


def test_what_the_new_rate_cannot_hold_is_filtered_out() -> None:
    high = np.sin(2 * np.pi * 12_000 * np.arange(48_000) / 48_000)
    assert np.abs(audio.resample(high, 48_000, 16_000)[1600:-1600]).max() < 1e-4


def test_wrong_shapes_and_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="mono"):
        audio.resample(np.zeros((10, 2)), 16000, 8000)
    with pytest.raises(ValueError, match="0 Hz"):
        audio.resample(np.zeros(10), 0, 8000)
