"""Corpora of one's own as a table and as a folder of folders: what is read, what is left out and why."""

from pathlib import Path

import pandas as pd
import pytest

from ser_core.corpora import folder, manifest, splits
from ser_core.corpora.base import COLUMNS, CorpusError


def table(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


FULL = """file,emotion,speaker,gender,sentence,start,end,split
audio/a.wav,Freude,kim,f,"Come here, now.",,,train
audio/b.m4a,mono no aware,lee,Male,,1.5,2.25,dev
audio/b.m4a,anger,lee,male,,2.25,,test
./audio//c.wav,anger,01,w,,0,,train
"""


def test_the_fields_own_columns_are_read(tmp_path: Path) -> None:
    corpus = manifest.load(table(tmp_path / "mine.csv", FULL), "mine")
    assert corpus.problems == () and list(corpus.clips.columns) == [*COLUMNS, "split"]
    rows = corpus.clips.set_index("clip")
    assert list(rows.index) == [
        "mine/audio/a.wav",
        "mine/audio/b.m4a#1.5-2.25",
        "mine/audio/b.m4a#2.25-",
        "mine/audio/c.wav",
    ]
    assert list(rows["emotion"]) == ["Freude", "mono no aware", "anger", "anger"]
    assert list(rows["sex"]) == ["female", "male", "male", "female"]
    assert list(rows["speaker"]) == ["kim", "lee", "lee", "01"]
    assert rows["sentence"].iloc[0] == "Come here, now."
    assert list(rows["split"]) == ["train", "validation", "test", "train"]
    assert rows["start"].tolist()[1:3] == [1.5, 2.25] and rows["end"].tolist()[1] == 2.25
    assert rows[["start", "end"]].iloc[[0, 3]].isna().all().all() and pd.isna(rows["end"].iloc[2])
    assert rows["path"].iloc[0] == str(tmp_path / "audio" / "a.wav")
    assert corpus.emotions == ("anger", "Freude", "mono no aware")


def test_two_columns_are_enough_and_order_is_free(tmp_path: Path) -> None:
    corpus = manifest.load(table(tmp_path / "m.csv", "Emotion,FILE,note\njoy,a.wav,x\n"))
    (row,) = corpus.clips.itertuples()
    assert (row.clip, row.emotion, row.speaker) == ("manifest/a.wav", "joy", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.tsv", "file\temotion\na.wav\tjoy\n"),
        ("m.csv", "file;emotion\na.wav;joy\n"),
        ("m.csv", "\ufefffile,emotion\r\na.wav,joy\r\n\r\n"),
    ],
    ids=["tabs", "semicolons", "byte order mark, Windows lines, a blank line"],
)
def test_what_programs_write_is_read(tmp_path: Path, name: str, text: str) -> None:
    corpus = manifest.load(table(tmp_path / name, text))
    assert list(corpus.clips["clip"]) == ["manifest/a.wav"] and corpus.problems == ()


def test_audformats_durations_are_seconds(tmp_path: Path) -> None:
    text = "file,start,end,emotion\na.wav,0 days 00:00:01.500000,0 days 00:01:02,joy\nb.wav,0 days,NaT,joy\n"
    clips = manifest.load(table(tmp_path / "m.csv", text.replace("0 days,NaT", "0 days 00:00:00,NaT"))).clips
    assert list(clips["clip"]) == ["manifest/a.wav#1.5-62", "manifest/b.wav"]


BROKEN = """file,emotion,start,end,split
good.wav,joy,,,
,joy,,,
a.wav,,,,
b.wav,joy,one,2,
c.wav,joy,2,2,
d.wav,joy,-1,2,
e.wav,joy,,,practice
good.wav,anger,,,
f.wav,joy,,,,,extra
"short.wav",joy
g.wav,joy,inf,,

h.wav,joy,,3,
"""


def test_rows_that_do_not_fit_are_listed_and_the_others_load(tmp_path: Path) -> None:
    corpus = manifest.load(table(tmp_path / "m.csv", BROKEN), "m")
    assert list(corpus.clips["clip"]) == ["m/good.wav", "m/h.wav#0-3", "m/short.wav"]
    assert [(problem.where, problem.message) for problem in corpus.problems] == [
        ("row 3", "names no file"),
        ("row 4", "names no emotion"),
        ("row 5", "start is no time in seconds: one"),
        ("row 6", "ends before it starts"),
        ("row 7", "start is below 0: -1"),
        ("row 8", "names the part 'practice'; parts are train, validation (dev) and test"),
        ("row 9", "names the same clip as a row above: good.wav"),
        ("row 10", "has 7 cells, the first row names 5"),
        ("row 12", "start is no time in seconds: inf"),
    ]


