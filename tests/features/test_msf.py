"""Modulation spectral features: the golden numbers, the straightforward filterbank, and the properties to hold."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reference import msf_loops
from benchmarks.reference.voices import amplitude_modulated_tone, voice
from ser_core import audio
from ser_core.features import msf
from ser_core.features.msf import energies, measures

WU, SRMR, NAIVE = (msf.PRESETS[name] for name in ("wu", "srmr", "naive"))

# A tone at 1 kHz, modulated by 80 % at the rate that leads each row: its shares of 4, 8, 16, 32, 64 Hz.
PROFILES = {
    4: [0.8907, 0.0892, 0.0156, 0.0036, 0.0009],
    8: [0.0816, 0.8189, 0.0819, 0.0143, 0.0033],
    16: [0.0142, 0.0810, 0.8096, 0.0810, 0.0142],
    32: [0.0034, 0.0143, 0.0818, 0.8180, 0.0826],
    64: [0.0010, 0.0036, 0.0156, 0.0891, 0.8907],
}


def profile(energy: np.ndarray) -> np.ndarray:
    """Return the modulation profile from frame 5 on: shares of the modulation bands, summed over the acoustic ones."""
    mean = energy[..., 5:].mean(axis=2)
    return mean.sum(axis=0) / mean.sum()


@pytest.fixture(scope="module")
def beating() -> msf.Msf:
    return msf.describe(amplitude_modulated_tone(8), 8000)


def test_acoustic_centres() -> None:
    expected = [125.00, 174.35, 230.59, 294.67, 367.69, 450.89, 545.69, 653.73, 776.82, 917.09]
    expected += [1076.92, 1259.05, 1466.58, 1703.05, 1972.51, 2279.56, 2629.42, 3028.09, 3482.36]
    centres = msf.gammatone_centres(125.0, 4000.0, 19)
    np.testing.assert_allclose(centres, expected, atol=0.005)
    np.testing.assert_allclose(WU.acoustic_hz, centres)
    np.testing.assert_allclose(msf.erb(centres[[0, -1]]), [38.19, 400.58], atol=0.005)


def test_modulation_centres() -> None:
    np.testing.assert_allclose(WU.modulation_hz, [4, 8, 16, 32, 64])
    np.testing.assert_allclose(SRMR.modulation_hz, [4, 6.563, 10.767, 17.665, 28.983, 47.552, 78.017, 128], atol=0.0005)


@pytest.mark.parametrize("rate", PROFILES)
def test_profile_of_a_beating_tone(rate: int) -> None:
    found = energies.frame_energies(amplitude_modulated_tone(rate), WU)
    assert found.shape == (19, 5, 28)
    np.testing.assert_allclose(profile(found), PROFILES[rate], atol=6e-5)
    assert found[..., 5:].sum(axis=(1, 2)).argmax() == 10  # band 11, 1076.9 Hz
    assert WU.modulation_hz[profile(found).argmax()] == rate


@pytest.mark.parametrize("rate", PROFILES)
def test_profile_survives_the_way_through_16_khz(rate: int) -> None:
    at_16k = audio.resample(amplitude_modulated_tone(rate), 8000, 16000)
    found = msf.describe(at_16k)
    np.testing.assert_allclose(profile(found.energy), PROFILES[rate], atol=0.005)
    if rate == 8:
        np.testing.assert_allclose(found.phi4[:, 10], [1.337124, 2.037797, 2.037744, 2.038519], atol=0.02)


def test_measures_of_a_beating_tone(beating: msf.Msf) -> None:
    def at_frame_10(values: np.ndarray, expected: list[float]) -> None:
        np.testing.assert_allclose(values[:, 10], expected, atol=1e-5)

    at_frame_10(beating.phi1, [0.004344, 0.043052, 0.004310, 0.000752, 0.000173])
    at_frame_10(beating.phi3, [10.617855, 10.617781, 10.617669, 10.617822, 10.617834])
    at_frame_10(beating.phi4, [1.337124, 2.037797, 2.037744, 2.038519])
    at_frame_10(beating.phi5, [0.0, -0.037752, -0.058470, -0.000002])
    at_frame_10(beating.phi6, [0.0, 0.109614, 0.169759, 0.000005])


def test_shapes_units_and_the_order_of_the_vector(beating: msf.Msf) -> None:
    assert beating.energy.shape == (19, 5, 28)
    np.testing.assert_allclose(beating.energy.sum(axis=(0, 1)), 1.0)
    np.testing.assert_allclose(beating.times_s, 0.128 + 0.064 * np.arange(28))
    shapes = {"phi1": 5, "phi2": 5, "phi3": 5, "phi4": 4, "phi5": 4, "phi6": 4, "lpcc": 18}
    assert {name: getattr(beating, name).shape for name in shapes} == {
        name: (rows, 28) for name, rows in shapes.items()
    }
    odd = [0, 2, 4]
    frames = [
        beating.phi1,
        beating.phi2[odd],
        beating.phi3[odd],
        beating.phi4,
        beating.phi5,
        beating.phi6,
        beating.lpcc,
    ]
    stacked = np.concatenate(frames)
    np.testing.assert_allclose(beating.vector, [*stacked.mean(axis=1), *stacked.std(axis=1)])
    assert beating.vector.shape == (82,)
    assert msf.describe(voice(1.0, 131.0), 16000, SRMR).vector.shape == (2 * (8 + 4 + 4 + 3 * 4 + 4 * 6),)


def test_flatness_is_one_for_equal_energies_and_none_for_a_single_band() -> None:
    np.testing.assert_allclose(measures.flatness(np.full((19, 5, 2), 1 / 95)), 1.0)
    single = np.zeros((19, 5, 1))
    single[3] = 0.2
    assert measures.flatness(single).max() < 1e-20


def test_prediction_cepstrum_recovers_an_all_pole_spectrum() -> None:
    """The cepstrum of G / A(z) with one pole p is ln G, p, p²/2, p³/3, ...; a dense grid leaves no aliasing."""
    pole, gain = 0.6, 0.25
    response = gain / np.abs(1.0 - pole * np.exp(-1j * np.pi * np.arange(257) / 256))
    found = measures.prediction_cepstrum(response[:, np.newaxis] ** 2, 5)[:, 0]
    np.testing.assert_allclose(found, [np.log(gain), *(pole**n / n for n in range(1, 6))], atol=1e-9)


@pytest.mark.parametrize("spec", [WU, SRMR], ids=["wu", "srmr"])
def test_equals_the_straightforward_filterbank(spec: msf.MsfSpec) -> None:
    clip = voice(2.0, 131.0, sample_rate=spec.sample_rate)
    found, _ = msf.modulation_energies(clip, spec.sample_rate, spec)
    np.testing.assert_allclose(found, msf_loops.unit_sum_energies(clip, spec), atol=1e-4)


def test_a_long_clip_equals_the_straightforward_filterbank_at_the_seams() -> None:
    """Through a transform of the whole clip its end reaches its beginning; pieces do not know the end."""
    clip = voice(28.0, 131.0, sample_rate=8000)
    found, _ = msf.modulation_energies(clip, 8000)
    expected = msf_loops.unit_sum_energies(clip, WU)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    np.testing.assert_allclose(found[..., 10:], expected[..., 10:], atol=1e-4)


@pytest.mark.parametrize("spec", msf.PRESETS.values(), ids=msf.PRESETS.keys())
@pytest.mark.parametrize("n", [1, 100, 4096, 4097, 5110, 5120, 12345])
def test_number_of_frames(spec: msf.MsfSpec, n: int) -> None:
    """At 16 kHz a frame has 4096 samples and a shift 1024; what is shorter is padded to one frame."""
    found = msf.describe(voice(1.0, 131.0)[:n], 16000, spec)
    frames = 1 if spec.method == "naive" else 1 + max(n - 4096, 0) // 1024
    assert found.energy.shape == (spec.bands, spec.modulations, frames)
    assert len(found.times_s) == frames and found.acoustic_hz.shape == (spec.bands,)
    np.testing.assert_allclose(found.energy.sum(axis=(0, 1)), 1.0)


def test_a_short_clip_is_padded_with_zeros() -> None:
    clip = voice(0.2, 131.0, sample_rate=8000)
    padded = np.pad(clip, (0, 2048 - len(clip)))
    np.testing.assert_array_equal(msf.describe(clip, 8000).vector, msf.describe(padded, 8000).vector)


@settings(max_examples=20, deadline=None)
@given(st.floats(-12.0, 6.0), st.sampled_from(list(msf.PRESETS)), st.integers(0, 100))
def test_gain_changes_nothing(decades: float, preset: str, seed: int) -> None:
    clip = voice(0.7, 131.0, seed).astype(np.float64)
    spec = msf.PRESETS[preset]
    loud = msf.describe(clip, 16000, spec)
    scaled = msf.describe(-clip * 10.0**decades, 16000, spec)
    np.testing.assert_allclose(scaled.energy, loud.energy, atol=1e-6)
    np.testing.assert_allclose(scaled.vector, loud.vector, atol=2e-4)


@pytest.mark.parametrize("spec", msf.PRESETS.values(), ids=msf.PRESETS.keys())
def test_silence_is_all_zeros(spec: msf.MsfSpec) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = msf.describe(np.zeros(16000), 16000, spec)
    assert all(not getattr(found, name).any() for name in ("energy", "phi1", "phi2", "phi3", "phi4", "phi5", "phi6"))
    assert not found.lpcc.any() and not found.vector.any()


def test_silent_frames_are_all_zeros_and_the_others_are_not() -> None:
    tone = amplitude_modulated_tone(8, seconds=1.0)
    clip = np.concatenate([np.zeros(8000), tone, np.zeros(8000)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = msf.describe(clip, 8000)
    starts = 512 * np.arange(found.energy.shape[2])
    silent = (starts + 2048 <= 8000) | (starts >= 16000)
    assert 10 < silent.sum() < len(silent) - 10
    assert not found.energy[..., silent].any() and not found.lpcc[:, silent].any()
    np.testing.assert_allclose(found.energy[..., ~silent].sum(axis=(0, 1)), 1.0)


@pytest.mark.parametrize("spec", [WU, SRMR], ids=["wu", "srmr"])
def test_a_shift_of_64_ms_shifts_the_frames(spec: msf.MsfSpec) -> None:
    clip = voice(2.0, 131.0, sample_rate=spec.sample_rate)
    clip *= np.hanning(len(clip)) ** 0.25
    first, _ = msf.modulation_energies(clip, spec.sample_rate, spec)
    later, _ = msf.modulation_energies(np.pad(clip, (spec.hop, 0)), spec.sample_rate, spec)
    np.testing.assert_allclose(later[..., 1:], first, atol=2e-3)
    np.testing.assert_allclose(later[..., 6:], first[..., 5:], atol=2e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20000), st.integers(0, 2**32 - 1), st.sampled_from(list(msf.PRESETS)))
def test_noise_of_any_length_gives_finite_values_within_range(n: int, seed: int, preset: str) -> None:
    spec = msf.PRESETS[preset]
    found = msf.describe(np.random.default_rng(seed).uniform(-1.0, 1.0, n), 16000, spec)
    assert all(np.isfinite(getattr(found, field.name)).all() for field in dataclasses.fields(found))
    assert found.energy.min() >= 0.0
    assert found.phi2.min() >= 0.0 and found.phi2.max() <= 1.0 + 1e-9
    assert found.phi3.min() >= 1.0 and found.phi3.max() <= spec.bands
    assert found.phi4.min() >= 1.0 and found.phi4.max() <= spec.modulations


def test_the_naive_preset_finds_the_beat_too_but_not_the_papers_values() -> None:
    tone = amplitude_modulated_tone(16)
    naive = msf.describe(tone, 8000, NAIVE)
    assert naive.energy.shape == (19, 5, 1) and naive.vector.shape == (82,)
    assert naive.phi1[:, 0].argmax() == 2
    assert np.abs(naive.energy.sum(axis=(0, 2)) - PROFILES[16]).max() > 0.05


@pytest.mark.parametrize("spec", msf.PRESETS.values(), ids=msf.PRESETS.keys())
def test_steps_lead_from_the_sound_to_its_cells(spec: msf.MsfSpec) -> None:
    tone = amplitude_modulated_tone(8, sample_rate=spec.sample_rate)
    band = int(np.abs(spec.acoustic_hz - 1000.0).argmin())
    found = msf.steps(tone, spec.sample_rate, spec, band)
    assert found.band_hz == pytest.approx(spec.acoustic_hz[band])
    assert len(found.times_s) == len(found.filtered) == len(found.envelope) == len(tone)
    assert np.all(found.envelope >= np.abs(found.filtered) - 1e-4)
    inner = slice(len(tone) // 4, -len(tone) // 4)
    depth = np.ptp(found.envelope[inner]) / (found.envelope[inner].max() + found.envelope[inner].min())
    assert depth == pytest.approx(0.8, abs=0.05)
    assert found.spectrum_hz[found.spectrum.argmax()] == pytest.approx(8.0, abs=0.5)
    assert found.responses.shape == (spec.modulations, len(found.spectrum_hz))
    energy, times = msf.modulation_energies(tone, spec.sample_rate, spec)
    np.testing.assert_array_equal(found.cells, energy[band])
    np.testing.assert_array_equal(found.frame_times_s, times)


def test_the_responses_of_the_steps_peak_at_their_centres() -> None:
    found = msf.steps(np.ones(80000), 8000, WU, 0)
    np.testing.assert_allclose(found.responses.max(axis=1), 1.0, atol=1e-3)
    np.testing.assert_allclose(found.spectrum_hz[found.responses.argmax(axis=1)], WU.modulation_hz, atol=0.1)


@pytest.mark.parametrize(
    "samples", [np.zeros((2, 100)), np.zeros(0), np.array([0.0, np.inf])], ids=["stereo", "empty", "inf"]
)
def test_bad_samples_are_refused(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one channel of at least one sample"):
        msf.describe(samples)


def test_a_band_that_does_not_exist_is_refused() -> None:
    with pytest.raises(IndexError, match="bands 0 to 18, not 19"):
        msf.steps(np.ones(8000), 8000, WU, 19)


@pytest.mark.parametrize(
    "wrong", [{"method": "quick"}, {"bands": 20}, {"columns": (1, 6)}, {"low_hz": 4000.0}, {"hop_s": 0.1}]
)
def test_contradicting_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        dataclasses.replace(WU, **wrong)  # type: ignore[arg-type]
