"""EmoDB (Berlin Database of Emotional Speech): 535 clips of 10 actors, 10 German sentences, 7 emotions, 16 kHz.

File names are `<speaker><text><emotion><version>`: `03a01Fa` is speaker 03, text a01, F (Freude: happiness), version a.
Source: Burkhardt, Paeschke, Rolfes, Sendlmeier, Weiss: A Database of German Emotional Speech. Interspeech, 1517-1520, 2005.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusModule, audio_files, table

EMOTION_CODES = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
#: Speaker → (sex, age), as the corpus' documentation states them.
SPEAKERS = {
    "03": ("male", 31),
    "08": ("female", 34),
    "09": ("female", 21),
    "10": ("male", 32),
    "11": ("male", 26),
    "12": ("male", 30),
    "13": ("female", 32),
    "14": ("female", 35),
    "15": ("male", 25),
    "16": ("female", 31),
}
NAME = re.compile(r"^(\d\d)([ab]\d\d)([WLEAFTN])([a-z])$")

CARD = Card(
    name="emodb",
    title="EmoDB",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "boredom"),
    language="German",
    licence="Free to use with attribution: the authors ask that their article is cited",
    licence_url="http://emodb.bilderbar.info/",
    citation=(
        "Burkhardt F, Paeschke A, Rolfes M, Sendlmeier W, Weiss B. A Database of German Emotional Speech. "
        "Interspeech 2005, 1517-1520."
    ),
    url="http://emodb.bilderbar.info/",
    how_to_get="Fetch download.zip from http://emodb.bilderbar.info/, unpack it, and name the folder that holds wav/.",
    honesty=(
        "Ten actors speak ten sentences with an emotion they were asked for, and only what listeners recognised was kept: "
        "scores on it are higher than on other speech."
    ),
)


def stated(stem: str) -> dict[str, object] | None:
    """Return the columns that a clip's name states, or None for another name; `sentence` is the text's code."""
    match = NAME.match(stem)
    if not match or match[1] not in SPEAKERS:
        return None
    speaker, text, emotion, _ = match.groups()
    sex, age = SPEAKERS[speaker]
    return {
        "clip": f"emodb/{stem}",
        "speaker": speaker,
        "emotion": EMOTION_CODES[emotion],
        "sentence": text,
        "sex": sex,
        "age": age,
    }


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`: wav/ or the folder above it."""
    paths = audio_files(root, below=True)
    return table([{**named, "path": str(path)} for path in paths if (named := stated(path.stem)) is not None])


MODULE = CorpusModule(CARD, read, speaker_of=lambda stem: stem[:2], stated=stated)
