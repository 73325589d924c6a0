"""Who may speak the clips that name no speaker, as their files' names tell: offered, and taken where a user confirms it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pandas as pd

from ser_core.corpora import emotion_names
from ser_core.corpora.base import EMOTIONS


def _matched(pattern: str) -> Callable[[PurePosixPath], str]:
    compiled = re.compile(pattern)

    def speaker_of(file: PurePosixPath) -> str:
        match = compiled.match(file.stem)
        return match[1] if match else ""

    return speaker_of


#: Rule → how it reads, and the function from a clip's path in its corpus to its speaker. The first that fits is offered.
RULES: dict[str, tuple[str, Callable[[PurePosixPath], str]]] = {
    "folder": ("the folder in which it lies", lambda file: file.parent.name),
    "before": ("what stands before the first hyphen, underscore, dot or space", _matched(r"([^-_. ]+)[-_. ]")),
    "digits": ("the digits at its beginning", _matched(r"(\d+)\D")),
    "letters": ("the letters at its beginning", _matched(r"([^\W\d_]+)\d")),
}
#: Speakers that a sentence names.
NAMED = 4


@dataclass(frozen=True)
class Guess:
    """A rule that fits all clips without a speaker, and whom it gives: clip → speaker."""

    rule: str
    speakers: dict[str, str] = field(repr=False)

    def sentence(self) -> str:
        """Return how the names are read and whom they give, without a full stop at its end."""
        counts = pd.Series(self.speakers).value_counts()
        named = ", ".join(f"{speaker} {n:,}" for speaker, n in counts.head(NAMED).items())
        more = f" and {len(counts) - NAMED:,} more" if len(counts) > NAMED else ""
        return f"by {RULES[self.rule][0]} they are {len(counts):,} speakers: {named}{more}"


def guess(clips: pd.DataFrame) -> Guess | None:
    """Return who may speak the clips (COLUMNS) without a speaker, or None where none are, or no rule fits.

    A rule fits where it names a speaker for each of these clips, two speakers or more, each of two clips or more on average, most
    of them in several emotions (else it reads the emotion), and contradicts no speaker that is stated.
    """
    unknown = clips["speaker"] == ""
    if not unknown.any():
        return None
    several = clips["emotion"].nunique() > 1
    for rule in RULES:
        speakers = _named(clips, rule)
        if speakers is None or (speakers[unknown] == "").any():
            continue
        emotions = clips[unknown].groupby(speakers[unknown])["emotion"].nunique()
        if not 2 <= len(emotions) <= unknown.sum() / 2 or (several and (emotions > 1).mean() < 0.5):
            continue
        if any(emotion_names.standard(str(name)) in EMOTIONS for name in emotions.index):
            continue
        return Guess(rule, dict(zip(clips["clip"][unknown], speakers[unknown], strict=True)))
    return None


def applied(clips: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Return the clips with the speakers that a confirmed rule gives where none is stated; those that it does not fit stay without."""
    speakers = _named(clips, rule) if rule in RULES else None
    return clips if speakers is None else clips.assign(speaker=clips["speaker"].where(clips["speaker"] != "", speakers))


def _named(clips: pd.DataFrame, rule: str) -> pd.Series | None:
    """What the rule reads in every clip's id, under the name that is stated for such clips; None where it contradicts these."""
    read = RULES[rule][1]
    # A segment's `#<start>-<end>` is no part of its file's name.
    places = clips["clip"].str.partition("/")[2].str.replace(r"#[\d.]*-[\d.]*$", "", regex=True)
    speakers = places.map(lambda place: read(PurePosixPath(place))).astype(str)
    stated = (clips["speaker"] != "") & (speakers != "")
    pairs = set(zip(speakers[stated], clips["speaker"][stated], strict=True))
    if len(pairs) > len({guessed for guessed, _ in pairs}) or len(pairs) > len({known for _, known in pairs}):
        return None
    return speakers.replace(dict(pairs))
