"""A corpus as an audformat database: written and read back equal, others' read, and what could run code refused."""

import importlib.util
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_core.cli.main import main
from ser_core.corpora import audformat_database, own_archive, registry, splits
from ser_core.corpora.base import COLUMNS, Corpus, CorpusError
from ser_core.corpora.recordings import Recordings
from tests import made
from tests.corpora.stand_in import wav

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("audformat") is None, reason="needs the optional package audformat"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of four files, one of them in three segments, with speakers, sentences and parts."""
    for name in ("audio/kim-1.wav", "audio/kim-2.wav", "talk.wav", "audio/naïve ü.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(wav(len(name), seconds=4.0 if name == "talk.wav" else 0.3))
    rows = [
        "file,emotion,speaker,gender,sentence,start,end,split",
        "audio/kim-1.wav,anger,kim,female,Come here.,,,train",
        'audio/kim-2.wav,joy,kim,female,"Yes, ""now"".",,,train',
        "talk.wav,joy,lee,male,,0,1.25,test",
        "talk.wav,anger,lee,male,,1.25,2.0000625,test",
        "talk.wav,neutral,lee,male,,2.5,,dev",
        "audio/naïve ü.wav,neutral,,,,,,",
    ]
    path = tmp_path / "clips.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def same(found: Corpus, wanted: Corpus, further: tuple[str, ...] = ()) -> None:
    """Hold two corpora's clips against each other, but for where they lie, and the sounds byte by byte."""
    columns = [name for name in (*COLUMNS, *further) if name != "path"]
    pd.testing.assert_frame_equal(found.clips[columns], wanted.clips[columns], check_dtype=False)
    for one, other in zip(found.clips["path"], wanted.clips["path"], strict=True):
        assert Path(one).read_bytes() == Path(other).read_bytes()


