"""Spectral descriptors: librosa's values, descriptor by descriptor, and what a user may rely on beyond them."""

from __future__ import annotations

import dataclasses
import warnings

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reference.librosa_calls import calls
from benchmarks.reference.voices import voice
from ser_core.features.spectral import DESCRIPTORS, SEED_SET, SpectralSpec, extract

NINE_FRAMES = 9
FRAMEWISE = [name for name, descriptor in DESCRIPTORS.items() if not descriptor.per_clip]
PER_CLIP = [name for name, descriptor in DESCRIPTORS.items() if descriptor.per_clip]
FAST = [name for name in DESCRIPTORS if name not in ("pyin", "rhythm")]
SPECS = {
    "default": SpectralSpec(),
    "librosa's frames": SpectralSpec(n_fft=2048, win_length=2048, hop_length=512),
    "not centred": SpectralSpec(center=False),
    "fixed tuning": SpectralSpec(tuning=0.0),
}


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    return voice(2.0, 131.0)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
@pytest.mark.parametrize("name", [name for name in FRAMEWISE if name not in ("tonnetz", "pyin", "yin")])
def test_equals_librosa(name: str, spec: SpectralSpec, clip: np.ndarray) -> None:
    expected = calls(clip, spec)[name]()
    found = extract(clip, [name], spec)[name]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["yin", "pyin"])
def test_pitch_equals_librosa(name: str, clip: np.ndarray) -> None:
    expected = calls(clip, SpectralSpec())[name]()
    np.testing.assert_allclose(extract(clip, [name])[name], expected, rtol=1e-5)


def test_pitch_of_a_long_clip_does_not_depend_on_the_stretches() -> None:
    clip = voice(36.0, 131.0)
    np.testing.assert_allclose(extract(clip, ["yin"])["yin"], calls(clip, SpectralSpec())["yin"](), rtol=1e-5)


@pytest.mark.parametrize("pitch_hz", [90.0, 123.0, 177.0, 301.0])
def test_the_tuning_estimate_is_librosas(pitch_hz: float) -> None:
    """A tuning that is a hundredth of a semitone off would move chroma by far more than this."""
    clip = voice(1.0, pitch_hz, seed=int(pitch_hz))
    expected = calls(clip, SpectralSpec())["chroma_stft"]()
    np.testing.assert_allclose(extract(clip, ["chroma_stft"])["chroma_stft"], expected, atol=1e-5)


def test_tonnetz_rests_on_the_shared_chroma_unless_told_otherwise(clip: np.ndarray) -> None:
    shared = extract(clip, ["tonnetz", "chroma_stft"])
    np.testing.assert_allclose(shared["tonnetz"], librosa.feature.tonnetz(chroma=shared["chroma_stft"]), atol=1e-5)
    constant_q = extract(clip, ["tonnetz"], SpectralSpec(tonnetz="cqt"))["tonnetz"]
    expected = librosa.feature.tonnetz(y=clip, sr=16000, hop_length=256)
    np.testing.assert_allclose(constant_q, expected, atol=1e-6)
    assert np.abs(constant_q - shared["tonnetz"]).max() > 0.05


def test_the_first_twenty_of_a_hundred_mfccs_are_the_mfccs(clip: np.ndarray) -> None:
    found = extract(clip, ["mfcc", "mfcc_100"])
    assert found["mfcc_100"].shape[0] == 100
    np.testing.assert_array_equal(found["mfcc"], found["mfcc_100"][:20])


def test_asking_for_more_does_not_change_what_was_asked_for(clip: np.ndarray) -> None:
    together = extract(clip, SEED_SET)
    for name in SEED_SET:
        np.testing.assert_array_equal(extract(clip, [name])[name], together[name])


