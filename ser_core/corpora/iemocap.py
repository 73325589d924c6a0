"""IEMOCAP: about 12 hours of ten actors in five sessions of two, scripted and improvised, cut into 10,039 turns with listeners' labels.

`SessionN/sentences/wav/<dialog>/<utterance>.wav` are the clips; `SessionN/dialog/EmoEvaluation/<dialog>.txt` has a line a turn,
`[start - end]  utterance  label  [valence, activation, dominance]`; `SessionN/dialog/transcriptions/<dialog>.txt` the words, if there.
`Ses01F_impro01_F000`: session 1, a dialog in which the woman wears the markers, and the woman speaks: her name here is Ses01F.
Source: Busso et al.: IEMOCAP: Interactive emotional dyadic motion capture database. Language Resources and Evaluation 42(4), 2008.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusError, CorpusModule, Problem, folder_with, table

LABELS = {
    "ang": "anger",
    "hap": "happiness",
    "exc": "excited",
    "sad": "sadness",
    "neu": "neutral",
    "fru": "frustration",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
}
LEFT_OUT = {"xxx": "the listeners did not agree", "oth": "the listeners heard another emotion than those named"}
SESSION = re.compile(r"Session\d")
TURN = re.compile(r"^\[[\d.]+ - [\d.]+\]\s+(Ses\d\d[FM]_\S+_([FM])[\dX]+)\s+(\w+)\s", re.MULTILINE)
WORDS = re.compile(r"^(Ses\S+) \[[\d.]+-[\d.]+\]: (.+)$", re.MULTILINE)

CARD = Card(
    name="iemocap",
    title="IEMOCAP",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "excited", "frustration"),
    language="English (North America)",
    licence="For research, on the terms of the University of Southern California's release form",
    licence_url="https://sail.usc.edu/iemocap/iemocap_release.htm",
    citation=(
        "Busso C, Bulut M, Lee CC, Kazemzadeh A, Mower E, Kim S, Chang JN, Lee S, Narayanan SS. IEMOCAP: Interactive emotional dyadic "
        "motion capture database. Language Resources and Evaluation 42(4): 335-359, 2008."
    ),
    url="https://sail.usc.edu/iemocap/",
    how_to_get=(
        "Fetch IEMOCAP_full_release with the release form at https://sail.usc.edu/iemocap/, and name the folder that holds Session1/ to "
        "Session5/."
    ),
    honesty=(
        "Ten actors in scripted and improvised scenes, labelled by listeners who often disagreed; most scores that are published merge "
        "excited into happiness and keep four emotions, so they do not compare with scores on all of them."
    ),
)


def home(root: Path) -> Path:
    """Return the folder that holds the sessions: `root`, or one below it."""
    return folder_with(root, SESSION)


def read(root: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table of the clips in `root`, and what is left out: turns without an agreed label, and without a sound file.

    Raises CorpusError where the labels of a session are missing.
    """
    rows: list[dict[str, object]] = []
    left_out: Counter[str] = Counter()
    top = home(root)
    for session in sorted(path for path in top.iterdir() if SESSION.fullmatch(path.name)):
        labels, words = session / "dialog" / "EmoEvaluation", session / "dialog" / "transcriptions"
        if not labels.is_dir():
            raise CorpusError(
                f"IEMOCAP: {labels} is missing, and it holds the labels; copy it from the release, beside sentences/."
            )
        said = dict(pair for path in _texts(words) for pair in WORDS.findall(path.read_text(encoding="latin-1")))
        for path in _texts(labels):
            for clip, gender, label in TURN.findall(path.read_text(encoding="latin-1")):
                sound = session / "sentences" / "wav" / path.stem / f"{clip}.wav"
                if label in LABELS and sound.is_file():
                    rows.append(
                        {
                            "clip": f"iemocap/{clip}",
                            "path": str(sound),
                            "speaker": f"{clip[:5]}{gender}",
                            "emotion": LABELS[label],
                            "sentence": said.get(clip, ""),
                            "sex": "female" if gender == "F" else "male",
                        }
                    )
                else:
                    left_out["no sound" if label in LABELS else label] += 1
    problems = [
        Problem(f"label {label}", f"{n:,} clips: {LEFT_OUT.get(label, 'a label that is not known')}")
        for label, n in left_out.items()
        if label != "no sound"
    ]
    if left_out["no sound"]:
        problems.append(Problem("sentences/wav", f"{left_out['no sound']:,} clips that have a label are not there"))
    return table(rows), problems


def _texts(folder: Path) -> list[Path]:
    """The dialogs' files; the release holds files of other systems beside them, hidden."""
    return [path for path in sorted(folder.glob("Ses*.txt")) if path.is_file()]


MODULE = CorpusModule(
    CARD,
    read,
    speaker_of=lambda stem: stem[:5] + stem.rpartition("_")[2][:1],
    home=home,
    passed_over=re.compile(r"^Ses\d\d[FM]_"),
)
