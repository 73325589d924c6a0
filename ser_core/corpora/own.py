"""What corpora of one's own share: their names, their card, and names of emotions brought to common ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import EMOTIONS, Card, Corpus, CorpusError, Problem

#: Names that mean something else where a corpus is named.
RESERVED = ("folder", "manifest", "recordings", "joined")
NAME = re.compile(r"\w[\w .-]{0,63}")

#: Other words for the emotions that the library knows by name.
SYNONYMS = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "anxiety": "fear",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "pleasant surprise": "surprise",
    "pleasant_surprise": "surprise",
    "bored": "boredom",
}


def checked_name(name: str, official: Iterable[str]) -> str:
    """Return `name` where a corpus of one's own may be called so: it begins every clip's id and names a cache folder.

    Raises CorpusError for an official corpus' name, a reserved word, or signs other than letters, digits, space, - _ and .
    """
    name = name.strip()
    if name in RESERVED or name in official:
        raise CorpusError(f"'{name}' already means another corpus here; choose another name.")
    if not NAME.fullmatch(name):
        raise CorpusError(
            f"'{name}' cannot be a corpus' name: use up to 64 letters, digits, spaces, hyphens, dots or underscores, and begin with a letter or digit."
        )
    return name


def card(name: str, how: str) -> Card:
    """Return the card of a corpus of one's own; `how`: what was read, in a few words."""
    return Card(
        name=name,
        title=name,
        emotions=EMOTIONS,
        language="not stated",
        licence="as its owner says",
        licence_url="",
        citation="",
        url="",
        how_to_get=f"It was read from {how}.",
        honesty="A corpus of one's own: how it was spoken, recorded and labelled is for its owner to say.",
    )


def corpus(
    name: str, root: Path, how: str, clips: pd.DataFrame, problems: Sequence[Problem], labels: Mapping[str, str] | None
) -> Corpus:
    """Return the corpus of these clips, its emotions renamed by `labels` (its own name → another).

    Raises CorpusError when no clip is left; the message says what was wrong with the first.
    """
    clips = relabel(clips, labels)
    if clips.empty:
        first = f" {problems[0].where}: {problems[0].message}." if problems else ""
        raise CorpusError(f"{root} gives no clip.{first}")
    return Corpus(card(name, how), root, clips, tuple(problems))


def relabel(clips: pd.DataFrame, labels: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the clips with emotions renamed; a name that `labels` leaves out stays, one that it maps to '' goes with its clips."""
    if not labels:
        return clips
    renamed = clips["emotion"].map({emotion: labels.get(emotion, emotion) for emotion in clips["emotion"].unique()})
    return clips.assign(emotion=renamed)[renamed != ""].reset_index(drop=True)


def standard_emotion(emotion: str) -> str:
    """Return the library's name of an emotion (`angry` → anger); one that it does not know stays as it is."""
    plain = emotion.strip().lower()
    return plain if plain in EMOTIONS else SYNONYMS.get(plain, emotion)


def suggested_labels(emotions: Iterable[str]) -> dict[str, str]:
    """Return the renamings that bring these emotions to the library's names, to be offered, never made silently."""
    return {emotion: standard_emotion(emotion) for emotion in emotions if standard_emotion(emotion) != emotion}
