"""The log-mel spectrogram equals librosa's, and its sources and windows keep their promises."""

import dataclasses

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ser_core.features import logmel, sets, sources
from tests import made


def speech(seconds: float = 1.5, seed: int = 0) -> np.ndarray:
    return made.voice(150.0, 0.4, 5.0, seconds, np.random.default_rng(seed))


@pytest.mark.parametrize(
    "spec", [logmel.LogMelSpec(), logmel.LogMelSpec(n_fft=1024, win_length=800, hop_length=160, n_mels=128, fmin=20)]
)
def test_it_equals_librosa(spec: logmel.LogMelSpec) -> None:
    samples = speech()
    power = librosa.feature.melspectrogram(
        y=samples,
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        win_length=spec.win_length,
        hop_length=spec.hop_length,
        n_mels=spec.n_mels,
        fmin=spec.fmin,
        fmax=spec.fmax,
    )
    expected = 10 * np.log10(np.maximum(power, spec.floor)).T
    found = logmel.extract(samples, spec)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-3)


@given(n=st.integers(1, 3000))
@settings(max_examples=30, deadline=None)
def test_any_length_gives_a_frame_a_hop(n: int) -> None:
    found = logmel.extract(np.full(n, 0.1, np.float32))
    assert found.shape == (1 + n // 200, 64)
    assert np.isfinite(found).all()


def test_a_gain_adds_its_decibels() -> None:
    samples = speech()
    loud, quiet = logmel.extract(samples), logmel.extract(samples * 0.1)
    above_floor = quiet > -99.9
    assert above_floor.mean() > 0.95
    np.testing.assert_allclose((loud - quiet)[above_floor], 20.0, atol=0.01)


def test_blocks_change_nothing() -> None:
    samples = np.tile(speech(2.0), 30)
    whole = logmel.extract(samples)
    assert len(whole) > 4096
    # Matrix products of other sizes may sum in another order.
    np.testing.assert_allclose(whole[4000:4200], logmel.extract(samples[(4000 - 2) * 200 :])[2:202], atol=1e-4)


def test_bands_are_where_they_say() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    band = logmel.extract(tone)[40].argmax()
    assert abs(logmel.mel_hz(logmel.LogMelSpec())[band] - 1000) < 40


def test_silence_around_the_voice_is_left_out() -> None:
    source = sources.LogMelSource()
    samples = speech()
    plain = source.extract(samples)
    padded = source.extract(np.concatenate([np.zeros(16000, np.float32), samples, np.zeros(8000, np.float32)]))
    start, stop = source.bounds(plain)
    later_start, later_stop = source.bounds(padded)
    assert later_start - start == 80 and later_stop - later_start == stop - start
    assert source.bounds(np.full((50, 64), -100.0, np.float32)) == (0, 50)


@given(n=st.integers(1, 900), name=st.sampled_from(["logmel", "logmel-2s", "logmel-pieces", "logmel-2s-windows"]))
@settings(max_examples=100, deadline=None)
def test_windows_cover_the_clip(n: int, name: str) -> None:
    one = sets.named(name).inputs[0]
    frames = np.random.default_rng(n).uniform(-30, 0, (n, 64)).astype(np.float32)
    cut = one.windows(frames)
    covered = np.zeros(n, bool)
    for start, length, window in zip(cut.starts, cut.n_frames, cut.features, strict=True):
        np.testing.assert_array_equal(window[:length], frames[start : start + length])
        assert not window[length:].any()
        covered[start : start + length] = True
    assert covered.all()


def test_long_speech_is_cut_into_pieces() -> None:
    whole, pieces = (sets.named(name).inputs[0] for name in ("logmel", "logmel-2s"))
    assert pieces.source == whole.source
    frames = np.random.default_rng(1).uniform(-30, 0, (450, 64)).astype(np.float32)
    for n in (100, 256, 300, 400):
        alike = pieces.windows(frames[:n]), whole.windows(frames[:n])
        np.testing.assert_array_equal(*(cut.features for cut in alike))
        np.testing.assert_array_equal(*(cut.starts for cut in alike))
    cut = pieces.windows(frames)
    assert cut.starts.tolist() == [0, 80, 160, 240, 290]
    assert cut.n_frames.tolist() == [160] * 5
    assert cut.features.shape == (5, 256, 64)
    assert whole.windows(frames).starts.tolist() == [0, 128, 194]


@pytest.mark.parametrize("wrong", [{"hop": 0}, {"hop": 300}, {"piece": 300}, {"piece": 1}, {"beyond": 200}])
def test_windows_that_leave_something_out_are_none(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="frames"):
        dataclasses.replace(sets.named("logmel-2s").inputs[0], **wrong)


def test_brown_noise_falls_by_six_decibels_an_octave() -> None:
    found = logmel.brown(np.array([100.0, 200.0, 400.0, 800.0]))
    np.testing.assert_allclose(np.diff(found), -6.02, atol=0.01)
    assert np.power(10.0, found / 10.0).sum() == pytest.approx(1.0)


def test_a_source_comes_back_from_its_description() -> None:
    source = sources.LogMelSource(logmel.LogMelSpec(n_mels=80), trim_db=30.0)
    assert sources.from_dict(source.to_dict()) == source
    assert sources.spec_hash(source) != sources.spec_hash(sources.LogMelSource())
    with pytest.raises(sources.FeatureError, match="kind 'nothing'"):
        sources.from_dict({"kind": "nothing"})
    with pytest.raises(sources.FeatureError, match="does not fit"):
        sources.from_dict({"kind": "logmel", "spec": {"bands": 3}})
