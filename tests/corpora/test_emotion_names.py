"""Words, codes and spellings of emotions: what they may mean, and which of them are one."""

import pytest

from ser_core.corpora import emotion_names, lookalike
from ser_core.corpora.base import EMOTIONS


def test_common_words_are_suggested() -> None:
    own = [
        "angry",
        "anger",
        "Happy",
        "Neugier",
        "ps",
        "Wut",
        "Ärger",
        "enojo",
        "COLÈRE",
        "colere",
        "rabbia",
        "Trauer",
        "dégoût",
    ]
    assert emotion_names.suggested(own) == {
        "angry": "anger",
        "Happy": "happiness",
        "ps": "surprise",
        "Wut": "anger",
        "Ärger": "anger",
        "enojo": "anger",
        "COLÈRE": "anger",
        "colere": "anger",
        "rabbia": "anger",
        "Trauer": "sadness",
        "dégoût": "disgust",
    }


def test_no_word_means_two_emotions() -> None:
    words = [
        word for emotion, words in emotion_names.WORDS.items() for word in [emotion, *dict.fromkeys(words.split())]
    ]
    bare = [emotion_names._bare(word) for word in words]
    for word in set(bare):
        assert len({emotion_names.standard(one) for one, own in zip(words, bare, strict=True) if own == word}) == 1
    assert set(emotion_names.WORDS) == set(EMOTIONS)


@pytest.mark.parametrize(
    ("letters", "meant"),
    [
        (["W", "L", "E", "A", "F", "T", "N"], "anger boredom disgust fear happiness sadness neutral"),
        (["a", "d", "f", "h", "n", "sa", "su"], "anger disgust fear happiness neutral sadness surprise"),
        (["A", "S", "H", "U", "N"], "anger sadness happiness surprise neutral"),
    ],
    ids=["EmoDB", "SAVEE", "MSP-Podcast"],
)
def test_letters_are_read_where_all_are_one_corpus(letters: list[str], meant: str) -> None:
    assert list(emotion_names.suggested(letters).values()) == meant.split()


def test_letters_that_several_corpora_have_mean_nothing() -> None:
    assert emotion_names.suggested(["A", "F", "N"]) == {}
    assert emotion_names.suggested(["W", "calm"]) == {}


@pytest.mark.parametrize(
    ("labels", "whose"),
    [
        (["Actor_01", "Actor_02"], "as ravdess"),
        (["Session1", "Session5"], "as iemocap"),
        (["0001", "0020"], "as esd"),
        (["OAF_Fear", "YAF_angry"], "as tess"),
        (["DC", "JE"], "as savee"),
        (["AudioWAV"], "as crema-d"),
        (["1", "02"], "numbers"),
        (["train", "test", "dev"], "parts of a split"),
        (["speaker1", "spk 2"], "speakers, sessions or parts"),
        (["p225", "p226"], "speakers"),
        (["wav"], "a folder of sound files"),
    ],
)
def test_labels_that_are_no_emotions_are_told(labels: list[str], whose: str) -> None:
    said = lookalike.warning(labels, "/data/c")
    assert whose in said and "not like emotions" in said


@pytest.mark.parametrize("labels", [["angry", "happy"], ["Session1", "calm"], [], ["F1 fan"]])
def test_others_may_be_emotions(labels: list[str]) -> None:
    assert lookalike.warning(labels, "/data/c") == ""
