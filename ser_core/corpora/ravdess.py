"""RAVDESS, speech, audio only: 1,440 clips of 24 actors, 2 sentences, 8 emotions, 48 kHz.

File names are `<modality>-<channel>-<emotion>-<intensity>-<statement>-<repetition>-<actor>`; modality 03 is audio only,
channel 01 speech; songs and videos are passed over. Neutral has no strong intensity. Five files are stereo.
Source: Livingstone, Russo: The Ryerson Audio-Visual Database of Emotional Speech and Song. PLoS ONE 13(5): e0196391, 2018.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusModule, audio_files, part_of_bundle, table

EMOTION_CODES = {
    "01": "neutral",
    "02": "calm",
    "03": "happiness",
    "04": "sadness",
    "05": "anger",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}
INTENSITY_CODES = {"01": "normal", "02": "strong"}
SENTENCES = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
NAME = re.compile(r"^03-01-(0[1-8])-(0[12])-(0[12])-0[12]-(0[1-9]|1\d|2[0-4])$")
OTHERS = re.compile(r"^0[123]-0[12]-\d\d-\d\d-\d\d-\d\d-\d\d$")

CARD = Card(
    name="ravdess",
    title="RAVDESS (speech)",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "calm"),
    language="English (North America)",
    licence="Creative Commons BY-NC-SA 4.0: with attribution, not for commercial use, shared alike",
    licence_url="https://creativecommons.org/licenses/by-nc-sa/4.0/",
    citation=(
        "Livingstone SR, Russo FA. The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS): A dynamic, "
        "multimodal set of facial and vocal expressions in North American English. PLoS ONE 13(5): e0196391, 2018."
    ),
    url="https://zenodo.org/records/1188976",
    how_to_get=(
        "Fetch Audio_Speech_Actors_01-24.zip from https://zenodo.org/records/1188976, unpack it, and name the folder that "
        "holds Actor_01/ to Actor_24/."
    ),
    honesty="24 actors speak two sentences in emotions they were asked for; it is not felt emotion.",
)


def stated(stem: str) -> dict[str, object] | None:
    """Return the columns that a clip's name states, or None for another name."""
    match = NAME.match(stem)
    if not match:
        return None
    emotion, intensity, statement, actor = match.groups()
    return {
        "clip": f"ravdess/{stem}",
        "speaker": actor,
        "emotion": EMOTION_CODES[emotion],
        "intensity": INTENSITY_CODES[intensity],
        "sentence": SENTENCES[statement],
        "sex": "male" if int(actor) % 2 else "female",
    }


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`: it holds the Actor_NN folders, or a bundle with Ravdess/."""
    paths = audio_files(part_of_bundle(root, "ravdess"), below=True)
    return table([{**named, "path": str(path)} for path in paths if (named := stated(path.stem)) is not None])


MODULE = CorpusModule(
    CARD,
    read,
    speaker_of=lambda stem: stem[-2:],
    home=lambda root: part_of_bundle(root, "ravdess"),
    passed_over=OTHERS,
    stated=stated,
)