def test_every_descriptor_has_its_stated_shape_in_one_time_axis(clip: np.ndarray) -> None:
    found = extract(clip)
    assert list(found) == [*DESCRIPTORS, "times_s"]
    n_frames = len(found["times_s"])
    for name, descriptor in DESCRIPTORS.items():
        rows = descriptor.rows(SpectralSpec())
        assert found[name].shape == ((rows,) if descriptor.per_clip else (rows, n_frames))
        assert np.isfinite(found[name]).all()
    np.testing.assert_allclose(found["times_s"], librosa.times_like(found["rms"], sr=16000, hop_length=256))


@pytest.mark.parametrize("silence", [np.zeros(16000), np.zeros(5), np.zeros(1)], ids=["1 s", "5 samples", "1 sample"])
def test_silence_gives_finite_values_and_no_warning(silence: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = extract(silence, [name for name in DESCRIPTORS if name not in ("yin", "pyin")])
    assert all(np.isfinite(values).all() for values in found.values())
    assert not found["rms"].any() and not found["rhythm"].any()
    assert found["loudness"][0] == pytest.approx(-100.0)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("n", [1, 100, 1023, 1025])
def test_clips_shorter_than_a_few_frames_work(n: int, center: bool) -> None:
    found = extract(voice(0.1, 131.0)[:n], FAST, SpectralSpec(center=center))
    n_frames = len(found["times_s"])
    assert n_frames < NINE_FRAMES
    assert all(values.shape[-1] == n_frames for name, values in found.items() if name not in PER_CLIP)
    assert all(np.isfinite(values).all() for values in found.values())


def test_energy_comes_from_the_samples() -> None:
    level = extract(np.full(16000, 0.25, dtype=np.float32), ["rms"])["rms"]
    np.testing.assert_allclose(level[0, 4:-4], 0.25, rtol=1e-6)


def test_a_tone_is_read_as_a_tone() -> None:
    times = np.arange(16000) / 16000
    tone = np.sin(2 * np.pi * 440.0 * times)
    found = extract(tone, [*SEED_SET, "spectral_centroid", "pyin", "loudness"])
    inner = slice(8, -8)
    assert np.median(found["spectral_centroid"][0, inner]) == pytest.approx(440.0, abs=15.0)
    assert np.all(found["chroma_stft"][:, inner].argmax(axis=0) == 9)  # A
    assert np.all(found["spectral_flatness"][0, inner] < 1e-4)
    pitch, voiced, probability = found["pyin"][:, inner]
    assert voiced.all() and probability.min() > 0.5
    np.testing.assert_allclose(pitch, 440.0, rtol=0.01)
    assert np.median(found["zero_crossing_rate"][0, inner]) == pytest.approx(2 * 440 / 16000, rel=0.02)


def test_loudness_is_a_weighted_level_in_decibels() -> None:
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(32000) / 16000)
    mean, deviation, low, high, spread, slope = extract(tone, ["loudness"], SpectralSpec(center=False))["loudness"]
    assert mean == pytest.approx(-3.01, abs=0.05)
    assert deviation < 0.01 and spread == pytest.approx(high - low, abs=1e-5) and abs(slope) < 0.01
    quieter = extract(0.1 * tone, ["loudness"], SpectralSpec(center=False))["loudness"]
    assert quieter[0] == pytest.approx(mean - 20.0, abs=1e-3)
    bass = np.sin(2 * np.pi * 100.0 * np.arange(32000) / 16000)
    assert extract(bass, ["loudness"])["loudness"][0] < mean - 15.0
    rising = extract(tone * 10 ** (np.linspace(-2, 0, 32000)), ["loudness"], SpectralSpec(center=False))["loudness"]
    assert rising[5] == pytest.approx(20.0, abs=0.5)


