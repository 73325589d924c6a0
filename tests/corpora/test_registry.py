"""The register of corpora: names of one's own beside the official ones, joined corpora, and files of older versions."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ser_core.corpora import joined, own, registry
from ser_core.corpora.base import CorpusError
from tests import made


def voices(folder: Path, *emotions: str) -> Path:
    for emotion in emotions:
        (folder / emotion).mkdir(parents=True)
        (folder / emotion / "1.wav").touch()
    return folder


def table(path: Path) -> Path:
    path.write_text("file,emotion,speaker\na.wav,angry,x\nb.wav,sad,y\n")
    return path


def test_ones_own_are_kept_under_the_name_of_ones_choice(tmp_path: Path, home: Path) -> None:
    registry.register("my voices", voices(tmp_path / "v", "joy", "anger"))
    registry.register("poll-2", table(tmp_path / "t.csv"), reading=own.Reading({"angry": "anger"}))
    assert set(registry.load("my voices").clips["clip"]) == {"my voices/joy/1.wav", "my voices/anger/1.wav"}
    assert set(registry.load("poll-2").clips["emotion"]) == {"anger", "sad"}
    assert registry.names() == (*registry.MODULES, "my voices", "poll-2", "recordings")
    assert json.loads((home / "corpora.json").read_text()) == {
        "my voices": {"kind": "folder", "path": str(tmp_path / "v"), "labels": {}},
        "poll-2": {"kind": "manifest", "path": str(tmp_path / "t.csv"), "labels": {"angry": "anger"}},
    }
    assert registry.folders() == {"my voices": tmp_path / "v", "poll-2": tmp_path / "t.csv"}
    registry.forget("poll-2")
    assert set(registry.entries()) == {"my voices"} and (tmp_path / "t.csv").is_file()
    with pytest.raises(CorpusError, match="not registered"):
        registry.forget("poll-2")


def test_a_file_of_names_and_paths_is_still_read(tmp_path: Path, home: Path) -> None:
    crema = made.crema_d(tmp_path / "c", ("2001",), ("IEO",))
    home.mkdir()
    stated = {
        "crema-d": str(crema),
        "mine": str(voices(tmp_path / "v", "joy")),
        "listed": str(table(tmp_path / "t.csv")),
    }
    (home / "corpora.json").write_text(json.dumps(stated))
    assert [registry.entries()[name].kind for name in stated] == ["official", "folder", "manifest"]
    assert len(registry.load("crema-d").clips) == 6
    registry.register("savee", tmp_path)
    assert json.loads((home / "corpora.json").read_text())["crema-d"] == str(crema)


def test_folder_and_manifest_name_what_is_not_registered(tmp_path: Path) -> None:
    assert registry.load("folder", voices(tmp_path / "v", "joy")).name == "folder"
    assert list(registry.load("manifest", table(tmp_path / "t.csv")).clips["clip"]) == [
        "manifest/a.wav",
        "manifest/b.wav",
    ]
    assert registry.entries() == {}
    for name in ("folder", "manifest"):
        with pytest.raises(CorpusError, match="needs --data"):
            registry.load(name)
    with pytest.raises(
        CorpusError, match=r"'folder' is a folder of folders.*t\.csv is a file; read it with 'manifest'"
    ):
        registry.load("folder", tmp_path / "t.csv")
    with pytest.raises(CorpusError, match=r"'manifest' is a CSV or TSV table.* is a folder; read it with 'folder'"):
        registry.load("manifest", tmp_path)
    with pytest.raises(CorpusError, match="does not exist"):
        registry.load("folder", tmp_path / "nowhere")


def test_a_folder_named_from_where_one_is_holds_for_who_began_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices(tmp_path / "v", "anger")
    monkeypatch.chdir(tmp_path)
    assert list(registry.load("folder", Path("v")).clips["path"]) == [str(tmp_path / "v" / "anger" / "1.wav")]


@pytest.mark.parametrize("name", ["crema-d+x", "a/b", "a#b", "", "folder", "recordings", ".hidden", "x" * 65])
def test_names_that_cannot_begin_a_clips_id_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError):
        registry.register(name, voices(tmp_path / "v", "joy"))
    assert registry.entries() == {}


def test_an_unknown_or_moved_corpus_says_what_to_do(tmp_path: Path, home: Path) -> None:
    with pytest.raises(CorpusError, match="Known: crema-d"):
        registry.load("nothing")
    with pytest.raises(CorpusError, match="does not exist"):
        registry.register("mine", tmp_path / "nowhere")
    registry.register("mine", voices(tmp_path / "v", "joy"))
    (tmp_path / "v").rename(tmp_path / "w")
    assert not registry.entries()["mine"].present
    with pytest.raises(CorpusError, match="does not exist"):
        registry.load("mine")
    (home / "corpora.json").write_text('{"mine": {"kind": "spell"}}')
    with pytest.raises(CorpusError, match="damaged"):
        registry.load("mine")


def test_an_official_folder_that_has_gone_gives_way_to_the_next(tmp_path: Path) -> None:
    first, second = (made.crema_d(tmp_path / name, ("2001",), ("IEO",)) for name in "ab")
    registry.load("crema-d", first)
    first.rename(tmp_path / "moved")
    registry.load("crema-d", second)
    assert registry.folders()["crema-d"] == second


def test_joined_corpora_keep_their_prefixes_and_share_their_emotions(tmp_path: Path) -> None:
    registry.register("crema-d", made.crema_d(tmp_path / "c", ("2001",), ("IEO",)))
    registry.register("mine", table(tmp_path / "t.csv"))
    both = registry.load("crema-d+mine")
    assert both.name == "crema-d+mine" and both.emotions == ("anger", "sadness")
    assert set(both.clips["clip"]) == {
        "crema-d/2001_IEO_ANG_XX",
        "crema-d/2001_IEO_SAD_XX",
        "mine/a.wav",
        "mine/b.wav",
    }
    assert both.clips.set_index("clip")["emotion"]["mine/a.wav"] == "anger"
    assert "CREMA-D" in both.card.licence and "CREMA-D" in both.card.citation


def test_joined_corpora_take_a_label_mapping(tmp_path: Path) -> None:
    registry.register("one", voices(tmp_path / "1", "Wut", "Ruhe"))
    registry.register("two", voices(tmp_path / "2", "rage", "calm", "fear"))
    with pytest.raises(CorpusError, match=r"no emotion in common .*map their labels"):
        registry.load("one+two")
    labels = {"one": {"Wut": "anger", "Ruhe": "calm"}, "two": {"rage": "anger", "calm": ""}}
    both = joined.join([registry.load("one"), registry.load("two")], labels)
    assert set(both.clips["clip"]) == {"one/Wut/1.wav", "two/rage/1.wav"}
    assert both.emotions == ("anger",)
    for wrong in ("one+one", "one+three"):
        with pytest.raises(CorpusError):
            registry.load(wrong)


def test_a_confirmed_rule_for_speakers_is_kept(tmp_path: Path, home: Path) -> None:
    for emotion in ("joy", "anger"):
        for speaker in ("kim", "lee"):
            (tmp_path / "v" / emotion).mkdir(parents=True, exist_ok=True)
            (tmp_path / "v" / emotion / f"{speaker}-1.wav").touch()
    registry.register("mine", tmp_path / "v", reading=own.Reading(speakers="before"))
    assert json.loads((home / "corpora.json").read_text())["mine"]["speakers"] == "before"
    corpus = registry.load("mine")
    assert corpus.speakers == ("kim", "lee") and corpus.unknown_speakers == 0
    (tmp_path / "v" / "joy" / "who.wav").touch()
    assert registry.load("mine").unknown_speakers == 1


def test_the_register_loads_no_decoder_and_no_client() -> None:
    code = (
        "import sys, ser_core.corpora.registry as r; r.names(); r.entries();"
        "found = {'librosa', 'onnxruntime', 'sklearn', 'av', 'soundfile', 'pooch', 'requests', 'kagglehub'} & set(sys.modules);"
        "sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
