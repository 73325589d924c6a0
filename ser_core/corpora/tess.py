"""TESS (Toronto emotional speech set): 2,800 clips of 2 actresses, 200 words in one carrier sentence, 7 emotions, 24.4 kHz.

File names are `<speaker>_<word>_<emotion>`, `ps` for pleasant surprise; OAF is the older, YAF the younger actress. One
official file is called `OA_bite_neutral`; two are AIFF inside a `.wav`, one has 96 kHz.
Source: Pichora-Fuller, Dupuis: Toronto emotional speech set (TESS). Borealis, doi:10.5683/SP2/E8H2MF, 2020.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusModule, audio_files, part_of_bundle, table

EMOTION_CODES = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "ps": "surprise",
    "sad": "sadness",
}
#: Speaker → age; both are women.
SPEAKERS = {"OAF": 64, "YAF": 26}
NAME = re.compile(r"^(OAF?|YAF)_([A-Za-z]+)_(angry|disgust|fear|happy|neutral|ps|sad)$")

CARD = Card(
    name="tess",
    title="TESS",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    language="English (Canada)",
    licence="Creative Commons, with attribution, not for commercial use; its page states the exact terms",
    licence_url="https://doi.org/10.5683/SP2/E8H2MF",
    citation=(
        "Pichora-Fuller MK, Dupuis K. Toronto emotional speech set (TESS). Borealis, University of Toronto, 2020. "
        "doi:10.5683/SP2/E8H2MF."
    ),
    url="https://doi.org/10.5683/SP2/E8H2MF",
    how_to_get=(
        "Fetch its files from https://doi.org/10.5683/SP2/E8H2MF, unpack them, and name the folder that holds the emotions' "
        "folders."
    ),
    honesty="Two women only, one sentence: a score on it says little about other voices.",
)


def speaker_of(stem: str) -> str:
    """Return the speaker of an official clip; the one misspelt `OA_…` is the older actress too."""
    return "YAF" if stem.startswith("YAF") else "OAF"


def stated(stem: str) -> dict[str, object] | None:
    """Return the columns that a clip's name states, or None for another name."""
    match = NAME.match(stem)
    if not match:
        return None
    speaker = speaker_of(stem)
    return {
        "clip": f"tess/{stem}",
        "speaker": speaker,
        "emotion": EMOTION_CODES[match[3]],
        "sentence": f"Say the word {match[2].lower()}.",
        "sex": "female",
        "age": SPEAKERS[speaker],
    }


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`: it holds the emotions' folders, or a bundle with Tess/."""
    paths = audio_files(part_of_bundle(root, "tess"), below=True)
    return table([{**named, "path": str(path)} for path in paths if (named := stated(path.stem)) is not None])


MODULE = CorpusModule(CARD, read, speaker_of=speaker_of, home=lambda root: part_of_bundle(root, "tess"), stated=stated)
