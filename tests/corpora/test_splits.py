"""Splits: parts share nothing, published splits are taken where they fit, and wrong ones are refused."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ser_core.corpora import crema_d, splits
from ser_core.corpora.base import CorpusError, table

PUBLISHED = json.loads((Path(splits.__file__).parent / "splits.json").read_text())
EMOTIONS = ("anger", "neutral", "sadness")


def clips(speakers: list[str], each: int = 4, corpus: str = "own") -> pd.DataFrame:
    rows = [
        {"clip": f"{corpus}/{speaker}_{emotion}_{number}", "path": "", "speaker": speaker, "emotion": emotion}
        for speaker in speakers
        for emotion in EMOTIONS
        for number in range(each)
    ]
    return table(rows)


def all_speakers(split: str) -> list[str]:
    return [str(speaker) for part in splits.PARTS for speaker in PUBLISHED["crema-d"][split][part]]


@given(n=st.integers(3, 60), seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_no_speaker_stands_in_two_parts(n: int, seed: int) -> None:
    frame = clips([f"s{number}" for number in range(n)], each=1)
    _, part = splits.by_speakers(frame, "own", seed)
    assert set(part) == set(splits.PARTS)
    assert frame.assign(part=part).groupby("speaker")["part"].nunique().max() == 1


@given(each=st.integers(3, 40), seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_clips_are_divided_by_emotion(each: int, seed: int) -> None:
    frame = clips(["a"], each=each)
    _, part = splits.by_clips(frame, seed)
    counts = frame.assign(part=part).groupby(["emotion", "part"]).size().unstack()
    assert (counts > 0).all().all()
    assert (counts["test"] == max(1, round(0.1 * each))).all()
    assert splits.by_clips(frame, seed)[1].equals(part)


def test_the_dev_split_is_taken_without_the_public_test_speakers() -> None:
    frame = clips(all_speakers("dev"), each=1, corpus="crema-d")
    name, part = splits.by_speakers(frame, "crema-d", 0)
    found = frame.assign(part=part)
    assert name == "dev"
    assert set(found[found["part"] == "test"]["speaker"]) == {
        "1015",
        "1020",
        "1021",
        "1030",
        "1050",
        "1070",
        "1079",
        "1089",
        "1090",
    }
    assert found.groupby("part")["speaker"].nunique().to_dict() == {"test": 9, "train": 47, "validation": 8}


def test_the_public_split_is_taken_with_all_its_test_speakers() -> None:
    frame = clips(all_speakers("tfds"), each=1, corpus="crema-d")
    name, part = splits.by_speakers(frame, "crema-d", 0)
    assert name == "tfds"
    assert frame.assign(part=part).groupby("part")["speaker"].nunique().to_dict() == {
        "test": 19,
        "train": 63,
        "validation": 9,
    }


def test_dropped_clips_have_no_part() -> None:
    frame = clips(["a", "b", "c"])
    frame.loc[0, "flag"] = "dropped: byte-identical"
    for _, part in (splits.by_speakers(frame, "own", 0), splits.by_clips(frame, 0)):
        assert part[0] == ""


def test_two_speakers_are_refused_with_a_hint() -> None:
    with pytest.raises(CorpusError, match="--split clips"):
        splits.by_speakers(clips(["a", "b"]), "own", 0)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    frame = clips(["a", "b", "c"], each=1)
    stated = frame[["clip"]].assign(part=["train"] * 5 + ["validation"] * 2 + ["test"] * 2)
    stated.to_csv(tmp_path / "mine.csv", index=False)
    division = splits.assign(frame, "own", str(tmp_path / "mine.csv"), 0)
    name, part = division.title, division.parts
    assert name == "mine.csv"
    assert list(part) == list(stated["part"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("clip,side\nown/a,train\n", "lacks the column part"),
        ("clip,part\nown/a,practice\n", "names the part 'practice'"),
        ("clip,part\nown/a,train\nown/a,test\n", "twice"),
        ("clip,part\nown/a,train\n", "no clip of this corpus"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "split.csv").write_text(text)
    with pytest.raises(CorpusError, match=reason):
        splits.assign(clips(["a", "b", "c"]), "own", str(tmp_path / "split.csv"), 0)
    with pytest.raises(CorpusError, match="no split called"):
        splits.assign(clips(["a", "b", "c"]), "own", "nonsense", 0)


def test_the_shared_corpus_splits_by_published_speakers(data: Path) -> None:
    corpus = crema_d.MODULE.load(data / "crema-d")
    name, part = splits.by_speakers(corpus.clips, "crema-d", 0)
    assert name == "dev"
    assert (part == "test").sum() == 738


def test_joined_corpora_are_split_each_for_itself() -> None:
    """Published test speakers stay test speakers, and a speaker 03 of one corpus is not the speaker 03 of another."""
    frame = pd.concat(
        [
            clips(all_speakers("dev"), each=1, corpus="crema-d"),
            clips([f"{number:02d}" for number in range(10)], each=1, corpus="emodb"),
            clips(["03", "YAF"], each=1, corpus="tess"),
        ],
        ignore_index=True,
    )
    name, part = splits.by_speakers(frame, "crema-d+emodb+tess", 1)
    assert name == "crema-d: dev, emodb: seed 1, tess: train"
    found = frame.assign(part=part, source=splits.corpus_of(frame), key=splits.speaker_key(frame))
    assert found.groupby("key")["part"].nunique().max() == 1
    assert found[found["source"] == "crema-d"].groupby("part")["speaker"].nunique()["test"] == 9
    assert set(found[found["source"] == "emodb"]["part"]) == set(splits.PARTS)
    assert set(found[found["source"] == "tess"]["part"]) == {"train"}
    alone = clips([f"{number:02d}" for number in range(10)], each=1, corpus="emodb")
    assert list(splits.by_speakers(alone, "emodb", 1)[1]) == list(found[found["source"] == "emodb"]["part"])


def test_joined_corpora_of_few_speakers_are_refused() -> None:
    frame = pd.concat([clips(["a", "b"], corpus="one"), clips(["a", "b"], corpus="two")], ignore_index=True)
    with pytest.raises(CorpusError, match="--split clips"):
        splits.by_speakers(frame, "one+two", 0)


@pytest.mark.parametrize(
    "text",
    ["sep=;\n{0}", "\ufeff{0}", "{0}", "{1}"],
    ids=["Excel's first line", "a byte order mark", "semicolons", "columns without a name"],
)
def test_a_split_as_spreadsheets_write_it_is_read(tmp_path: Path, text: str) -> None:
    frame = clips(["a", "b", "c"], each=1)
    stated = frame[["clip"]].assign(part=["train"] * 5 + ["validation"] * 2 + ["test"] * 2)
    rows = stated.to_csv(index=False, sep=";"), stated.to_csv(index=False).replace("\n", ",,\n")
    (tmp_path / "mine.csv").write_text(text.format(*rows), encoding="utf-8")
    assert list(splits.from_file(frame, tmp_path / "mine.csv")[1]) == list(stated["part"])


def test_a_split_with_a_ragged_row_names_it(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("clip,part\nown/a,train\nown/b,test,too\n")
    with pytest.raises(CorpusError, match="row 3 has 3 cells, the first row names 2"):
        splits.from_file(clips(["a"]), tmp_path / "mine.csv")
