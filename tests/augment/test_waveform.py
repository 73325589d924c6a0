"""Sounds are changed as stated, by the same seed in the same way, and nobody else's random numbers are touched."""

import dataclasses
import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ser_core.augment import waveform
from ser_core.augment.waveform import NONE, SINGLE, WaveformAugmentation

RATE = 16000
TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def strongest_hz(samples: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * RATE / len(samples))


@pytest.mark.parametrize("name", [*SINGLE, "default"])
def test_a_seed_gives_one_sound_and_another_seed_another(name: str) -> None:
    augmentation = SINGLE[name] if name in SINGLE else WaveformAugmentation(p=1.0)
    first, again, other = (augmentation.apply(TONE, RATE, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)
    assert first.dtype == np.float32


def test_the_input_and_the_generators_of_others_stay_as_they_are() -> None:
    before = TONE.copy()
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    WaveformAugmentation(p=1.0).apply(TONE, RATE, 7)
    assert (random.random(), np.random.random()) == expected
    np.testing.assert_array_equal(TONE, before)


def test_none_and_a_probability_of_zero_change_nothing() -> None:
    for augmentation in (NONE, WaveformAugmentation(p=0.0)):
        np.testing.assert_array_equal(augmentation.apply(TONE, RATE, 0), TONE)


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_the_stated_level(seed: int) -> None:
    noise = SINGLE["noise"].apply(TONE, RATE, seed) - TONE
    low, high = SINGLE["noise"].noise_snr_db
    assert low - 0.3 < level_db(TONE) - level_db(noise) < high + 0.3


@pytest.mark.parametrize("seed", range(5))
def test_pitch_moves_within_its_range_and_the_length_stays(seed: int) -> None:
    changed = SINGLE["pitch"].apply(TONE, RATE, seed)
    assert len(changed) == len(TONE)
    assert abs(12 * np.log2(strongest_hz(changed) / 440)) <= SINGLE["pitch"].pitch_semitones + 0.1


@pytest.mark.parametrize("seed", range(5))
def test_stretch_changes_the_length_and_keeps_the_pitch(seed: int) -> None:
    changed = SINGLE["stretch"].apply(TONE, RATE, seed)
    assert 1 / 1.26 < len(changed) / len(TONE) < 1 / 0.74
    assert strongest_hz(changed) == pytest.approx(440, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_an_equalizer_colours_a_noise_and_keeps_its_length(seed: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * RATE).astype(np.float32)
    changed = SINGLE["equalizer"].apply(noise, RATE, seed)
    assert len(changed) == len(noise)
    spectra = [np.abs(np.fft.rfft(one))[:32000].reshape(32, -1) for one in (noise, changed)]
    before, after = (10 * np.log10(np.square(one).mean(axis=1)) for one in spectra)
    assert np.abs(after - before).max() > 1.0
    assert np.abs(after - before).max() < 4 * SINGLE["equalizer"].equalizer_db


@pytest.mark.parametrize("seed", range(5))
def test_gain_changes_the_level_alone(seed: int) -> None:
    changed = SINGLE["gain"].apply(TONE, RATE, seed)
    assert abs(level_db(changed) - level_db(TONE)) <= SINGLE["gain"].gain_db
    np.testing.assert_allclose(changed / np.abs(changed).max(), TONE / np.abs(TONE).max(), atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_shift_leaves_silence_behind(seed: int) -> None:
    changed = SINGLE["shift"].apply(np.ones(RATE, np.float32), RATE, seed)
    silent = np.flatnonzero(changed == 0)
    assert len(changed) == RATE
    assert len(silent) <= SINGLE["shift"].shift * RATE + 2
    assert changed[0] == 0 or changed[-1] == 0


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 3000), seed=st.integers(0, 2**40))
def test_any_length_survives(n: int, seed: int) -> None:
    changed = dataclasses.replace(waveform.WaveformAugmentation(), p=1.0).apply(TONE[:n], RATE, seed)
    assert changed.ndim == 1 and len(changed) and np.isfinite(changed).all()


def test_without_audiomentations_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "audiomentations", None)
    with pytest.raises(waveform.AugmentationError, match=r"pip install audiomentations.*copies=0"):
        SINGLE["noise"].apply(TONE, RATE, 0)


def test_copies_get_worse_or_are_of_another_voice_in_turn() -> None:
    augmentation = dataclasses.replace(NONE, degraded=("noise",), speeds=(1.25, 0.8))
    noisy, higher, lower, again = (augmentation.apply(TONE, RATE, seed=7, number=k) for k in range(4))
    assert strongest_hz(higher) == pytest.approx(440 * 1.25, rel=0.01) and len(higher) == round(len(TONE) / 1.25)
    assert strongest_hz(lower) == pytest.approx(440 * 0.8, rel=0.01) and len(lower) == round(len(TONE) / 0.8)
    # All clips of a speaker become the same other voice, whatever is drawn for each.
    np.testing.assert_array_equal(augmentation.apply(TONE, RATE, seed=8, number=1), higher)
    assert len(noisy) == len(TONE) and not np.array_equal(noisy, TONE)
    np.testing.assert_array_equal(again, noisy)