def test_a_quotation_mark_that_is_not_closed_is_told(tmp_path: Path) -> None:
    corpus = manifest.load(table(tmp_path / "m.csv", 'file,emotion\na.wav,joy\nb.wav,"joy\nc.wav,joy\n'))
    assert list(corpus.clips["clip"]) == ["manifest/a.wav"]
    assert [problem.where for problem in corpus.problems] == ["row 3"]
    assert "quotation mark is not closed" in corpus.problems[0].message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("path,label\na.wav,joy\n", "no column file and no column emotion; .* It reads: path, label"),
        ("file,emotion,emotion\na.wav,joy,joy\n", "names a column twice"),
        ("", "no column file"),
        ("file,emotion\n", "gives no clip"),
        ("file,emotion\n,joy\n", "gives no clip. row 2: names no file"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        manifest.load(table(tmp_path / "m.csv", text))


def test_a_table_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("file,emotion\nä.wav,joy\n".encode("latin-1"))
    with pytest.raises(CorpusError, match="UTF-8"):
        manifest.load(tmp_path / "m.csv")
    with pytest.raises(CorpusError, match="cannot be read"):
        manifest.load(tmp_path / "absent.csv")


def test_ids_hold_no_folder_of_this_machine(tmp_path: Path) -> None:
    inside, outside = tmp_path / "corpus" / "x" / "a.wav", tmp_path / "elsewhere"
    rows = [str(inside), str(outside / "b" / "1.wav"), str(outside / "bb" / "2.wav"), r"win\c.wav"]
    text = "file,emotion\n" + "".join(f"{row},joy\n" for row in rows)
    clips = manifest.load(table(tmp_path / "corpus" / "m.csv", text), "own").clips
    assert list(clips["clip"]) == ["own/b/1.wav", "own/bb/2.wav", "own/win/c.wav", "own/x/a.wav"]
    assert list(clips["path"]) == [rows[1], rows[2], str(tmp_path / "corpus" / "win" / "c.wav"), rows[0]]


def test_labels_rename_emotions_and_leave_some_out(tmp_path: Path) -> None:
    path = table(tmp_path / "m.csv", "file,emotion\na.wav,angry\nb.wav,other\nc.wav,joy\n")
    clips = manifest.load(path, labels={"angry": "anger", "other": ""}).clips
    assert list(clips["emotion"]) == ["anger", "joy"]


def test_the_tables_own_split_is_taken(tmp_path: Path) -> None:
    path = table(tmp_path / "m.csv", FULL)
    clips = manifest.load(path, "mine").clips
    division = splits.assign(clips, "mine", str(path), 0)
    name, part = division.title, division.parts
    assert name == "m.csv"
    assert list(part) == ["train", "validation", "test", "train"]


def test_a_folder_is_an_emotion(tmp_path: Path) -> None:
    for name in ("Wut/1.wav", "Wut/monday/2.M4A", "calm/1.wav", "calm/notes.txt", "loose.wav", ".hidden/3.wav"):
        table(tmp_path / "v" / name, "x")
    corpus = folder.load(tmp_path / "v", "voices", labels={"Wut": "anger"})
    assert dict(zip(corpus.clips["clip"], corpus.clips["emotion"], strict=True)) == {
        "voices/Wut/1.wav": "anger",
        "voices/Wut/monday/2.M4A": "anger",
        "voices/calm/1.wav": "calm",
    }
    assert corpus.clips["path"].iloc[0] == str(tmp_path / "v" / "Wut" / "1.wav")
    assert [(problem.where, problem.message) for problem in corpus.problems] == [
        ("loose.wav", "lies in no emotion's folder")
    ]


def test_a_folder_without_clips_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="gives no clip"):
        folder.load(tmp_path)
    with pytest.raises(CorpusError, match="does not exist"):
        folder.load(tmp_path / "nowhere")
