"""CREMA-D's folder: labels, speakers, demographics, flags, and both the official and Kaggle's names."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core.corpora import crema_d, registry
from ser_core.corpora.base import CorpusError
from tests import made


def test_a_folder_gives_labels_speakers_and_demographics(tmp_path: Path) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",)))
    assert len(corpus.clips) == 12
    assert corpus.speakers == ("2001", "2002")
    assert corpus.emotions == ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
    row = corpus.clips.set_index("clip").loc["crema-d/2002_IEO_SAD_XX"]
    assert (row.emotion, row.sex, row.age, row.sentence, row.intensity) == (
        "sadness",
        "female",
        21,
        "It's eleven o'clock.",
        "unspecified",
    )


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3"])
def test_wav_flac_and_mp3_are_read(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / ("AudioMP3" if ending == "mp3" else "AudioWAV")
    folder.mkdir()
    soundfile.write(folder / f"1001_DFA_HAP_HI.{ending}", np.zeros(1600), 16000)
    clips = crema_d.read(tmp_path)
    assert list(clips["clip"]) == ["crema-d/1001_DFA_HAP_HI"]
    assert list(clips["intensity"]) == ["high"]


def test_kaggles_name_is_the_official_clip_and_dropped_clips_say_why(tmp_path: Path) -> None:
    for name in ("1040_ITH_SAD_X", "1006_TIE_NEU_XX", "1076_MTI_SAD_XX", "notes"):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(160), 16000)
    flags = crema_d.read(tmp_path).set_index("clip")["flag"].to_dict()
    assert flags == {
        "crema-d/1006_TIE_NEU_XX": "dropped: byte-identical with 1006_TIE_HAP_XX",
        "crema-d/1040_ITH_SAD_XX": "dropped: dropped by the public builder",
        "crema-d/1076_MTI_SAD_XX": "flagged: digital silence",
    }


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="AudioWAV"):
        crema_d.MODULE.load(tmp_path)
    with pytest.raises(CorpusError, match="does not exist"):
        crema_d.MODULE.load(tmp_path / "nowhere")


def test_giving_a_folder_registers_it_once(tmp_path: Path) -> None:
    first = made.crema_d(tmp_path / "a", ("2001",), ("IEO",))
    second = made.crema_d(tmp_path / "b", ("2002",), ("IEO",))
    with pytest.raises(CorpusError, match="--data"):
        registry.load("crema-d")
    registry.load("crema-d", first)
    registry.load("crema-d", second)
    assert registry.load("crema-d").root == first
    with pytest.raises(CorpusError, match="Known: crema-d"):
        registry.load("nothing")


def test_the_shared_corpus_counts(data: Path) -> None:
    corpus = crema_d.MODULE.load(data / "crema-d")
    assert len(corpus.clips) == 5240
    assert corpus.clips.groupby("speaker").size().loc["1002"] == 81
    assert corpus.clips["sex"].isin(["male", "female"]).all()
