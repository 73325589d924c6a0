"""Splits in the forms in which others publish them: a table, a list a part, folds; and the sentence for what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from ser_core.corpora import split_tables
from ser_core.corpora.base import CorpusError


def parts(*paths: Path) -> dict[str, list[str]]:
    found = split_tables.read(paths).rows
    return {part: list(rows["clip"]) for part, rows in found.groupby("part", sort=False)}


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("clip,part", ("train", "dev", "eval")),
        ("File;Split", ("Training", "Valid", "TEST")),
        ("path\tsubset", ("trn", "devel", "testing")),
    ],
)
def test_parts_under_any_name_in_a_table(tmp_path: Path, header: str, names: tuple[str, ...]) -> None:
    sign = next(one for one in ",;\t" if one in header)
    path = tmp_path / "split.csv"
    path.write_text("\n".join([header, *(f"{k}.wav{sign}{name}" for k, name in enumerate(names))]))
    assert parts(path) == {"train": ["0.wav"], "validation": ["1.wav"], "test": ["2.wav"]}


def test_lists_are_told_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("a b.wav anger\nc.wav\n\n")
    (tmp_path / "test.txt").write_text("sub/d.wav\tfear\n")
    assert parts(tmp_path / "train.txt", tmp_path / "test.txt") == {
        "train": ["a b.wav", "c.wav"],
        "test": ["sub/d.wav"],
    }


def test_lists_of_one_name_are_told_by_their_folders(tmp_path: Path) -> None:
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "files.lst").write_text(f"{part}.wav\n")
    assert parts(tmp_path / "train/files.lst", tmp_path / "test/files.lst") == {
        "train": ["train.wav"],
        "test": ["test.wav"],
    }


def test_emobox_lists(tmp_path: Path) -> None:
    for part, stem in (("train", "1001_IEO_ANG_HI"), ("test", "1002_IEO_SAD_LO")):
        row = {
            "key": f"cremad-{stem.replace('_', '-')}",
            "dataset": "cremad",
            "wav": f"downloads/cremad/AudioWAV/{stem}.wav",
            "emo": "ANG",
        }
        (tmp_path / f"cremad_{part}_fold_1.jsonl").write_text(json.dumps(row) + "\n")
    found = split_tables.read([tmp_path / f"cremad_{part}_fold_1.jsonl" for part in ("train", "test")])
    assert list(found.rows["part"]) == ["train", "test"] and not found.folds
    assert (
        found.rows["path"][0] == "downloads/cremad/AudioWAV/1001_IEO_ANG_HI.wav" and found.rows["emotion"][0] == "ANG"
    )


def test_folds_in_files_and_in_a_column(tmp_path: Path) -> None:
    for fold in range(2):
        (tmp_path / f"fold{fold:02}.json").write_text(json.dumps({f"{fold}.wav": ["anger"]}))
    found = split_tables.read([tmp_path / "fold00.json", tmp_path / "fold01.json"])
    assert found.folds and list(found.rows["part"]) == ["fold00", "fold01"] and set(found.rows["emotion"]) == {"anger"}
    pd.DataFrame({"filename": list("abcd"), "fold": [1.0, 1.0, 2.0, 2.0]}).to_csv(tmp_path / "all.csv", index=False)
    assert parts(tmp_path / "all.csv") == {"fold 1": ["a", "b"], "fold 2": ["c", "d"]}


def test_a_hugging_face_dataset_without_its_sound(tmp_path: Path) -> None:
    sound = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    classes = {"info": {"features": {"label": {"names": ["anger", "fear"], "_type": "ClassLabel"}}}}
    for part in ("train", "test"):
        table = pa.table(
            {"audio": pa.array([{"bytes": b"RIFF", "path": f"{part}.wav"}], sound), "label": [1], "speaker_id": [7]},
        ).replace_schema_metadata({"huggingface": json.dumps(classes)})
        parquet.write_table(table, tmp_path / f"{part}-00000-of-00001.parquet")
    found = split_tables.read([tmp_path / f"{part}-00000-of-00001.parquet" for part in ("train", "test")]).rows
    assert found[["clip", "part", "emotion", "speaker"]].values.tolist() == [
        ["train.wav", "train", "fear", "7"],
        ["test.wav", "test", "fear", "7"],
    ]


def test_segments_of_one_file_are_clips_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("file,start,end,part\ntalk.wav,0,1.5,train\ntalk.wav,1.5,3,test\n")
    assert parts(tmp_path / "s.csv") == {"train": ["talk.wav#0-1.5"], "test": ["talk.wav#1.5-3"]}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.csv", None, "is not there"),
        ("empty.csv", "clip,part\n", "names no clip"),
        ("columns.csv", "voice,part\na,train\n", "no column that names a clip"),
        ("one.csv", "clip,part\na,train\nb,train\n", "the part train alone"),
        ("odd.csv", "clip,part\na,train\nb,somewhere\n", "names the part 'somewhere'"),
        ("plain.csv", "clip,speaker\na,kim\n", "names no part"),
        ("each.csv", "clip,part\na,x\nb,y\nc,z\n", "3 parts or folds for 3 clips"),
        ("bad.json", "{", "cannot be read as JSON"),
        ("bad.parquet", "no", "cannot be read as Parquet"),
    ],
)
def test_what_is_no_split_is_said_in_a_sentence(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(CorpusError, match=said):
        split_tables.read([tmp_path / name])
