"""Enrolment: the same clips are tested whatever a model is given, and it is given none of them."""

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest

from ser_core.cli.main import main
from ser_core.corpora.base import CorpusError
from ser_core.evaluation import enrolment, kept
from ser_core.evaluation.enrolment import Enrolment
from tests import made

EMOTIONS = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")
SENTENCES = (*made.SENTENCES, "TAI", "MTI")


def clips(speakers: tuple[str, ...] = ("01", "02"), each: int = 8) -> pd.DataFrame:
    rows = [(f"c/{s}_{e}_{k}", s, e) for s in speakers for e in EMOTIONS for k in range(each)]
    return pd.DataFrame(rows, columns=["clip", "speaker", "emotion"])


def test_a_pool_is_five_neutral_clips_and_three_of_each_other_emotion() -> None:
    table = clips()
    found = enrolment.pools(table, ["c/01", "c/02"])
    for speaker, pool in found.items():
        rows = table.set_index("clip").loc[list(pool.clips)]
        assert len(set(pool.clips)) == 20 and set(rows["speaker"]) == {speaker.removeprefix("c/")}
        assert rows["emotion"].value_counts().to_dict() == enrolment.POOL
        assert set(pool.neutral) == set(rows.index[rows["emotion"] == "neutral"])


def test_nobody_is_enrolled_with_clips_of_no_speaker() -> None:
    frame = pd.DataFrame({"clip": ["own/a"], "speaker": [""], "emotion": ["anger"]})
    with pytest.raises(CorpusError, match="have no speaker, so nobody can be enrolled"):
        enrolment.pools(frame, ["own/"])


def test_draws_are_nested_and_fixed() -> None:
    (pool,) = enrolment.pools(clips(), ["c/01"]).values()
    for emotion, most in (("neutral", 5), ("any", 20)):
        drawn = [pool.enrolled(Enrolment(n, emotion)) for n in range(most + 1)]
        assert [len(one) for one in drawn] == list(range(most + 1))
        assert all(more[: len(less)] == less for less, more in itertools.pairwise(drawn))
        assert set(drawn[-1]) <= set(pool.clips)
    # Whatever else there is, and in whatever order.
    shuffled = clips(("02", "01", "03")).sample(frac=1.0, random_state=3)
    assert enrolment.pools(shuffled, ["c/01"])["c/01"] == pool
    assert any("neutral" not in clip for clip in pool.enrolled(Enrolment(5)))


def test_a_speaker_with_too_few_clips_is_named() -> None:
    table = clips()
    few = table[~((table["speaker"] == "02") & (table["emotion"] == "fear") & ~table["clip"].str.endswith("_0"))]
    with pytest.raises(CorpusError, match=r"The speaker 02 has 1 clips of fear; an enrolment sets 3 of them aside"):
        enrolment.pools(few, ["c/01", "c/02"])
    assert set(enrolment.pools(few, ["c/01"])) == {"c/01"}


@pytest.mark.parametrize(("number", "emotion"), [(6, "neutral"), (21, "any"), (-1, "any"), (1, "anger")])
def test_what_no_pool_holds_is_refused(number: int, emotion: str) -> None:
    with pytest.raises(CorpusError, match="0 to 5 neutral clips, or 0 to 20 of any emotion"):
        Enrolment(number, emotion)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return made.crema_d(tmp_path / "c", made.SPEAKERS[:2], SENTENCES, seconds=0.4)


def test_a_model_without_a_profile_leaves_the_same_clips_out_and_refuses_more(
    home: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["evaluate", "paper", "--corpus", "crema-d", "--data", str(corpus), "--keep", "--json"]
    assert main(said) == 0
    without = json.loads(capsys.readouterr().out)
    assert without["enrolment"] is None and without["n"] == 72
    assert main([*said, "--enrol", "0"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["n"] == 72 - 40 and printed["enrolment"]["left_out"] == 40
    assert printed["enrolment"]["clips"] == 0 and printed["enrolment"]["seconds"] == {}
    held = {one.condition: one for one in kept.of_run("paper") if one.path.is_relative_to(home)}
    assert set(held) == {"unseen", "unseen-enrol-0"}
    assert held["unseen-enrol-0"].stated["enrolment"] == printed["enrolment"]
    assert main([*said, "--enrol", "1"]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("Error: The model paper takes no voice profile") and err.count("\n") == 1


def test_a_speaker_with_too_few_clips_is_one_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = made.crema_d(tmp_path / "few", made.SPEAKERS[:1], made.SENTENCES, seconds=0.4)
    assert main(["evaluate", "accurate", "--corpus", "crema-d", "--data", str(few), "--enrol", "0"]) == 1
    err = capsys.readouterr().err.splitlines()[-1]
    assert err.startswith(f"Error: The speaker {made.SPEAKERS[0]} has 4 clips of neutral;")
