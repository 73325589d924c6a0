"""What is known of a run's clips: from the corpus where it is here, from the clips' names where it is not."""

from pathlib import Path

from ser_core.corpora import crema_d, details
from tests import made


def test_without_the_corpus_names_tell_sentence_and_intensity() -> None:
    found = details.of_clips(["crema-d/1001_IEO_ANG_HI", "crema-d/1001_DFA_SAD_XX#copy2", "mine/a"], {})
    assert list(found["intensity"]) == ["high", "unspecified", ""]
    assert list(found["sentence"]) == ["It's eleven o'clock.", "Don't forget a jacket.", ""]
    assert list(found["sex"]) == ["", "", ""] and found["age"].isna().all()


def test_with_the_corpus_its_own_table_tells_the_rest_in_the_clips_order(tmp_path: Path) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path, ("2001", "2002"), ("IEO",), seconds=0.2))
    clips = [
        "crema-d/2002_IEO_SAD_XX",
        "crema-d/2001_IEO_ANG_XX",
        "crema-d/2002_IEO_SAD_XX#copy1",
        "crema-d/2009_TIE_ANG_LO",
    ]
    found = details.of_clips(clips, {"crema-d": corpus})
    assert list(found["sex"]) == ["female", "male", "female", ""]
    assert list(found["age"])[:3] == [21, 20, 21]
    assert list(found["race"])[:3] == ["Caucasian"] * 3


def test_a_copy_belongs_to_its_clip_and_a_clip_to_its_corpus() -> None:
    assert details.original("savee/DC_a01#copy3") == "savee/DC_a01"
    assert details.original("savee/DC_a01") == "savee/DC_a01"
    assert details.corpus_of("savee/DC_a01") == "savee"
