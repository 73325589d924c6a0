"""What comes back from a representation resembles what went in, the more the more the representation keeps."""

import numpy as np
import pytest

from ser_core.features import logmel, resynthesis, spectral
from tests import made

VOICE = made.voice(180.0, 0.4, 4.0, 1.0, np.random.default_rng(0))


def distance_db(samples: np.ndarray) -> float:
    """Mean distance of two log-mel pictures where the voice sounds, levels aside."""
    wanted, found = logmel.extract(VOICE), logmel.extract(samples)
    n = min(len(wanted), len(found))
    difference = np.maximum(wanted[:n], -50) - np.maximum(found[:n], -50)
    loud = wanted[:n].max(axis=1) > -20
    return float(np.abs(difference[loud]).mean())


@pytest.fixture(scope="module")
def heard() -> dict[str, np.ndarray]:
    spec = spectral.SpectralSpec()
    mfcc = spectral.extract(VOICE, ["mfcc_100"], spec)["mfcc_100"]
    return {
        "logmel": resynthesis.from_logmel(logmel.extract(VOICE)),
        "mfcc-100": resynthesis.from_mfcc(mfcc),
        "mfcc-20": resynthesis.from_mfcc(mfcc[:20]),
    }


def test_the_sound_has_the_clips_length_and_range(heard: dict[str, np.ndarray]) -> None:
    for samples in heard.values():
        assert samples.dtype == np.float32 and samples.ndim == 1
        assert abs(len(samples) - len(VOICE)) <= 512
        assert np.abs(samples).max() <= 1.0


def test_a_mel_spectrogram_comes_back_almost_whole(heard: dict[str, np.ndarray]) -> None:
    assert distance_db(heard["logmel"]) < 3.0


def test_a_hundred_coefficients_keep_more_than_twenty(heard: dict[str, np.ndarray]) -> None:
    assert distance_db(heard["mfcc-100"]) < 0.8 * distance_db(heard["mfcc-20"])


def test_the_result_is_the_same_every_time(heard: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(resynthesis.from_logmel(logmel.extract(VOICE)), heard["logmel"])


def test_silence_stays_silent() -> None:
    quiet = np.zeros(4000, np.float32)
    assert np.abs(resynthesis.from_logmel(logmel.extract(quiet))).max() < 1e-3
    assert np.abs(resynthesis.from_mfcc(spectral.extract(quiet, ["mfcc"])["mfcc"])).max() < 1e-3
