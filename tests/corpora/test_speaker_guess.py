"""Speakers as files' names tell them: what is offered, and what is not."""

import pandas as pd
import pytest

from ser_core.corpora import speaker_guess
from ser_core.corpora.base import complete


def clips(*rows: str) -> pd.DataFrame:
    """Clips of `place` or `place=speaker`; the emotion is the place's first folder."""
    parts = [row.partition("=") for row in rows]
    return complete(
        pd.DataFrame(
            {
                "clip": [f"mine/{place}" for place, _, _ in parts],
                "path": [f"/v/{place}" for place, _, _ in parts],
                "emotion": [place.partition("/")[0] for place, _, _ in parts],
                "speaker": [speaker for _, _, speaker in parts],
            }
        )
    )


@pytest.mark.parametrize(
    ("rows", "rule", "speakers"),
    [
        (("joy/kim/1.wav", "joy/lee/1.wav", "anger/kim/1.wav", "anger/lee/1.wav"), "folder", {"kim", "lee"}),
        (("joy/kim-1.wav", "joy/lee-1.wav", "anger/kim-2.wav", "anger/lee-2.wav"), "before", {"kim", "lee"}),
        (("joy/03a01Fa.wav", "joy/08a01Fa.wav", "anger/03a01Wa.wav", "anger/08a01Wa.wav"), "digits", {"03", "08"}),
        (("joy/kim1.wav", "joy/lee1.wav", "anger/kim2.wav", "anger/lee2.wav"), "letters", {"kim", "lee"}),
    ],
)
def test_common_patterns_are_offered(rows: tuple[str, ...], rule: str, speakers: set[str]) -> None:
    table = clips(*rows)
    found = speaker_guess.guess(table)
    assert found is not None and found.rule == rule and set(found.speakers.values()) == speakers
    assert set(speaker_guess.applied(table, rule)["speaker"]) == speakers
    assert "2 speakers" in found.sentence()


@pytest.mark.parametrize(
    "rows",
    [
        ("joy/joy-1.wav", "joy/joy-2.wav", "anger/anger-1.wav", "anger/anger-2.wav"),
        ("joy/a1-x.wav", "joy/b2-x.wav", "anger/c3-x.wav", "anger/d4-x.wav"),
        ("joy/1.wav", "joy/2.wav", "anger/1.wav", "anger/2.wav"),
        ("joy/kim-1.wav", "joy/kim-2.wav", "anger/kim-3.wav", "anger/kim-4.wav"),
        ("joy/kim-1.wav=kim", "joy/lee-1.wav=lee"),
    ],
    ids=["the emotion", "a name a clip", "nothing", "one speaker", "all are stated"],
)
def test_nothing_is_offered(rows: tuple[str, ...]) -> None:
    assert speaker_guess.guess(clips(*rows)) is None


def test_stated_speakers_give_the_names_and_are_not_contradicted() -> None:
    rows = ("joy/k-1.wav=kim", "joy/l-1.wav", "joy/k-2.wav", "anger/k-3.wav", "anger/l-3.wav")
    found = speaker_guess.guess(clips(*rows))
    assert (
        found is not None and found.speakers["mine/joy/k-2.wav"] == "kim" and found.speakers["mine/joy/l-1.wav"] == "l"
    )
    assert speaker_guess.guess(clips(*rows, "anger/k-4.wav=max")) is None


def test_a_segments_seconds_are_no_part_of_a_name() -> None:
    table = clips("joy/kim.wav#0-1.5", "joy/lee.wav#0-1.5", "anger/kim.wav#2-3", "anger/lee.wav#2-3")
    assert speaker_guess.guess(table) is None
