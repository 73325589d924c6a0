"""Links that lead out of a corpus are not followed, in whatever form the corpus is read; links within it are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ser_core import audio
from ser_core.cli.main import main
from ser_core.corpora import links, registry, samples, validation
from ser_core.corpora.base import Corpus
from ser_core.corpora.reading import ClipReader
from tests import made

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A recording that belongs to nobody's corpus."""
    made.crema_d(tmp_path / "secret", ("2099",), ("IEO",), seconds=0.3)
    return tmp_path / "secret" / "AudioWAV" / "2099_IEO_ANG_XX.wav"


def _crema_d(root: Path, secret: Path) -> Corpus:
    made.crema_d(root, ("2001",), ("IEO",), seconds=0.3)
    (root / "AudioWAV" / "2001_TIE_ANG_XX.wav").symlink_to(secret)
    (root / "AudioWAV" / "2001_IOM_ANG_XX.wav").symlink_to("2001_IEO_ANG_XX.wav")
    return registry.load("crema-d", root)


def _savee(root: Path, secret: Path) -> Corpus:
    (root / "AudioData" / "DC").mkdir(parents=True)
    shutil.copy(secret, root / "AudioData" / "DC" / "a01.wav")
    (root / "AudioData" / "DC" / "a02.wav").symlink_to(secret)
    (root / "AudioData" / "DC" / "a03.wav").symlink_to("a01.wav")
    return registry.load("savee", root)


def _folder(root: Path, secret: Path) -> Corpus:
    (root / "anger").mkdir(parents=True)
    shutil.copy(secret, root / "anger" / "real.wav")
    (root / "anger" / "out.wav").symlink_to(secret)
    (root / "anger" / "in.wav").symlink_to("real.wav")
    return registry.load("folder", root)


def _table(root: Path, secret: Path) -> Corpus:
    _folder(root, secret)
    rows = [f"anger/{name}.wav,anger" for name in ("real", "out", "in")]
    (root / "clips.csv").write_text("\n".join(["file,emotion", *rows]))
    return registry.load("manifest", root / "clips.csv")


@pytest.mark.parametrize("form", [_crema_d, _savee, _folder, _table])
def test_a_link_out_of_a_corpus_is_unreadable_and_one_within_is_read(
    tmp_path: Path, secret: Path, form: Callable[[Path, Path], Corpus]
) -> None:
    clips = form(tmp_path / "corpus", secret).clips
    refused = clips[clips["path"].str.endswith(links.MARK)]
    assert len(refused) == 1 and len(clips) >= 3
    for path, start, end in zip(clips["path"], clips["start"], clips["end"], strict=True):
        if path.endswith(links.MARK):
            with pytest.raises(audio.AudioError, match="a link out of its corpus and so not followed, was not found"):
                ClipReader().read(path, start, end)
        else:
            assert len(ClipReader().read(path, start, end).samples)


def test_a_folder_that_is_a_link_out_is_one_for_all_its_files(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "AudioWAV").symlink_to(secret.parent)
    assert registry.load("crema-d", tmp_path / "corpus").clips["path"].str.endswith(links.MARK).all()


def test_the_folder_that_is_named_may_be_a_link_itself(tmp_path: Path) -> None:
    made.crema_d(tmp_path / "disk", ("2001",), ("IEO",), seconds=0.3)
    (tmp_path / "corpus").symlink_to(tmp_path / "disk")
    assert not registry.load("crema-d", tmp_path / "corpus").clips["path"].str.endswith(links.MARK).any()


def test_a_check_names_it_and_hears_nothing_of_it(tmp_path: Path, secret: Path) -> None:
    _crema_d(tmp_path / "corpus", secret)
    (tmp_path / "corpus" / "AudioWAV" / "stranger.wav").symlink_to(secret)
    report = validation.check("crema-d", tmp_path / "corpus", n_jobs=1)
    said = [finding.message for finding in report.findings if "2001_TIE_ANG_XX" in finding.clip]
    assert len(said) == 1 and "a link out of its corpus" in said[0]
    assert not [finding for finding in report.findings if "stranger" in finding.clip]
    _folder(tmp_path / "own", secret)
    own = validation.check("folder", tmp_path / "own", n_jobs=1)
    assert [one.message for one in own.findings if one.fault == "missing"] == ["its file is a link out of its corpus"]


def test_a_corpus_of_such_links_is_not_trained_on(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = made.crema_d(tmp_path / "corpus", made.SPEAKERS[:4], ("IEO", "TIE"), seconds=0.3)
    for path in sorted((root / "AudioWAV").glob("*.wav"))[:6]:
        path.unlink()
        path.symlink_to(secret)
    words = (
        "train",
        "logreg",
        "--set",
        "features=mfcc-20",
        "--split",
        "clips",
        "--data",
        root,
        "--run",
        tmp_path / "r",
    )
    assert main([str(one) for one in words]) == 1
    assert "6 of the 48 clips of CREMA-D cannot be read" in capsys.readouterr().err


def test_a_clip_to_listen_to_is_none(tmp_path: Path, secret: Path) -> None:
    stem = "1003_IEO_ANG_HI"
    made.crema_d(tmp_path / "corpus", ("2001",), ("IEO",), seconds=0.3)
    registry.register("crema-d", tmp_path / "corpus")
    (tmp_path / "corpus" / "AudioWAV" / f"{stem}.wav").symlink_to(secret)
    assert samples.on_disk(stem) is None


def test_a_name_that_no_file_can_have_is_a_clip_that_is_not_there(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "clips.csv").write_text(f"file,emotion\n{secret},anger\na\0b/c.wav,anger\nd\0.wav,fear\n")
    clips = registry.load("manifest", tmp_path / "clips.csv").clips
    rows = list(zip(clips["path"], clips["start"], clips["end"], strict=True))
    absent = [row for row in rows if "\0" in row[0]]
    (here,) = (row for row in rows if row not in absent)
    assert len(ClipReader().read(*here).samples) and len(absent) == 2
    for clip in absent:
        with pytest.raises(audio.AudioError, match="was not found"):
            ClipReader().read(*clip)
