"""Windows of a stream: where they lie, that the model says of them what it says of a file, and what a slow machine leaves out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ser_core import audio, runs, streaming
from ser_core.predictor import Predictor
from ser_core.streaming import Chunk, Entry, Listener
from ser_core.streaming.judge import SMOOTHING_S

RATE = audio.SAMPLE_RATE


def heard(predictor: Predictor, chunks: list[Chunk]) -> list[Entry]:
    listener = Listener(predictor, clock=lambda: 0.0)
    return [entry for chunk in chunks for entry in listener.hear(chunk, 0.0)] + listener.finish(0.0)


def frames(samples: np.ndarray, rate: int = RATE, seconds: float = 0.02) -> list[Chunk]:
    n = round(seconds * rate)
    return [Chunk(samples[k : k + n], rate, k / rate) for k in range(0, len(samples), n)]


def test_a_window_every_half_second_that_grows_to_three(predictor: Predictor, speech: np.ndarray) -> None:
    found = heard(predictor, frames(speech[: 5 * RATE]))
    assert [(entry.first / RATE, entry.end_s) for entry in found] == [
        (0.0, 2.0),
        (0.0, 2.5),
        (0.0, 3.0),
        (0.5, 3.5),
        (1.0, 4.0),
        (1.5, 4.5),
        (2.0, 5.0),
    ]


def test_a_network_of_vectors_is_given_as_long_a_window(speech: np.ndarray) -> None:
    found = heard(Predictor(runs.find("paper")), frames(speech[: 4 * RATE]))
    assert [entry.last - entry.first + 1 for entry in found] == [round(s * RATE) for s in (2.0, 2.5, 3.0, 3.0, 3.0)]


def test_each_window_is_judged_as_a_file_of_it(predictor: Predictor, speech: np.ndarray) -> None:
    stream = np.r_[speech[: 3 * RATE], np.zeros(4 * RATE, np.float32), speech[3 * RATE : 6 * RATE]]
    at_48 = audio.resample(stream, RATE, 48_000)
    sound = np.clip(audio.resample(at_48, 48_000, RATE), -1, 1)
    found = heard(predictor, frames(at_48, 48_000))
    assert len(found) == 17
    for entry in found:
        wav = audio.encode_wav(sound[entry.first : entry.last + 1], subtype="FLOAT")
        alone = predictor.predict(audio.decode(wav, name="window.wav"))
        assert (entry.label, entry.decision) == (alone.label, alone.decision)
        assert entry.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
    silent = [entry for entry in found if 3.8 <= entry.end_s - 0.0 <= 7.0]
    assert silent and all(entry.state == streaming.NO_SPEECH for entry in silent)
    assert found[0].state != streaming.NO_SPEECH and found[-1].state != streaming.NO_SPEECH


@pytest.mark.parametrize("seconds", [0.003, 0.02, 0.7, 60.0])
def test_bursts_are_heard_as_what_comes_in_time(predictor: Predictor, speech: np.ndarray, seconds: float) -> None:
    stream = speech[: 4 * RATE]
    expected = heard(predictor, frames(stream, seconds=0.1))
    found = heard(predictor, frames(stream, seconds=seconds))
    assert [entry.last for entry in found] == [entry.last for entry in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.smoothed == pytest.approx(other.smoothed, nan_ok=True) and one.state == other.state


def test_no_window_spans_a_gap(predictor: Predictor, speech: np.ndarray) -> None:
    before, after = frames(speech[: round(3.3 * RATE)]), frames(speech[: 4 * RATE])
    late = [Chunk(one.samples, one.rate, (one.at_s or 0.0) + 8.0) for one in after]
    found = heard(predictor, before + late)
    border = round(3.3 * RATE)
    assert all(entry.last < border or entry.first >= border for entry in found)
    assert min(entry.last + 1 - entry.first for entry in found) >= 2 * RATE
    assert any(entry.first == border for entry in found)


def test_smoothing_is_exponential_and_begins_anew_after_silence(predictor: Predictor, speech: np.ndarray) -> None:
    silence = np.zeros(5 * RATE, np.float32)
    found = heard(predictor, frames(np.r_[speech[: 4 * RATE], silence, speech[: 4 * RATE]]))
    share = 1 - math.exp(-streaming.HOP_S / SMOOTHING_S)
    before: Entry | None = None
    for entry in found:
        if entry.state == streaming.NO_SPEECH:
            assert np.isnan(entry.smoothed).all()
        elif before is None or before.state == streaming.NO_SPEECH:
            assert entry.smoothed == pytest.approx(entry.probabilities, abs=1e-6)
        else:
            expected = before.smoothed + share * (entry.probabilities - before.smoothed)
            assert entry.smoothed == pytest.approx(expected, abs=1e-6)
            sure = entry.smoothed.max() >= predictor.threshold
            assert entry.state == (streaming.EMOTION if sure else streaming.UNCERTAIN)
        before = entry
    assert {entry.state for entry in found} >= {streaming.NO_SPEECH, streaming.EMOTION}


def test_when_late_the_newest_window_wins(predictor: Predictor, speech: np.ndarray) -> None:
    """All came 5 s ago: of what waits only the newest window is judged, and the others are counted."""
    listener = Listener(predictor, clock=lambda: 5.0)
    chunks = frames(speech[: 5 * RATE])
    found = []
    for k, chunk in enumerate(chunks):
        found += listener.hear(chunk, 0.0, newer_s=0.02 * (len(chunks) - 1 - k))
    assert [entry.end_s for entry in found] == [5.0]
    assert listener.skipped == 6 and found[0].latency_s == 5.0
