"""My recordings: kept by the program's own names, removed for good, exported whole, safe for two processes."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, settings
from ser_core.corpora import manifest, registry
from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from tests import made, patience
from tests.corpora.stand_in import wav


def voice(seed: int = 0) -> audio.Clip:
    samples = made.voice(150, 0.3, 4, 0.4, np.random.default_rng(seed))
    return audio.Clip(samples, 16000, 1, "", "voice")


def test_a_recording_is_kept_with_what_was_said_and_when(home: Path) -> None:
    mine = Recordings()
    sitting = mine.new_sitting()
    made_ = mine.add(voice(), "mildly  annoyed", sitting=sitting, sentence="The surface\nis slick.")
    assert (made_.emotion, made_.sitting, made_.sentence) == ("mildly annoyed", sitting, "The surface is slick.")
    assert (made_.speaker, made_.seconds) == ("me", round(voice().duration, 3))
    assert mine.list_all() == [made_]
    path = mine.path(made_.file)
    assert path.parent == home / "recordings"
    np.testing.assert_allclose(audio.decode(path).samples, voice().samples, atol=1 / 32768)


def test_bytes_in_any_format_become_16_khz_wav(home: Path) -> None:
    made_ = Recordings().add(wav(rate=44100), "joy", sitting="s")
    clip = audio.decode(Recordings().path(made_.file))
    assert (clip.original_rate, len(clip.samples)) == (16000, 16000)
    with pytest.raises(audio.AudioError):
        Recordings().add(b"no sound", "joy", sitting="s")
    assert len(Recordings().list_all()) == 1
    assert len(list((home / "recordings").glob("*.wav"))) == 1


def test_they_are_the_corpus_recordings() -> None:
    with pytest.raises(CorpusError, match="no recordings yet"):
        registry.load("recordings")
    mine = Recordings()
    kept = [mine.add(voice(seed), emotion, sitting="s1") for seed, emotion in enumerate(["joy", "grief", "joy"])]
    corpus = registry.load("recordings")
    assert set(corpus.clips["clip"]) == {one.clip for one in kept}
    assert corpus.speakers == ("me",) and corpus.emotions == ("grief", "joy")
    assert set(corpus.clips["sitting"]) == {"s1"} and (corpus.clips["recorded"] != "").all()


def test_deleting_removes_the_sound(home: Path) -> None:
    mine = Recordings()
    first, second = (mine.add(voice(seed), "joy", sitting="s") for seed in range(2))
    mine.delete(first.file)
    assert mine.list_all() == [second]
    assert [path.name for path in (home / "recordings").glob("*.wav")] == [second.file]
    for name in (first.file, "../../etc/passwd", ""):
        with pytest.raises(CorpusError, match="no recording called"):
            mine.delete(name)
    (home / "recordings" / "notes.txt").write_text("mine")
    assert mine.delete_all() == 1
    assert mine.list_all() == []
    assert {path.name for path in (home / "recordings").iterdir()} - {".lock"} == {"notes.txt"}


def test_the_export_is_a_corpus_anywhere(tmp_path: Path) -> None:
    mine = Recordings()
    with pytest.raises(CorpusError, match="no recordings yet"):
        mine.export(tmp_path / "mine.zip")
    assert not (tmp_path / "mine.zip").exists()
    mine.add(voice(), "joy", sitting="s")
    mine.add(voice(1), 'a, "quoted" one', sitting="s")
    buffer = io.BytesIO()
    assert mine.export(tmp_path / "mine.zip") == mine.export(buffer) == 2
    assert zipfile.ZipFile(buffer).testzip() is None
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        archive.extractall(tmp_path / "x")
    corpus = manifest.load(tmp_path / "x" / "recordings.csv", "back")
    assert corpus.problems == () and set(corpus.clips["emotion"]) == {"joy", 'a, "quoted" one'}
    assert all(len(audio.decode(Path(path)).samples) for path in corpus.clips["path"])


@pytest.mark.parametrize("name", ["", "  \n", "x" * 65])
def test_a_class_needs_a_name(home: Path, name: str) -> None:
    with pytest.raises(CorpusError, match="class"):
        Recordings().add(voice(), name, sitting="s")
    assert not list(home.rglob("*.wav"))


def test_a_sound_that_was_removed_by_hand_is_not_listed(home: Path) -> None:
    made_ = Recordings().add(voice(), "joy", sitting="s")
    (home / "recordings" / made_.file).unlink()
    assert Recordings().list_all() == []


def test_a_damaged_table_says_that_the_sound_is_whole(home: Path) -> None:
    Recordings().add(voice(), "joy", sitting="s")
    path = home / "recordings" / "recordings.csv"
    whole = path.read_text()
    for broken in (whole.replace("file,", "fil,"), whole.replace(",0.8", ",long"), "file,emotion\n../x.wav,joy\n"):
        path.write_text(broken)
        with pytest.raises(CorpusError, match="sound files beside it are whole"):
            Recordings().list_all()


def _add_some(folder: Path, emotion: str) -> None:
    for seed in range(10):
        Recordings(folder).add(voice(seed), emotion, sitting=emotion)


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    # Not multiprocessing's: those import what the tests of pages left as the main module.
    code = "import sys; from pathlib import Path; from tests.corpora.test_recordings import _add_some; _add_some(Path(sys.argv[1]), sys.argv[2])"
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "r"), emotion], cwd=settings.ROOT)
        for emotion in ("joy", "grief")
    ]
    assert [process.wait(patience.SECONDS) for process in both] == [0, 0]
    found = Recordings(tmp_path / "r").list_all()
    assert sorted(one.emotion for one in found) == ["grief"] * 10 + ["joy"] * 10
    assert len({one.file for one in found}) == 20
