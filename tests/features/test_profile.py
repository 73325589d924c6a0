"""A voice profile says what a speaker's clips hold, and nothing else: not their silence, not their order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ser_core.features import logmel, profile, sets, sources
from tests import made

SOURCE = sets.named("logmel-40ms").inputs[0].source
assert isinstance(SOURCE, sources.LogMelSource)
VECTOR = sets.named("whisper").inputs[0].source


def voice(seed: int, seconds: float = 1.5, level: float = 0.4) -> np.ndarray:
    return made.voice(150.0, level, 5.0, seconds, np.random.default_rng(seed))


def features(*samples: np.ndarray) -> list[tuple[np.ndarray, float]]:
    return [(SOURCE.extract(one), profile.speech_s(one)) for one in samples]


def test_it_is_the_mean_and_deviation_of_all_frames_of_speech() -> None:
    clips = features(voice(0), voice(1), voice(2))
    found = profile.of_features(clips, SOURCE)
    frames = []
    for clip, _ in clips:
        level = 10 * np.log10((10.0 ** (clip / 10.0)).sum(axis=1))
        frames.append(np.maximum(clip[level >= level.max() - 40.0], clip.max() - logmel.RANGE_DB))
    joined = np.concatenate(frames).astype(float)
    np.testing.assert_allclose(found.means, joined.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.deviations, joined.std(axis=0), rtol=1e-4)
    assert found.seconds == pytest.approx(len(joined) * SOURCE.hop_s)
    assert found.statistics.shape == (2, 80) and found.source == sources.spec_hash(SOURCE)


def test_a_gain_moves_the_means_and_silence_changes_nothing() -> None:
    plain = profile.of_features(features(voice(0, 3.0)), SOURCE)
    louder = profile.of_features(features(voice(0, 3.0) * 2.0), SOURCE)
    np.testing.assert_allclose(louder.means - plain.means, 20 * np.log10(2.0), atol=1e-3)
    np.testing.assert_allclose(louder.deviations, plain.deviations, atol=1e-3)
    silence = np.zeros(5 * 16000, np.float32)
    padded = profile.of_features(features(np.concatenate([silence, voice(0, 3.0), silence]), silence), SOURCE)
    np.testing.assert_allclose(padded.means, plain.means, atol=0.5)
    assert padded.seconds == pytest.approx(plain.seconds, abs=0.1)


def test_too_little_speech_says_how_much_there_is() -> None:
    with pytest.raises(profile.ProfileError, match=r"at least 0\.5 s of speech; these clips hold 0\.\d s"):
        profile.of_features(features(voice(0, 0.3)), SOURCE)
    for nothing in ([], features(np.zeros(32000, np.float32))):
        with pytest.raises(profile.ProfileError, match=r"hold 0\.0 s"):
            profile.of_features(nothing, SOURCE)


def test_an_empty_band_does_not_decide_alone() -> None:
    clip = features(voice(0))[0][0]
    clip[:, -1] = clip.max() - 200.0
    assert profile.of_features([(clip, 1.5)], SOURCE).deviations[-1] == SOURCE.least_deviation


def test_the_weight_grows_with_the_seconds() -> None:
    assert profile.weight(0.0) == 0.0 and profile.weight(profile.HALF_WEIGHT_S) == 0.5
    assert np.all(np.diff(profile.weight(np.linspace(0.0, 100.0, 50))) > 0) and profile.weight(1e6) < 1.0


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = profile.of_features(features(voice(0), voice(1)), SOURCE)
    found.save(tmp_path / "p.json")
    read = profile.load(tmp_path / "p.json")
    np.testing.assert_allclose(read.statistics, found.statistics, atol=1e-4)
    assert (read.seconds, read.source) == (pytest.approx(found.seconds, abs=1e-3), found.source)


@pytest.mark.parametrize(
    "change",
    [
        lambda stated: stated.pop("means"),
        lambda stated: stated.update(kind="recipe"),
        lambda stated: stated.update(seconds="long"),
        lambda stated: stated.update(seconds=-1),
        lambda stated: stated["means"].pop(),
        lambda stated: stated.update(deviations=[0.0] * 80),
        lambda stated: stated.update(means=[[1.0]] * 80),
        lambda stated: stated.update(means=[float("nan")] * 80),
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = tmp_path / "p.json"
    profile.of_features(features(voice(0)), SOURCE).save(path)
    stated = json.loads(path.read_text())
    change(stated)
    path.write_text(json.dumps(stated))
    with pytest.raises(profile.ProfileError, match=r"p\.json is (not a saved|a damaged) voice profile"):
        profile.load(path)


def test_what_is_no_profile_at_all_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\xff\x00")
    (tmp_path / "list.json").write_text("[]")
    for name in ("p.json", "list.json", "absent.json"):
        with pytest.raises(profile.ProfileError, match=rf"{name} is not a saved voice profile"):
            profile.load(tmp_path / name)


def test_a_profile_of_another_way_of_hearing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    profile.of_features(features(voice(0)), SOURCE).save(path)
    stated = json.loads(path.read_text())
    del stated["audio_version"]
    path.write_text(json.dumps(stated))
    with pytest.raises(profile.ProfileError, match="made by another version of this program"):
        profile.load(path)


def judged(strange: float) -> tuple[np.ndarray, np.ndarray, profile.BandSums]:
    """Two clips of a vector's features, what is said of them, and their sums."""
    random = np.random.default_rng(0)
    clips, said, seconds = (
        random.normal(size=(2, VECTOR.dims)),
        random.dirichlet([1.0, 1.0], size=2),
        np.array([2.0, 3.0]),
    )
    sums = profile.BandSums(
        seconds,
        seconds[:, None] * clips,
        seconds[:, None] * clips**2,
        1.0,
        1e-9,
        seconds[:, None] * said,
        strange * seconds,
    )
    return clips, said, sums


#: What two emotions add to the features.
ADDED = np.random.default_rng(1).normal(size=(2, VECTOR.dims))


def felt(said: np.ndarray) -> np.ndarray:
    return said @ ADDED


def test_a_profile_is_of_the_voice_without_what_its_clips_were_felt_with() -> None:
    clips, said, sums = judged(strange=0.0)
    made = profile.of_sums(sums, VECTOR, felt)
    np.testing.assert_allclose(
        made.means, np.average(clips - said @ ADDED, axis=0, weights=[2.0, 3.0]), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(made.deviations, profile.of_sums(sums, VECTOR).deviations)
    np.testing.assert_allclose(profile.of_sums(sums.merged(), VECTOR, felt).means, made.means)


def test_of_a_voice_that_is_strange_to_the_model_nothing_is_taken_out() -> None:
    clips, _, sums = judged(strange=1.0)
    made = profile.of_sums(sums, VECTOR, felt)
    np.testing.assert_allclose(made.means, np.average(clips, axis=0, weights=[2.0, 3.0]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("strange", [0.0, 1.0])
def test_more_is_added_to_a_saved_profile_as_to_its_clips(tmp_path: Path, strange: float) -> None:
    _, _, sums = judged(strange)
    first, second = sums._each(lambda values: values[:1]), sums._each(lambda values: values[1:])
    profile.of_sums(first, VECTOR, felt).save(tmp_path / "me.json")
    kept = profile.sums_of_profile(profile.load(tmp_path / "me.json"), VECTOR, felt)
    gone_on = profile.of_sums(profile.joined([kept, second], VECTOR), VECTOR, felt)
    whole = profile.of_sums(sums, VECTOR, felt)
    np.testing.assert_allclose(gone_on.statistics, whole.statistics, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(gone_on.said, whole.said, rtol=1e-5)
