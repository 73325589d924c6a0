"""Rounds that are balanced and repeatable, and files of guesses that are read only where they are what they say."""

import pandas as pd
import pytest

from ser_core.corpora.crema_d import EMOTION_CODES
from ser_core.evaluation import guessing
from ser_core.evaluation.guessing import GuessError

LABELS = list(EMOTION_CODES.values())
CLIPS = pd.DataFrame(
    [(f"crema-d/{1000 + n}_IEO_{code}_XX", emotion) for code, emotion in EMOTION_CODES.items() for n in range(9)],
    columns=["clip", "true"],
)


@pytest.mark.parametrize("n", guessing.SIZES)
def test_a_round_is_balanced_mixed_and_its_seeds_own(n: int) -> None:
    drawn = guessing.draw(CLIPS, LABELS, n, 5)
    emotions = CLIPS.set_index("clip").loc[drawn, "true"]
    assert len(set(drawn)) == n and (emotions.value_counts() == n // 6).all()
    assert list(emotions) != sorted(emotions)
    assert drawn == guessing.draw(CLIPS.sample(frac=1, random_state=0), LABELS, n, 5)
    assert drawn != guessing.draw(CLIPS, LABELS, n, 6)


def test_too_few_clips_of_an_emotion_are_named() -> None:
    with pytest.raises(GuessError, match="1 clips of fear; a round of 12 needs 2"):
        guessing.draw(
            CLIPS[~((CLIPS["true"] == "fear") & ~CLIPS["clip"].str.startswith("crema-d/1000"))], LABELS, 12, 0
        )


def rounds_file() -> bytes:
    drawn = guessing.draw(CLIPS, LABELS, 12, 1)
    answers = CLIPS.assign(predicted="anger")
    crowd = dict.fromkeys(drawn[:-1], "neutral")
    return guessing.table(dict.fromkeys(drawn, "fear"), answers, crowd).to_csv(index=False).encode()


def test_a_downloaded_file_is_read_back() -> None:
    found = guessing.read(rounds_file(), "mine.csv")
    assert list(found.columns) == list(guessing.COLUMNS) and len(found) == 12
    assert (found["guess"] == "fear").all() and (found["true"] == "fear").sum() == 2
    assert found["listeners"].tolist() == ["neutral"] * 11 + [""]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data.replace(b"guess", b"answer"), "bad.csv has no column 'guess'"),
        (lambda data: data.replace(b",fear,", b",joy,"), "bad.csv, row 2: 'joy' in the column"),
        (lambda data: data.splitlines()[0], "bad.csv holds no guess"),
        (lambda data: data + data.splitlines()[1] + b"\n", "bad.csv names the clip crema-d/"),
        (lambda data: b"\xff\xfe\x00\x81", "bad.csv"),
        (lambda data: b"", "bad.csv is not a CSV table"),
        (lambda data: data * 500, "bad.csv has 0."),
        (lambda data: data.replace(b"crema-d/", b"savee/"), "is not a clip of CREMA-D"),
        (lambda data: data.replace(b"_ANG_", b"_SAD_"), "is not a clip of CREMA-D that was meant as anger"),
    ],
)
def test_a_file_that_is_not_one_is_named_with_the_reason(change: object, reason: str) -> None:
    with pytest.raises(GuessError, match=reason):
        guessing.read(change(rounds_file()), "bad.csv")  # type: ignore[operator]
