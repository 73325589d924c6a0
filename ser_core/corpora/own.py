"""What corpora of one's own share: their names, their card, how their emotions and speakers are read, and what is offered of these."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ser_core import files
from ser_core.corpora import emotion_names, links, speaker_guess
from ser_core.corpora.base import EMOTIONS, Card, Corpus, CorpusError, Problem

#: Names that mean something else where a corpus is named.
RESERVED = ("folder", "manifest", "recordings", "joined")
NAME = re.compile(r"\w[\w .-]{0,63}")
OWN_LICENCE = "as its owner says"


@dataclass(frozen=True)
class Reading:
    """How a user wants a corpus of their own read.

    labels: its emotion → another name, '' to leave it out. speakers: the rule (`speaker_guess.RULES`) that names the speakers
    of clips without one; empty for none.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    speakers: str = ""

    def renamed(self, further: Mapping[str, str]) -> Reading:
        """Return this reading with its names renamed once more."""
        kept = {emotion: further.get(name, name) for emotion, name in self.labels.items()}
        return Reading({**further, **kept}, self.speakers)


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
        licence=OWN_LICENCE,
        licence_url="",
        citation="",
        url="",
        how_to_get=files.utf8(f"It was read from {how}."),
        honesty="A corpus of one's own: how it was spoken, recorded and labelled is for its owner to say.",
    )


def corpus(
    name: str,
    root: Path,
    how: str,
    clips: pd.DataFrame,
    problems: Sequence[Problem] = (),
    notes: Sequence[str] = (),
    reading: Reading = Reading(),
) -> Corpus:
    """Return the corpus of these clips, read as `reading` says.

    Emotions that differ in case or spaces alone are one. Raises CorpusError when no clip is left; the message says what was
    wrong with the first.
    """
    clips = relabel(speaker_guess.applied(clips, reading.speakers) if reading.speakers else clips, reading.labels)
    if clips.empty:
        first = f" {problems[0].where}: {problems[0].message}." if problems else ""
        raise CorpusError(f"{root} gives no clip.{first}")
    return Corpus(card(name, how), root, links.refused(clips, root), tuple(problems), tuple(notes))


def relabel(clips: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the clips with emotions renamed; a name that `labels` leaves out stays, one that it maps to '' goes with its clips."""
    own = list(clips["emotion"].unique())
    stated = {emotion_names.folded(emotion): new for emotion, new in labels.items()}
    shown = emotion_names.one_spelling(own)
    names = {emotion: stated.get(emotion_names.folded(emotion), shown[emotion]) for emotion in own}
    renamed = clips["emotion"].map(names)
    return clips.assign(emotion=renamed)[renamed != ""].reset_index(drop=True)


def label_offer(corpus: Corpus) -> str:
    """Return which of the library's emotions the corpus' labels may mean and the command that takes them, or '' for none."""
    suggested = emotion_names.suggested(corpus.emotions)
    said = ", ".join(f"{own} = {emotion}" for own, emotion in suggested.items())
    return (
        f"These labels may mean emotions that are known here: {said}. To read them so: {_command(corpus)} --suggested"
        if suggested
        else ""
    )


def speaker_offer(corpus: Corpus) -> str:
    """Return who may speak the clips without a speaker and the command that takes it, or '' where their names do not tell."""
    guess = speaker_guess.guess(corpus.clips)
    return (
        f"Going by the files' names, {guess.sentence()}. To read them so: {_command(corpus)} --guess-speakers"
        if guess
        else ""
    )


def labels_said(corpus: Corpus) -> str:
    """Return which labels a corpus has, and the way to bring them to others: for messages about labels that it lacks."""
    said = f"Its labels are {', '.join(corpus.emotions)}."
    if corpus.card.licence != OWN_LICENCE or corpus.name == "recordings":
        return said
    first = corpus.emotions[0]
    return f"{said} {label_offer(corpus) or f'To rename them: {_command(corpus)} --label {shlex.quote(first)}=anger'}"


def _command(corpus: Corpus) -> str:
    name = "NAME" if corpus.name in RESERVED else shlex.quote(corpus.name)
    return f"python -m ser_core corpora register {name} --data {shlex.quote(files.utf8(str(corpus.root)))}"
