"""CREMA-D: 7,442 clips, 91 actors, 12 sentences, 6 emotions, in up to four intensities.

File names are `<actor>_<sentence>_<emotion>_<level>`; Kaggle's copy holds one file named `1040_ITH_SAD_X`.
Source: Cao, Cooper, Keutmann, Gur, Nenkova, Verma: CREMA-D. IEEE Trans. Affective Computing 5(4):377-390, 2014.
"""

from __future__ import annotations

import csv
import json
import os
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core.corpora.base import Card, CorpusError, CorpusModule, audio_files, part_of_bundle, table

EMOTION_CODES = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happiness",
    "NEU": "neutral",
    "SAD": "sadness",
}
LEVEL_CODES = {"LO": "low", "MD": "medium", "HI": "high", "XX": "unspecified", "X": "unspecified"}
SENTENCES = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
NAME = re.compile(r"^(\d{4})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX|X)$")

CARD = Card(
    name="crema-d",
    title="CREMA-D",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness"),
    language="English (United States)",
    licence="Open Database License 1.0 (contents: Database Contents License 1.0)",
    licence_url="https://opendatacommons.org/licenses/odbl/1-0/",
    citation=(
        "Cao H, Cooper DG, Keutmann MK, Gur RC, Nenkova A, Verma R. CREMA-D: Crowd-sourced Emotional Multimodal "
        "Actors Dataset. IEEE Transactions on Affective Computing 5(4):377-390, 2014."
    ),
    url="https://github.com/CheyneyComputerScience/CREMA-D",
    how_to_get=(
        "Name the folder that holds AudioWAV/ (or AudioMP3/), as in the official repository, or fetch it: “Fetch it” on the datasets page, "
        "`corpora get crema-d` in a shell."
    ),
    honesty="Actors speak 12 fixed sentences with an emotion they were asked for; it is not felt emotion.",
)


def canonical_stem(stem: str) -> str:
    """Return the official name of a clip: Kaggle's `1040_ITH_SAD_X` is `1040_ITH_SAD_XX`."""
    return stem + "X" if stem.endswith("_X") else stem


#: The official repository's files, sound with git-lfs resolved; SER_CREMA_D_URL names another server of the same AudioWAV/.
SOUND_URL = "https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/master/AudioWAV/"
TABLES_URL = "https://raw.githubusercontent.com/CheyneyComputerScience/CREMA-D/master/"


def clip_url(stem: str) -> str:
    """Return where the official repository has a clip."""
    return f"{os.environ.get('SER_CREMA_D_URL', SOUND_URL)}{stem}.wav"


def table_url(name: str) -> str:
    """Return where the official repository has a table, such as VideoDemographics.csv."""
    elsewhere = os.environ.get("SER_CREMA_D_URL")
    return urllib.parse.urljoin(elsewhere, f"../{name}") if elsewhere else TABLES_URL + name


def _splits() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "splits.json").read_text())["crema-d"]


#: Clip stem → why the public split leaves it out.
DROPPED: dict[str, str] = _splits()["dropped_clips"]
#: Clip stem → a fault of a clip that is kept.
FLAGGED: dict[str, str] = _splits()["flagged_clips"]


def _demographics(root: Path) -> dict[str, dict[str, str]]:
    path = root / "VideoDemographics.csv"
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            return {row["ActorID"]: row for row in csv.DictReader(lines)}
    except (KeyError, UnicodeDecodeError) as error:
        raise CorpusError(f"CREMA-D: {path} is not the official table of actors ({error}).") from error


def audio_folder(root: Path) -> Path:
    """Return the folder of the audio files: AudioWAV/, AudioMP3/, a bundle's Crema/, or `root` itself."""
    for name in ("AudioWAV", "AudioMP3"):
        if (root / name).is_dir():
            return root / name
    return part_of_bundle(root, "crema")


def stated(stem: str) -> dict[str, object] | None:
    """Return the columns that a clip's name states, or None for another name.

    `flag` says `dropped: …` for clips that the public split leaves out and `flagged: …` for known faults that stay.
    """
    stem = canonical_stem(stem)
    match = NAME.match(stem)
    if not match:
        return None
    speaker, sentence, emotion, level = match.groups()
    flag = f"dropped: {DROPPED[stem]}" if stem in DROPPED else ""
    return {
        "clip": f"crema-d/{stem}",
        "speaker": speaker,
        "emotion": EMOTION_CODES[emotion],
        "intensity": LEVEL_CODES[level],
        "sentence": SENTENCES.get(sentence, sentence),
        "flag": f"flagged: {FLAGGED[stem]}" if stem in FLAGGED else flag,
    }


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`: it holds AudioWAV/ or AudioMP3/, the files themselves, or a bundle with Crema/."""
    actors = _demographics(root)
    rows: list[dict[str, object]] = []
    for path in audio_files(audio_folder(root)):
        named = stated(path.stem)
        if named is None:
            continue
        actor = actors.get(str(named["speaker"]), {})
        rows.append(
            {
                **named,
                "path": str(path),
                "sex": actor.get("Sex", "").lower(),
                "age": int(actor["Age"]) if actor.get("Age", "").isdigit() else None,
                "race": actor.get("Race", ""),
                "ethnicity": actor.get("Ethnicity", ""),
            }
        )
    return table(rows)


MODULE = CorpusModule(
    CARD, read, speaker_of=lambda stem: stem[:4], home=lambda root: part_of_bundle(root, "crema"), stated=stated
)
