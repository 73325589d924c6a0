"""One recording in two forms is told by its waveform, whatever was done to its level, rate and beginning; another take is not."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import audio
from ser_core.features import near_duplicates


def noise(seed: int, n: int = 16000) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def at(samples: np.ndarray, rate: int) -> np.ndarray:
    return audio.resample(audio.resample(samples, audio.SAMPLE_RATE, rate), rate, audio.SAMPLE_RATE)


@pytest.mark.parametrize(
    "changed", [lambda s: -0.3 * s, lambda s: np.concatenate([np.zeros(700), s]), lambda s: at(s, 8000)]
)
def test_level_polarity_shift_and_rate_leave_a_recording_what_it_is(changed: object) -> None:
    samples = noise(0)
    assert near_duplicates.agree(samples, changed(samples)) > 0.99  # type: ignore[operator]


def test_other_sounds_and_silence_agree_with_none() -> None:
    assert near_duplicates.agree(noise(0), noise(1)) < 0.1
    assert near_duplicates.agree(noise(0), np.zeros(16000)) == 0.0


def test_a_candidate_is_the_nearest_of_its_length_in_another_file() -> None:
    vectors = np.random.default_rng(0).standard_normal((40, 64))
    vectors[7] = vectors[3] + 0.1 * vectors[4]
    seconds = np.ones(40)
    files = [str(k) for k in range(40)]
    assert near_duplicates.candidates(vectors, seconds, files) == [(3, 7)]
    assert near_duplicates.candidates(vectors, np.where(np.arange(40) == 7, 2.0, 1.0), files) == []
    assert near_duplicates.candidates(vectors, seconds, ["3" if k == 7 else name for k, name in enumerate(files)]) == []
    assert near_duplicates.candidates(vectors[:7], seconds[:7], files[:7]) == []
