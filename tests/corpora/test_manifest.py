"""Corpora of one's own as a table and as a folder of folders: what is read, what is left out and why."""

from pathlib import Path

import pandas as pd
import pytest

from ser_core.corpora import folder, manifest, splits
from ser_core.corpora.base import COLUMNS, CorpusError
from ser_core.corpora.own import Reading


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


def test_a_table_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        manifest.load(tmp_path / "absent.csv")


def test_columns_without_a_name_are_passed_over(tmp_path: Path) -> None:
    text = ",file,emotion,,\n0,a.wav,joy,,\n1,b.wav,joy\n2,c.wav,joy,,,,\n3,d.wav,joy,,see,above\n"
    corpus = manifest.load(table(tmp_path / "m.csv", text))
    assert list(corpus.clips["clip"]) == ["manifest/a.wav", "manifest/b.wav", "manifest/c.wav"]
    assert [(one.where, one.message) for one in corpus.problems] == [("row 5", "has 6 cells, the first row names 5")]


def test_decimal_commas_after_a_byte_order_mark_are_seconds(tmp_path: Path) -> None:
    text = "\ufefffile;emotion;start;end\na.wav;joy;1,5;2,75\na.wav;joy;3;4.5\nb.wav;joy;1,2,3;4\n"
    corpus = manifest.load(table(tmp_path / "m.csv", text))
    assert list(corpus.clips["clip"]) == ["manifest/a.wav#1.5-2.75", "manifest/a.wav#3-4.5"]
    assert [(one.where, one.message) for one in corpus.problems] == [("row 4", "start is no time in seconds: 1,2,3")]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_excels_first_line_names_the_separator_and_is_no_row(tmp_path: Path, first: str) -> None:
    text = f"\ufeff{first}\r\nfile;emotion\r\na, then b.wav;joy\r\nb.wav;\r\n"
    corpus = manifest.load(table(tmp_path / "m.csv", text))
    assert list(corpus.clips["clip"]) == ["manifest/a, then b.wav"]
    assert [one.where for one in corpus.problems] == ["row 3"]


def test_windows_letters_are_read_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("file,emotion\nfröhlich.wav,Ärger\n".encode("cp1252"))
    corpus = manifest.load(tmp_path / "m.csv")
    assert (corpus.clips["clip"][0], corpus.emotions) == ("manifest/fröhlich.wav", ("Ärger",))
    assert corpus.problems == () and len(corpus.notes) == 1
    assert "m.csv is not in UTF-8 and was read as Windows-1252" in corpus.notes[0]
    (tmp_path / "n.csv").write_bytes(b"file,emotion\n\x81.wav,joy\n")
    with pytest.raises(CorpusError, match="neither in UTF-8 nor in Windows-1252"):
        manifest.load(tmp_path / "n.csv")


def test_what_excel_calls_unicode_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_bytes("file\temotion\nä.wav\tjoy\n".encode("utf-16"))
    corpus = manifest.load(tmp_path / "m.txt")
    assert list(corpus.clips["clip"]) == ["manifest/ä.wav"] and corpus.notes == ()


def test_problems_stand_in_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = [f"{n}.wav,joy" for n in range(2, 102)]
    rows[0], rows[10], rows[98] = ",joy", "12.wav,joy,,x", ",joy"
    corpus = manifest.load(table(tmp_path / "m.csv", "file,emotion\n" + "\n".join(rows)))
    assert [one.where for one in corpus.problems] == ["row 2", "row 12", "row 100"]


def test_case_and_spaces_tell_no_emotions_apart(tmp_path: Path) -> None:
    text = "file,emotion\na.wav,Anger\nb.wav, anger \nc.wav,Mono no  aware\nd.wav,mono_no_aware\ne.wav,Wut\n"
    assert manifest.load(table(tmp_path / "m.csv", text)).emotions == ("anger", "Mono no aware", "Wut")
    clips = manifest.load(tmp_path / "m.csv", reading=Reading({"ANGER": "rage", "wut": "rage"})).clips
    assert list(clips["emotion"]) == ["rage", "rage", "Mono no aware", "Mono no aware", "rage"]


def test_ids_hold_no_folder_of_this_machine(tmp_path: Path) -> None:
    inside, outside = tmp_path / "corpus" / "x" / "a.wav", tmp_path / "elsewhere"
    rows = [str(inside), str(outside / "b" / "1.wav"), str(outside / "bb" / "2.wav"), r"win\c.wav"]
    text = "file,emotion\n" + "".join(f"{row},joy\n" for row in rows)
    clips = manifest.load(table(tmp_path / "corpus" / "m.csv", text), "own").clips
    assert list(clips["clip"]) == ["own/b/1.wav", "own/bb/2.wav", "own/win/c.wav", "own/x/a.wav"]
    assert list(clips["path"]) == [rows[1], rows[2], str(tmp_path / "corpus" / "win" / "c.wav"), rows[0]]


def test_labels_rename_emotions_and_leave_some_out(tmp_path: Path) -> None:
    path = table(tmp_path / "m.csv", "file,emotion\na.wav,angry\nb.wav,other\nc.wav,joy\n")
    clips = manifest.load(path, reading=Reading({"angry": "anger", "other": ""})).clips
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
    corpus = folder.load(tmp_path / "v", "voices", Reading({"Wut": "anger"}))
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
