"""A speaker's profile grows from recording to recording, and what was answered stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import audio, runs, settings
from ser_core.personal.speaker import ALIKE_ANSWERS, MOST, Speaker
from ser_core.predictor import Predictor

VOICES = settings.ARTIFACTS / "samples" / "voices"
CLIPS = {name: audio.decode(VOICES / f"{name}.flac") for name in ("anger-1", "neutral-1", "sadness-1")}
FIRST, SECOND, THIRD = CLIPS


@pytest.fixture(scope="module")
def model() -> Predictor:
    return Predictor(runs.find("accurate"))


def heard(model: Predictor, *names: str) -> Speaker:
    speaker = Speaker()
    for name in names:
        speaker.begin(name)
        speaker.add(name, model, model.speech_of(CLIPS[name]))
    return speaker


def same(model: Predictor, speaker: Speaker, name: str, *by: str) -> bool:
    profile, wanted = speaker.profile(model, name), model.profile_of([CLIPS[other] for other in by])
    assert profile is not None and (profile.clips, profile.source) == (len(by), wanted.source)
    assert profile.seconds == pytest.approx(wanted.seconds)
    return bool(np.allclose(profile.statistics, wanted.statistics, rtol=1e-5, atol=1e-5))


def test_each_recording_goes_by_those_before_it(model: Predictor) -> None:
    speaker = heard(model, FIRST, SECOND, THIRD)
    assert speaker.profile(model, FIRST) is None
    assert same(model, speaker, SECOND, FIRST)
    assert same(model, speaker, THIRD, FIRST, SECOND)
    assert [speaker.later(name) for name in CLIPS] == [2, 1, 0]


def test_judging_again_goes_by_all_others_and_never_by_itself(model: Predictor) -> None:
    speaker = heard(model, FIRST, SECOND, THIRD)
    speaker.judge_again(FIRST)
    assert same(model, speaker, FIRST, SECOND, THIRD) and speaker.later(FIRST) == 0
    assert same(model, speaker, SECOND, FIRST), "no other answer is rewritten"


def test_what_is_anothers_counts_no_more(model: Predictor) -> None:
    speaker = heard(model, FIRST, SECOND, THIRD)
    speaker.drop(FIRST)
    assert not speaker.knows(FIRST) and same(model, speaker, THIRD, SECOND)


def test_silence_adds_nothing_and_is_not_asked_for_again(model: Predictor) -> None:
    speaker = Speaker()
    silent = audio.Clip(np.zeros(2 * audio.SAMPLE_RATE, np.float32), audio.SAMPLE_RATE, 1, "", "silence")
    assert speaker.lacks("silence", model)
    speaker.add("silence", model, model.speech_of(silent))
    assert speaker.profile(model) is None and not speaker.lacks("silence", model)


def test_a_kept_profile_is_gone_on_with(model: Predictor) -> None:
    kept = model.profile_of([CLIPS[FIRST], CLIPS[SECOND]])
    speaker = Speaker([kept])
    speaker.begin(THIRD)
    assert same(model, speaker, THIRD, FIRST, SECOND)
    speaker.add(THIRD, model, model.speech_of(CLIPS[THIRD]))
    whole = speaker.profile(model)
    assert whole is not None and whole.clips == 3
    np.testing.assert_allclose(whole.statistics, model.profile_of(CLIPS.values()).statistics, rtol=1e-4, atol=1e-4)


def test_a_speaker_does_not_grow_without_end(model: Predictor) -> None:
    speaker, speech = Speaker(), model.speech_of(CLIPS[FIRST])
    for number in range(MOST + 5):
        speaker.add(str(number), model, speech)
    profile = speaker.profile(model)
    assert profile is not None and profile.clips == MOST


def test_a_speaker_of_whom_all_is_called_alike_is_noticed() -> None:
    speaker = Speaker()
    for number in range(ALIKE_ANSWERS):
        assert not speaker.alike
        speaker.note(str(number), "sadness")
    assert speaker.alike == "sadness"
    for number in range(2):
        speaker.note(f"other-{number}", "anger")
    assert not speaker.alike