def test_rhythm_counts_onsets_and_pauses() -> None:
    """Eight bursts that fade within 0.15 s, two a second, over noise 60 dB below them."""
    times = np.arange(8000) / 16000
    burst = np.sin(2 * np.pi * 500.0 * times) * np.exp(-times / 0.02) * (times < 0.15)
    clip = np.tile(burst, 8) + 1e-3 * np.random.default_rng(0).standard_normal(64000)
    onsets, _, _, tempo, pause_share, pause_rate = extract(clip, ["rhythm"])["rhythm"]
    assert onsets == pytest.approx(2.0, abs=0.3)
    assert tempo == pytest.approx(120.0, rel=0.05)
    assert pause_rate == pytest.approx(7 / 3.65, rel=0.05)
    assert 0.5 < pause_share < 0.7


def test_tempo_and_onset_strength_are_librosas(clip: np.ndarray) -> None:
    frames = {"sr": 16000, "hop_length": 256}
    strength = librosa.onset.onset_strength(y=clip, n_fft=1024, **frames)
    onsets = librosa.onset.onset_detect(onset_envelope=strength, units="frames", **frames)
    expected = [len(onsets) / (len(strength) * 0.016), strength.mean(), strength.std()]
    expected += [librosa.feature.tempo(onset_envelope=strength, **frames)[0]]
    np.testing.assert_allclose(extract(clip, ["rhythm"])["rhythm"][:4], expected, rtol=1e-4)


def test_another_sample_rate_is_resampled() -> None:
    at_16k = extract(voice(1.0, 131.0), ["rms", "spectral_centroid"])
    at_48k = extract(voice(1.0, 131.0, sample_rate=48000), ["rms", "spectral_centroid"], sample_rate=48000)
    assert at_48k["rms"].shape == at_16k["rms"].shape
    np.testing.assert_allclose(at_48k["rms"], at_16k["rms"], rtol=0.15)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6000), st.integers(0, 2**32 - 1), st.floats(1e-4, 1.0))
def test_noise_of_any_length_and_gain_gives_finite_values_within_range(n: int, seed: int, gain: float) -> None:
    samples = gain * np.random.default_rng(seed).uniform(-1.0, 1.0, n)
    found = extract(samples, FAST)
    assert all(np.isfinite(values).all() for values in found.values())
    assert found["zero_crossing_rate"].min() >= 0.0 and found["zero_crossing_rate"].max() <= 1.0
    assert found["spectral_flatness"].min() >= 0.0 and found["spectral_flatness"].max() <= 1.0 + 1e-5
    assert found["spectral_rolloff"].max() <= 8000.0 and found["spectral_centroid"].max() <= 8000.0
    assert np.abs(found["tonnetz"]).max() <= 1.0 + 1e-6
    assert found["chroma_stft"].min() >= 0.0 and found["chroma_stft"].max() <= 1.0 + 1e-6


@pytest.mark.parametrize(
    "samples", [np.zeros((2, 100)), np.zeros(0), np.array([0.0, np.nan])], ids=["stereo", "empty", "nan"]
)
def test_bad_samples_are_refused(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one channel of at least one sample"):
        extract(samples)


def test_an_unknown_descriptor_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no descriptor called 'loudnes'.*spectral_contrast"):
        extract(np.zeros(100), ["loudnes"])


@pytest.mark.parametrize(
    "wrong",
    [{"tonnetz": "fast"}, {"n_mfcc": 200}, {"win_length": 4096}, {"f0_min": 600.0}, {"hop_length": 0}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_contradicting_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        dataclasses.replace(SpectralSpec(), **wrong)  # type: ignore[arg-type]


def test_descriptors_that_a_specification_cannot_give_say_why() -> None:
    with pytest.raises(ValueError, match="at least 100 mel bands"):
        extract(np.zeros(2000), ["mfcc_100"], SpectralSpec(n_mels=64))
    with pytest.raises(ValueError, match="sample rate above 12800 Hz"):
        extract(np.zeros(2000), ["spectral_contrast"], SpectralSpec(sample_rate=8000), sample_rate=8000)


def test_a_specification_survives_json() -> None:
    spec = SpectralSpec(n_fft=2048, tuning=0.1)
    assert SpectralSpec(**spec.to_dict()) == spec
