"""MSP-Podcast: turns of real podcasts with the emotion that several listeners agreed on, over 100,000 of them in the newer releases.

`Labels/labels_consensus.csv` has a row a clip (FileName, EmoClass, EmoAct, EmoVal, EmoDom, SpkrID, Gender, Split_Set); `Audios/` (in some
releases `Audio/`) holds the clips. EmoClass is a letter. The corpus' own split is kept in the column `split`.
Source: Lotfian, Busso: Building Naturalistic Emotionally Balanced Speech Corpus. IEEE Transactions on Affective Computing 10(4), 2019.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora import tables
from ser_core.corpora.base import Card, CorpusError, CorpusModule, Problem, audio_paths, complete, folder_with

CLASSES = {
    "A": "anger",
    "S": "sadness",
    "H": "happiness",
    "U": "surprise",
    "F": "fear",
    "D": "disgust",
    "C": "contempt",
    "N": "neutral",
}
LEFT_OUT = {"O": "the listeners heard another emotion than those named", "X": "the listeners did not agree"}
#: The sets' first letters; there are several tests.
PARTS = {"tr": "train", "de": "validation", "te": "test"}
LABELS = Path("Labels") / "labels_consensus.csv"
NEEDED = ("filename", "emoclass")

CARD = Card(
    name="msp-podcast",
    title="MSP-Podcast",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "contempt"),
    language="English",
    licence="On the terms of the University of Texas at Dallas' academic or commercial licence",
    licence_url="https://ecs.utdallas.edu/research/researchlabs/msp-lab/MSP-Podcast.html",
    citation=(
        "Lotfian R, Busso C. Building Naturalistic Emotionally Balanced Speech Corpus by Retrieving Emotional Speech from Existing Podcast "
        "Recordings. IEEE Transactions on Affective Computing 10(4): 471-483, 2019."
    ),
    url="https://ecs.utdallas.edu/research/researchlabs/msp-lab/MSP-Podcast.html",
    how_to_get=(
        "Fetch it with a signed licence from https://ecs.utdallas.edu/research/researchlabs/msp-lab/MSP-Podcast.html, and name the folder that "
        "holds Labels/labels_consensus.csv and Audios/."
    ),
    honesty=(
        "Spontaneous speech of podcasts, labelled by listeners, mostly mild: scores on it are far below those on acted speech. Many clips "
        "are of speakers who are not known."
    ),
)


def home(root: Path) -> Path:
    """Return the folder that holds Labels/: `root`, or one below it."""
    return folder_with(root, re.compile("Labels"))


def read(root: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table of the clips in `root`, and what is left out: clips without an agreed label, and rows without a clip.

    Raises CorpusError where the labels or the folder of clips are missing.
    """
    top = home(root)
    if not (top / LABELS).is_file():
        raise CorpusError(f"MSP-Podcast: {top / LABELS} is missing, and it holds the labels. {CARD.how_to_get}")
    folder = next((top / name for name in ("Audios", "Audio") if (top / name).is_dir()), None)
    if folder is None:
        raise CorpusError(
            f"MSP-Podcast: the clips are missing: neither Audios/ nor Audio/ is in {top}. {CARD.how_to_get}"
        )
    cells = tables.read(top / LABELS).cells.rename(columns=str.lower)
    absent = [name for name in NEEDED if name not in cells]
    if absent:
        raise CorpusError(
            f"MSP-Podcast: {top / LABELS} has no column {', '.join(absent)}; it is not the release's table."
        )
    here = {Path(path).name: path for path in audio_paths(folder, below=True)}
    frame = pd.DataFrame(
        {
            "clip": "msp-podcast/" + cells["filename"].str.replace(r"\.\w+$", "", regex=True),
            "path": cells["filename"].map(here).fillna(""),
            "emotion": cells["emoclass"].str.upper().map(CLASSES).fillna(""),
            "speaker": _stated(cells, "spkrid"),
            "sex": _stated(cells, "gender").str.lower(),
            "split": _stated(cells, "split_set").str.lower().str[:2].map(PARTS).fillna(""),
        }
    )
    letters = cells["emoclass"].str.upper()[frame["emotion"] == ""].value_counts()
    problems = [
        Problem(f"EmoClass {letter}", f"{n:,} clips: {LEFT_OUT.get(str(letter), 'a letter that is not known')}")
        for letter, n in letters.items()
    ]
    frame = frame[frame["emotion"] != ""]
    gone = frame["path"] == ""
    if gone.any():
        problems.append(Problem(LABELS.name, f"{int(gone.sum()):,} clips that have a label are not in {folder.name}/"))
    return complete(frame[~gone]), problems


def _stated(cells: pd.DataFrame, name: str) -> pd.Series:
    """A column, empty where it says Unknown, or is not there."""
    stated = cells.get(name, pd.Series("", index=cells.index, dtype=str))
    return stated.mask(stated.str.lower() == "unknown", "")


MODULE = CorpusModule(CARD, read, speaker_of=lambda stem: "", home=home, passed_over=re.compile(r"MSP-PODCAST_"))
