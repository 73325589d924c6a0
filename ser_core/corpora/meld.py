"""MELD: 13,708 utterances of the series Friends, cut out as video clips, with the emotion that three annotators saw and heard.

`train_sent_emo.csv`, `dev_sent_emo.csv` and `test_sent_emo.csv` have a row an utterance; `dia<D>_utt<U>.mp4` are its clips, in a folder a
part (train_splits, dev_splits_complete, output_repeated_splits_test in the release; any name with train, dev or test is read).
The numbers begin anew in every part, so a clip's id names its part. The corpus' own split is kept in the column `split`.
Source: Poria et al.: MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in Conversations. ACL 2019.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd

from ser_core.corpora import tables
from ser_core.corpora.base import Card, CorpusError, CorpusModule, Problem, complete

PARTS = {"train": "train", "dev": "validation", "test": "test"}
EMOTIONS = {"joy": "happiness"}
CLIP = re.compile(r"^(dia\d+_utt\d+)\.\w+$")
TABLE = re.compile(r"^(train|dev|test)_sent_emo\.csv$")
NEEDED = ("emotion", "dialogue_id", "utterance_id")

CARD = Card(
    name="meld",
    title="MELD",
    emotions=("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    language="English (North America)",
    licence="GNU GPL v3 for the annotations; the clips are of a television series",
    licence_url="https://github.com/declare-lab/MELD/blob/master/LICENSE",
    citation=(
        "Poria S, Hazarika D, Majumder N, Naik G, Cambria E, Mihalcea R. MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in "
        "Conversations. ACL 2019, 527-536."
    ),
    url="https://affective-meld.github.io/",
    how_to_get=(
        "Fetch MELD.Raw.tar.gz from https://affective-meld.github.io/, unpack it and the archives in it, and name the folder that holds "
        "train_sent_emo.csv, dev_sent_emo.csv and test_sent_emo.csv and the folders of clips."
    ),
    honesty=(
        "A comedy with laughter and music; nearly half of it is neutral; the labels were given with the picture and the dialogue in view; "
        "speakers such as All or Man are several people, and the six main characters stand in all parts."
    ),
)


def read(root: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table of the clips in `root`, and how many rows of each part have no clip. Raises CorpusError without tables or clips."""
    sounds: dict[tuple[str, str], str] = {}
    texts: dict[str, Path] = {}
    for place, folders, names in os.walk(root):
        folders.sort()
        below = Path(place).relative_to(root).parts
        part = next((part for name in reversed(below) for part in PARTS if part in name.lower()), "")
        for name in names:
            if listed := TABLE.match(name):
                texts[listed[1]] = Path(place) / name
            elif part and (clip := CLIP.match(name)):
                sounds.setdefault((part, clip[1]), str(Path(place) / name))
    if not texts or not sounds:
        missing = (
            "train_sent_emo.csv and its like, which hold the labels, are"
            if not texts
            else "the clips, dia0_utt0.mp4 and so on in a folder a part, are"
        )
        raise CorpusError(f"MELD: {missing} not in {root}. {CARD.how_to_get}")
    frames: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for part, path in texts.items():
        frame = _rows(path, part)
        frame["path"] = [sounds.get((part, clip), "") for clip in frame["name"]]
        gone = frame["path"] == ""
        if gone.any():
            problems.append(
                Problem(
                    path.name,
                    f"{int(gone.sum()):,} of {len(frame):,} rows have no clip, {frame['name'][gone].iloc[0]} for one",
                )
            )
        frames.append(frame[~gone].drop(columns="name"))
    return complete(pd.concat(frames, ignore_index=True)), problems


def _rows(path: Path, part: str) -> pd.DataFrame:
    cells = tables.read(path).cells.rename(columns=str.lower)
    absent = [name for name in NEEDED if name not in cells]
    if absent:
        raise CorpusError(f"MELD: {path} has no column {', '.join(absent)}; it is not the release's table.")
    name = "dia" + cells["dialogue_id"] + "_utt" + cells["utterance_id"]
    return pd.DataFrame(
        {
            "name": name,
            "clip": f"meld/{part}/" + name,
            "speaker": cells.get("speaker", ""),
            "emotion": cells["emotion"].str.lower().replace(EMOTIONS),
            "sentence": cells.get("utterance", ""),
            "split": PARTS[part],
        }
    )


MODULE = CorpusModule(CARD, read, speaker_of=lambda stem: "", passed_over=re.compile(r"dia\d+_utt\d+$"))
