"""Clips side by side, how long clips are, and a zip of one's own."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_core import audio
from ser_core.corpora import choosing, crema_d, durations, folder, own_archive, registry
from ser_core.corpora.base import CorpusError, table
from tests import made


def rows(*stated: tuple[str, str, str, str]) -> pd.DataFrame:
    names = ("clip", "emotion", "speaker", "sentence")
    return table([dict(zip(names, one, strict=True)) for one in stated])


CLIPS = rows(
    ("a/1", "anger", "s1", "x"),
    ("a/2", "anger", "s2", "x"),
    ("a/3", "fear", "s2", "x"),
    ("a/4", "fear", "s2", "y"),
    ("a/5", "neutral", "s3", "z"),
)


def test_only_what_occurs_in_several_emotions_can_be_held() -> None:
    assert choosing.in_most_emotions(CLIPS, "sentence") == ["x"]
    assert choosing.in_most_emotions(CLIPS, "speaker") == ["s2"]


def test_clips_side_by_side_have_a_speaker_in_common_where_they_can() -> None:
    found = choosing.side_by_side(CLIPS, ("anger", "fear", "neutral", "boredom"), ("speaker", "sentence"))
    assert found == {"anger": "a/2", "fear": "a/3", "neutral": "a/5"}


def test_durations_come_from_the_index_the_segment_or_the_header(tmp_path: Path) -> None:
    for seconds in (0.5, 1.25):
        (tmp_path / "anger").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "anger" / f"{seconds}.wav", np.zeros(round(16000 * seconds)), 16000)
    own = folder.load(tmp_path, "own")
    assert list(durations.of(own)) == [0.5, 1.25]
    assert np.isnan(durations.of(own, most_files=1)).all()
    cut = own.clips.assign(start=0.25, end=[0.4, np.nan])
    assert durations.of(replace(own, clips=cut)) == pytest.approx([0.15, 1.0])


def test_durations_of_the_official_corpus_are_those_of_its_files(data: Path) -> None:
    corpus = crema_d.MODULE.load(data / "crema-d")
    assert durations.of(corpus)[7] == pytest.approx(audio.decode(Path(corpus.clips["path"][7])).duration, abs=1e-4)
    assert durations.of(corpus).sum() / 3600 == pytest.approx(corpus.hours)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return made.crema_d(tmp_path / "c", ("2001",), ("IEO", "TIE"), seconds=0.3) / "AudioWAV"


def test_a_zip_with_a_table_is_a_corpus(source: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        lines = ["file,emotion,speaker"]
        for path in source.iterdir():
            out.write(path, f"top/sound/{path.name}")
            lines.append(f"sound/{path.name},{'joy' if 'HAP' in path.name else 'anger'},me")
        out.writestr("top/table.csv", "\n".join(lines))
    entry = own_archive.add(archive, "mine", tmp_path / "to")
    assert (entry.kind, entry.path) == ("manifest", (tmp_path / "to" / "top" / "table.csv").resolve())
    assert len(registry.load("mine").clips) == 12


def test_a_zip_that_holds_no_corpus_leaves_nothing_behind(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("notes.txt", "only words")
    with pytest.raises(CorpusError):
        own_archive.add(archive, "mine", tmp_path / "to")
    assert not (tmp_path / "to").exists() and "mine" not in registry.entries()


def test_a_folder_that_is_there_is_not_touched(source: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(next(source.iterdir()), "anger/a.wav")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "mine.txt").write_text("keep")
    with pytest.raises(CorpusError, match="is there already"):
        own_archive.add(archive, "mine", tmp_path / "to")
    assert (tmp_path / "to" / "mine.txt").read_text() == "keep"