@needs_package
def test_a_corpus_of_ones_own_comes_back_as_it_was(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    registry.register("talks", table)
    out = tmp_path / "exported"
    assert main(["corpora", "export", "talks", "-o", str(out), "--format", "audformat"]) == 0
    assert "6 clips of talks" in capsys.readouterr().out
    wanted = registry.load("talks")
    assert main(["corpora", "register", "talks", "--data", str(out)]) == 0
    same(registry.load("talks"), wanted, ("split",))
    assert registry.load("talks").root == out
    # In another place, under another name, it is the same corpus.
    moved = out.rename(tmp_path / "moved")
    again = registry.open_own(moved, "others")
    assert set(again.clips["clip"]) == {clip.replace("talks/", "others/") for clip in wanted.clips["clip"]}


@needs_package
def test_the_package_reads_what_was_written(table: Path, tmp_path: Path) -> None:
    import audformat

    out = audformat_database.write(registry.open_own(table, "talks"), tmp_path / "out")
    database = audformat.Database.load(str(out), load_data=True)
    assert set(database.tables) == {"emotion", "emotion.train", "emotion.dev", "emotion.test"}
    assert {one: database.tables[f"emotion.{one}"].split_id for one in ("train", "dev", "test")} == {
        one: one for one in ("train", "dev", "test")
    }
    found = pd.concat(
        [audformat.utils.to_segmented_index(table.get(), allow_nat=True) for table in database.tables.values()]
    )
    assert len(found) == 6 and found["emotion"].value_counts().to_dict() == {"anger": 2, "joy": 2, "neutral": 2}
    assert set(database.schemes["emotion"].labels) == {"neutral", "anger", "joy"}
    assert database.license == "as its owner says" and database.languages == []
    files = {file for file, *_ in found.index}
    assert all((out / file).is_file() for file in files)


@needs_package
def test_recordings_come_back(tmp_path: Path) -> None:
    mine = Recordings()
    for number, emotion in enumerate(["joy", "grief", "joy"]):
        mine.add(
            wav(number, 0.4), emotion, sitting=f"s{number % 2}", speaker="me" if number else "you", sentence="Slick."
        )
    out = tmp_path / "out"
    assert main(["corpora", "export", "recordings", "-o", str(out)]) == 0
    wanted, found = registry.load("recordings"), registry.open_own(out, "recordings")
    same(found, wanted, ("sitting", "recorded"))


@needs_package
def test_an_official_corpus_goes_out_with_its_split_and_who_speaks(tmp_path: Path) -> None:
    import audformat

    folder = made.crema_d(tmp_path / "crema", speakers=made.SPEAKERS[:4], sentences=("IEO",), seconds=0.2)
    corpus = registry.load("crema-d", folder)
    out = tmp_path / "out"
    command = ["corpora", "export", "crema-d", "--data", str(folder), "-o", str(out), "--split", "speakers"]
    assert main(command) == 0
    found = registry.open_own(out, "mine")
    parts = splits.assign(corpus.clips, "crema-d", "speakers", 0).parts
    assert found.clips["split"].tolist() == parts.tolist()
    assert found.clips["clip"].tolist() == [f"mine/{clip.partition('/')[2]}.wav" for clip in corpus.clips["clip"]]
    for name in ("speaker", "emotion", "sex", "age", "sentence", "race"):
        assert found.clips[name].tolist() == corpus.clips[name].tolist(), name
    database = audformat.Database.load(str(out))
    assert "Open Database License" in database.license or "ODbL" in database.license
    assert database.languages == ["eng"]
    assert database.schemes["speaker"].labels["2001"]["gender"] == "male"


@needs_package
def test_a_database_of_others_is_read(tmp_path: Path) -> None:
    import audformat

    for number in range(3):
        (tmp_path / "wav").mkdir(exist_ok=True)
        soundfile.write(tmp_path / f"wav/{number}.wav", np.zeros(1600, np.float32), 16000)
    files = [f"wav/{number}.wav" for number in range(3)]
    database = audformat.Database("emodb", usage="unrestricted")
    database.schemes["emotion"] = audformat.Scheme(labels={"W": {"german": "Wut"}, "F": {"german": "Freude"}})
    database.schemes["age"] = audformat.Scheme("int")
    database["speaker"] = audformat.MiscTable(pd.Index(["03", "08"], dtype="string", name="speaker"))
    for name, values in (("gender", ["male", "female"]), ("age", [31, 34])):
        database["speaker"][name] = audformat.Column(scheme_id="age" if name == "age" else None)
        database["speaker"][name].set(values)
    database.schemes["speaker"] = audformat.Scheme("str", labels="speaker")
    database["files"] = audformat.Table(audformat.filewise_index(files))
    database["files"]["speaker"] = audformat.Column(scheme_id="speaker")
    database["files"]["speaker"].set(["03", "03", "08"])
    database["files"]["transcription"] = audformat.Column()
    database["files"]["transcription"].set(["Der Lappen", "Das will sie", "Heute"])
    database["emotion"] = audformat.Table(audformat.filewise_index(files))
    database["emotion"]["emotion"] = audformat.Column(scheme_id="emotion")
    database["emotion"]["emotion"].set(["W", "F", None])
    database.splits["test"] = audformat.Split("test")
    database["emotion.test"] = audformat.Table(audformat.filewise_index(files[1:2]), split_id="test")
    database["emotion.test"]["emotion"] = audformat.Column(scheme_id="emotion")
    database["emotion.test"]["emotion"].set(["F"])
    database.save(str(tmp_path), storage_format="parquet")
    corpus = registry.open_own(tmp_path, "theirs")
    clips = corpus.clips
    assert clips["clip"].tolist() == ["theirs/wav/0.wav", "theirs/wav/1.wav"]
    assert clips["emotion"].tolist() == ["W", "F"] and clips["split"].tolist() == ["", "test"]
    assert clips["speaker"].tolist() == ["03", "03"] and clips["sex"].tolist() == ["male", "male"]
    assert clips["age"].tolist() == [31, 31] and clips["sentence"].tolist() == ["Der Lappen", "Das will sie"]
    assert [problem.where for problem in corpus.problems] == ["wav/2.wav"]


@needs_package
def test_nothing_in_a_database_is_run(table: Path, tmp_path: Path) -> None:
    out = audformat_database.write(registry.open_own(table, "talks"), tmp_path / "out")
    header = (out / "db.yaml").read_text(encoding="utf-8")
    mark = tmp_path / "ran"
    for bad in (
        header + f"ran: !!python/object/apply:os.mkdir ['{mark}']\n",
        header.replace("emotion.train:", "../emotion.train:"),
        "name: [unclosed",
        "just words",
        "",
    ):
        (out / "db.yaml").write_text(bad, encoding="utf-8")
        with pytest.raises(CorpusError, match=r"db\.yaml"):
            registry.open_own(out, "talks")
    assert not mark.exists(), "the package's own loader makes this folder"
    (out / "db.yaml").write_text(header, encoding="utf-8")
    pd.to_pickle(pd.DataFrame(), out / "db.emotion.pkl")
    with pytest.raises(CorpusError, match="pickle"):
        registry.open_own(out, "talks")


@needs_package
def test_a_zip_of_one_is_taken_in_as_a_corpus(table: Path, tmp_path: Path) -> None:
    wanted = registry.open_own(table, "talks")
    out = audformat_database.write(wanted, tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "db.zip", "w") as archive:
        for path in sorted(out.rglob("*")):
            if path.is_file():
                archive.write(path, f"around/{path.relative_to(out).as_posix()}")
    own_archive.add(tmp_path / "db.zip", "talks", tmp_path / "unpacked")
    same(registry.load("talks"), wanted, ("split",))


@needs_package
def test_what_cannot_be_exported_leaves_nothing_behind(table: Path, tmp_path: Path) -> None:
    corpus = registry.open_own(table, "talks")
    (tmp_path / "there").mkdir()
    with pytest.raises(CorpusError, match="there already"):
        audformat_database.write(corpus, tmp_path / "there")
    (tmp_path / "audio" / "kim-2.wav").unlink()
    with pytest.raises(CorpusError, match=r"kim-2\.wav is not there"):
        audformat_database.write(corpus, tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_without_the_package_a_sentence_says_how_to_get_it(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "audformat", None)
    registry.register("talks", table)
    out = tmp_path / "out"
    assert main(["corpora", "export", "talks", "-o", str(out)]) == 1
    said = capsys.readouterr().err.strip()
    assert "pip install audformat" in said and len(said.splitlines()) == 1 and not out.exists()
    out.mkdir()
    (out / "db.yaml").write_text("name: x\n")
    with pytest.raises(CorpusError, match="pip install audformat"):
        registry.open_own(out, "theirs")
