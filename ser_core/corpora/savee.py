"""SAVEE: 480 clips of 4 male speakers, 7 emotions, 44.1 kHz; official folders and Kaggle's flat names.

Official: `AudioData/<speaker>/<code><nn>.wav`; Kaggle: `<speaker>_<code><nn>.wav`.
Source: Haq, Jackson: Multimodal Emotion Recognition. In: Machine Audition, IGI Global, 398-423, 2010.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusModule, audio_files, part_of_bundle, table

EMOTION_CODES = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "sa": "sadness",
    "su": "surprise",
}
OFFICIAL = re.compile(r"^(a|d|f|h|n|sa|su)(\d\d)$")
FLAT = re.compile(r"^(DC|JE|JK|KL)_(a|d|f|h|n|sa|su)(\d\d)$")
#: Emotion → (sentences, of them spoken in this emotion alone). Of each emotion's 15 sentences 10 are; 2 more are spoken in it and
#: in neutral. The file names do not tell which, and for neutral's 30 it is not stated.
SENTENCES_ALONE = {emotion: (15, 10) for emotion in EMOTION_CODES.values() if emotion != "neutral"}
SPEAKERS = ("DC", "JE", "JK", "KL")

CARD = Card(
    name="savee",
    title="SAVEE",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    language="English (United Kingdom)",
    licence="For research, on registration with its owners (University of Surrey); not to be passed on",
    licence_url="http://kahlan.eps.surrey.ac.uk/savee/Register.html",
    citation=(
        "Haq S, Jackson PJB. Multimodal Emotion Recognition. In: Wang W (ed.) Machine Audition: Principles, "
        "Algorithms and Systems. IGI Global, 398-423, 2010."
    ),
    url="http://kahlan.eps.surrey.ac.uk/savee/",
    how_to_get="Register at the University of Surrey, unpack AudioData.zip and name its folder.",
    honesty=(
        "Four men only, and 10 of the 15 sentences of each emotion are spoken in that emotion alone: "
        "what is said gives much of the emotion away."
    ),
)


def stated(stem: str) -> dict[str, object] | None:
    """Return the columns that a clip's name with its speaker (`DC_a01`) states, or None for another name."""
    match = FLAT.match(stem)
    if not match:
        return None
    speaker, code, number = match.groups()
    return {
        "clip": f"savee/{stem}",
        "speaker": speaker,
        "emotion": EMOTION_CODES[code],
        "sentence": f"{code}{number}",
        "sex": "male",
    }


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`: AudioData/ or the folder above it, Kaggle's flat files, or a bundle with Savee/."""
    base = root / "AudioData" if (root / "AudioData").is_dir() else part_of_bundle(root, "savee")
    rows: list[dict[str, object]] = []
    for path in audio_files(base, below=True):
        official = OFFICIAL.match(path.stem) and path.parent.name in SPEAKERS
        named = stated(f"{path.parent.name}_{path.stem}" if official else path.stem)
        if named is not None:
            rows.append({**named, "path": str(path)})
    return table(rows)


MODULE = CorpusModule(
    CARD, read, speaker_of=lambda stem: stem[:2], home=lambda root: part_of_bundle(root, "savee"), stated=stated
)
