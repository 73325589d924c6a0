"""How many unreadable clips a training or an evaluation may do without, and what it says of them."""

import pytest

from ser_core.corpora import unreadable
from ser_core.corpora.base import CorpusError

CLIPS = [f"mine/{number}.wav" for number in range(40)]


def among(n: int, allowed: bool = False) -> unreadable.Unreadable:
    return unreadable.among(CLIPS, [{clip: f"{clip} is empty." for clip in CLIPS[:n]}], "Mine", allowed=allowed)


def test_few_are_left_out_and_named() -> None:
    assert not among(0) and among(0).asked == 40
    found = among(3)
    assert found.to_dict() == {"n": 3, "asked": 40, "clips": CLIPS[:3]}
    assert found.sentence() == (
        "3 of 40 clips cannot be read and were left out: mine/0.wav (mine/0.wav is empty); the others: mine/1.wav, mine/2.wav"
    )
    assert "left out: mine/0.wav (" in among(1).sentence() and "others" not in among(1).sentence()
    assert among(30, allowed=True).sentence().endswith("mine/9.wav and 20 more")


def test_a_tenth_ends_it_unless_it_is_allowed() -> None:
    with pytest.raises(CorpusError, match=r"4 of the 40 clips of Mine cannot be read; .* --allow-unreadable"):
        among(4)
    assert len(among(4, allowed=True).why) == 4
    with pytest.raises(CorpusError, match=r"None of the 40 clips of Mine can be read; mine/0\.wav"):
        among(40, allowed=True)


def test_only_what_was_asked_for_counts() -> None:
    found = unreadable.among(CLIPS[:5], [{CLIPS[9]: "gone"}, {CLIPS[0]: "gone"}], "Mine", allowed=True)
    assert found.to_dict() == {"n": 1, "asked": 5, "clips": CLIPS[:1]}
