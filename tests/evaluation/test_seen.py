"""Was it in the training? By a clip's id, by the hash of an uploaded copy, by whoever speaks in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ser_core import settings
from ser_core.corpora.base import index
from ser_core.evaluation import on_corpus, seen
from ser_core.runs import Run, RunError, weightless

#: By speaker, with a validation part: a shipped model may be refitted on that too.
TRAINED = Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers")
BY_CLIP = Run(settings.ARTIFACTS / "results" / "svm-clips")


def row(run: Run, part: str) -> pd.Series:
    return run.split[run.split["part"] == part].iloc[0]


@pytest.mark.parametrize(("part", "words"), [("train", "trained on this clip"), ("validation", "chosen on this clip")])
def test_a_clip_is_known_by_its_id_and_by_its_hash(part: str, words: str) -> None:
    one = row(TRAINED, part)
    for found in (seen.of(TRAINED, clip=one["clip"]), seen.of(TRAINED, digest=one["pcm16_sha256_16"])):
        assert found is not None and found.words == words
        assert found.sentence == f"This model was {words}."


def test_test_rows_say_nothing() -> None:
    one = row(TRAINED, "test")
    assert seen.of(TRAINED, clip=one["clip"], speaker=one["speaker"]) is None
    assert seen.of(TRAINED, digest=one["pcm16_sha256_16"]) is None


def _without(tmp_path: Path, clip: str) -> Run:
    """The run as if one clip had been no part of its corpus."""
    run = weightless(TRAINED, tmp_path / "run")
    run.write_table("split.csv", run.split[run.split["clip"] != clip])
    return Run(run.path)


@pytest.mark.parametrize(
    ("part", "words"), [("train", "trained on this speaker"), ("validation", "chosen on this speaker")]
)
def test_another_clip_of_a_heard_speaker_is_known_by_name_and_by_the_carried_index(
    tmp_path: Path, part: str, words: str
) -> None:
    clip = row(TRAINED, part)["clip"]
    run = _without(tmp_path, clip)
    digest = index("crema-d")[clip.removeprefix("crema-d/")].pcm16_sha256_16
    for found in (
        seen.of(run, clip=clip),
        seen.of(run, clip=clip, speaker=clip[8:12]),
        seen.of(run, digest=digest),
        seen.of(run, clip="mine/copy.wav", digest=digest),
    ):
        assert found is not None and found.words == words


def test_nothing_is_said_of_what_nobody_knows() -> None:
    assert seen.of(TRAINED) is None
    assert seen.of(TRAINED, digest="0" * 16) is None
    # Speaker 1001 of one's own corpus is another person.
    assert seen.of(TRAINED, clip="mine/a.wav", speaker="1001") is None


def test_a_split_by_clips_knows_the_speakers_of_its_test_clips() -> None:
    found = seen.of(BY_CLIP, clip=row(BY_CLIP, "test")["clip"])
    assert found is not None and found.words == "trained on this speaker"


def test_a_copy_of_a_train_clip_counts_as_that_clip() -> None:
    found = seen.of(TRAINED, clip=f"{row(TRAINED, 'train')['clip']}#copy2")
    assert found is not None and found.words == "trained on this clip"


def test_a_run_without_a_split_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no split\.csv"):
        seen.of(Run(tmp_path), clip="crema-d/x")


def test_an_evaluation_leaves_out_copies_under_another_name() -> None:
    heard, unheard = row(TRAINED, "train"), row(TRAINED, "test")
    clips = pd.DataFrame({"clip": ["mine/a.wav", "mine/b.wav"], "speaker": ["x", "x"]})
    hashes = {"mine/a.wav": heard["pcm16_sha256_16"], "mine/b.wav": unheard["pcm16_sha256_16"]}
    assert on_corpus.seen_by(TRAINED, clips).tolist() == [False, False]
    assert on_corpus.seen_by(TRAINED, clips, hashes).tolist() == [True, False]
    own = TRAINED.split.sample(300, random_state=0)
    assert on_corpus.seen_by(TRAINED, own).tolist() == (own["part"] != "test").tolist()
