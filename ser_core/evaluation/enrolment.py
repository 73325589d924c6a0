"""Enrolment: how much a model gains from some clips of a speaker, measured on the same other clips whatever their number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ser_core.corpora.base import CorpusError
from ser_core.corpora.splits import speaker_key

#: Clips of each of CREMA-D's emotions in a speaker's pool, 20 in all.
POOL = {"neutral": 5, "anger": 3, "disgust": 3, "fear": 3, "happiness": 3, "sadness": 3}
EMOTIONS = ("neutral", "any")
#: Draws the pools, apart from any seed of a training.
SEED = 20


@dataclass(frozen=True)
class Enrolment:
    """How many clips of each speaker's pool the model is given, and whether `neutral` ones or `any`. Raises CorpusError for too many."""

    clips: int
    emotion: str = "any"

    def __post_init__(self) -> None:
        most = POOL["neutral"] if self.emotion == "neutral" else sum(POOL.values())
        if self.emotion not in EMOTIONS or not 0 <= self.clips <= most:
            raise CorpusError(
                f"A speaker can be enrolled with 0 to {POOL['neutral']} neutral clips, or 0 to {sum(POOL.values())} of any emotion; "
                f"{self.clips} of '{self.emotion}' were asked for."
            )


@dataclass(frozen=True)
class Pool:
    """The clips of one speaker that are left out of a test: in one fixed shuffled order, and the neutral ones in theirs."""

    clips: tuple[str, ...]
    neutral: tuple[str, ...]

    def enrolled(self, enrolment: Enrolment) -> tuple[str, ...]:
        """Return the clips that the model is given: the first ones, so that more clips hold all of the fewer."""
        return (self.neutral if enrolment.emotion == "neutral" else self.clips)[: enrolment.clips]


def pools(clips: pd.DataFrame, speakers: Sequence[str]) -> dict[str, Pool]:
    """Return the pool of each of `speakers` (`<corpus>/<speaker>`, as splits.speaker_key tells them apart), drawn from `clips`.

    A speaker's pool depends on their own clips alone. Raises CorpusError that names a speaker with too few clips, and where clips
    have no speaker.
    """
    if any(speaker.endswith("/") for speaker in speakers):
        raise CorpusError(
            "Some of these clips have no speaker, so nobody can be enrolled with them: state who speaks (the column speaker of a table), "
            "name speakers with --speakers, or leave --enrol out."
        )
    by_speaker = dict(iter(clips.groupby(speaker_key(clips))))
    return {speaker: _pool(speaker, by_speaker.get(speaker, clips.iloc[:0])) for speaker in speakers}


def _pool(speaker: str, clips: pd.DataFrame) -> Pool:
    digest = hashlib.sha256(f"{SEED}|{speaker}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    chosen: dict[str, list[str]] = {}
    for emotion, needed in POOL.items():
        of_emotion = sorted(clips["clip"][clips["emotion"] == emotion])
        if len(of_emotion) < needed:
            raise CorpusError(
                f"The speaker {speaker.partition('/')[2]} has {len(of_emotion)} clips of {emotion}; an enrolment sets {needed} of them aside. "
                "Name other speakers with --speakers, or leave --enrol out."
            )
        chosen[emotion] = [str(clip) for clip in random.permutation(of_emotion)[:needed]]
    everything = [clip for names in chosen.values() for clip in names]
    return Pool(tuple(str(clip) for clip in random.permutation(everything)), tuple(chosen["neutral"]))
