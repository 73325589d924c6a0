"""What is done to a sound before its descriptors: rumble, noise and level are what was asked for, and silence stays silence."""

import numpy as np
import pytest

from ser_core import audio, settings
from ser_core.features.conditioned import conditioned

RATE = audio.SAMPLE_RATE


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    sound = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac").samples
    # As a microphone has it: never silent, so that nothing is trimmed.
    return (sound + np.random.default_rng(2).normal(scale=1e-3, size=len(sound))).astype(np.float32)


def power_db(samples: np.ndarray) -> float:
    return float(10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def octaves_db(samples: np.ndarray, *edges_hz: float) -> list[float]:
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return [float(10 * np.log10(power[(hz >= low) & (hz < 2 * low)].sum())) for low in edges_hz]


@pytest.mark.parametrize("which", ["room_snr_db", "hiss_snr_db"])
def test_noise_lies_as_far_below_the_sound_as_it_says(which: str, voice: np.ndarray) -> None:
    plain = conditioned(voice, 40.0).astype(np.float64)
    added = conditioned(voice, 40.0, **{which: 20.0}) - plain
    assert power_db(plain) - power_db(added) == pytest.approx(20.0, abs=0.1)
    # From one octave to the next white noise has twice the power, brown noise half.
    low, high = octaves_db(added, 1000.0, 2000.0)
    assert high - low == pytest.approx(3.0 if which == "hiss_snr_db" else -3.0, abs=0.5)


@pytest.mark.parametrize(("hz", "centre"), [(0.0, 0.1), (20.0, 0.05), (50.0, 0.0)], ids=["off centre", "rumble", "hum"])
def test_what_lies_below_a_voice_changes_nothing(hz: float, centre: float, voice: np.ndarray) -> None:
    below = centre + 0.1 * np.sin(2 * np.pi * hz * np.arange(len(voice)) / RATE)
    plain = conditioned(voice, 120.0, highpass_hz=70.0)
    found = conditioned((voice + below).astype(np.float32), 120.0, highpass_hz=70.0)
    middle = slice(RATE // 4, -RATE // 4)
    assert power_db((voice + below)[middle] - voice[middle]) - power_db((found - plain)[middle]) > 20.0
    # The voice itself stays.
    assert power_db(plain) == pytest.approx(power_db(voice), abs=0.3)


@pytest.mark.parametrize("gain_db", [-40.0, 6.0])
def test_the_level_is_the_one_asked_for(gain_db: float, voice: np.ndarray) -> None:
    louder = (voice * 10.0 ** (gain_db / 20.0)).astype(np.float32)
    assert power_db(conditioned(louder, 40.0, room_snr_db=15.0, level_dbfs=-26.0)) == pytest.approx(-26.0, abs=0.01)


def test_what_counts_as_silence_does_not_hang_on_the_level(voice: np.ndarray) -> None:
    pause = np.random.default_rng(3).normal(scale=1e-3, size=RATE)
    sound = np.concatenate([pause, voice, pause]).astype(np.float32)
    quiet = (sound * 10.0 ** (-40.0 / 20.0)).astype(np.float32)
    loud = conditioned(sound, 60.0, level_dbfs=-26.0)
    np.testing.assert_allclose(conditioned(quiet, 60.0, level_dbfs=-26.0), loud, atol=1e-6)


@pytest.mark.parametrize("n", [1, 7, 512, RATE])
def test_silence_stays_silence_and_short_sounds_sounds(n: int) -> None:
    everything = {"highpass_hz": 70.0, "room_snr_db": 15.0, "hiss_snr_db": 25.0, "level_dbfs": -26.0}
    silent = conditioned(np.zeros(n, np.float32), 40.0, **everything)
    assert not silent.any()
    click = np.zeros(n, np.float32)
    click[n // 2] = 0.5
    found = conditioned(click, 40.0, **everything)
    assert found.dtype == np.float32 and 0 < len(found) <= n and np.isfinite(found).all()
    np.testing.assert_array_equal(found, conditioned(click, 40.0, **everything))
