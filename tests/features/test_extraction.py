"""A sound's features are extracted once, remembered within bounds, and parts are cut out of the whole where they may be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ser_core import audio, runs, settings
from ser_core.features import extraction, sets, sources
from ser_core.features.extraction import Extractions
from ser_core.features.logmel import LogMelSpec
from ser_core.predictor import Predictor
from tests import made

SOURCE = sources.LogMelSource()
VOICES = [made.voice(120 + 10 * k, 0.8, 4, 0.5, np.random.default_rng(k)) for k in range(6)]


def test_what_was_extracted_is_not_extracted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, asked = Extractions(), []
    real = sources.LogMelSource.extract
    monkeypatch.setattr(sources.LogMelSource, "extract", lambda self, s: asked.append(1) or real(self, s))
    first = kept.of(SOURCE, VOICES[0])
    assert kept.of(SOURCE, VOICES[0].copy()) is first and len(asked) == 1
    np.testing.assert_array_equal(first, sources.extracted(SOURCE, VOICES[0]))
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 0.0
    del asked[:]
    kept.of(sources.LogMelSource(trim_db=30.0), VOICES[0])
    kept.of(SOURCE, VOICES[0] * np.float32(0.5))
    assert len(asked) == 2


def test_another_door_for_sound_is_another_extraction(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Extractions()
    first = kept.of(SOURCE, VOICES[0])
    monkeypatch.setattr(audio, "VERSION", audio.VERSION + 1)
    assert kept.of(SOURCE, VOICES[0]) is not first


def test_it_holds_what_was_asked_for_last_and_no_more_than_allowed() -> None:
    each = [sources.extracted(SOURCE, voice).nbytes for voice in VOICES]
    kept = Extractions(most_bytes=sum(each[:3]))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda k: kept.of(SOURCE, VOICES[k % 6]), range(60)))
    for k, features in enumerate(found):
        np.testing.assert_array_equal(features, sources.extracted(SOURCE, VOICES[k % 6]))
    assert kept._bytes == sum(one.nbytes for one in kept._kept.values()) <= kept.most_bytes
    first = kept.of(SOURCE, VOICES[0])
    kept.of(SOURCE, VOICES[1])
    assert kept.of(SOURCE, VOICES[0]) is first
    assert Extractions(most_bytes=10).of(SOURCE, VOICES[0]).shape == first.shape


@pytest.mark.parametrize("spec", [LogMelSpec(), LogMelSpec(n_fft=1024, win_length=640, n_mels=80)])
@pytest.mark.parametrize(
    ("start", "n"), [(0, 20000), (8000, 20000), (8000, 20123), (8123, 20000), (8000, 1000), (40000, 9)]
)
def test_a_part_cut_out_of_the_whole_is_the_part_alone(spec: LogMelSpec, start: int, n: int) -> None:
    source = sources.LogMelSource(spec)
    whole = np.concatenate(VOICES)
    part = whole[start : start + n]
    found = source.part(part, start, lambda: source.extract(whole))
    assert found.shape == source.extract(part).shape
    np.testing.assert_allclose(found, source.extract(part), atol=2e-3)


@pytest.mark.parametrize("name", ["accurate", "fast", "paper"])
def test_a_timeline_says_what_each_of_its_windows_says_alone(name: str) -> None:
    predictor = Predictor(runs.find(name))
    voice = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac")
    samples = np.tile(voice.samples, 2)[: 5 * audio.SAMPLE_RATE + 77]
    along = predictor.timeline(audio.Clip(samples, audio.SAMPLE_RATE, 1, "", "twice"))
    assert len(along.start_s) == 7
    for start, end, found in zip(along.start_s, along.end_s, along.probabilities, strict=True):
        window = samples[round(start * audio.SAMPLE_RATE) : round(end * audio.SAMPLE_RATE)]
        np.testing.assert_allclose(found, predictor.windows(window)[0].mean(axis=0), atol=1e-3)


def test_vectors_are_extracted_part_by_part() -> None:
    whole = np.concatenate(VOICES)
    inputs = sets.named("mfcc-20").inputs
    (first, second) = extraction.of_parts(inputs, whole, [(0, 16000), (8000, 24000)])
    np.testing.assert_array_equal(first["mfcc_20"], sources.extracted(inputs[0].source, whole[:16000]))
    assert not np.array_equal(first["mfcc_20"], second["mfcc_20"])
