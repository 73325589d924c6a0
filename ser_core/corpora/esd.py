"""ESD: 35,000 clips of ten Mandarin and ten English speakers, 350 sentences each in five emotions.

`<speaker>/<emotion>/<speaker>_<number>.wav`, in some copies with evaluation, test and train between emotion and file; the published
split is then kept in the column `split`. 0001 to 0010 speak Mandarin, 0011 to 0020 English. `<speaker>/<speaker>.txt` has the sentences,
a line each: name, tab, sentence, tab, emotion. Everybody says the same 350 sentences of their language in every emotion.
Source: Zhou, Sisman, Liu, Li: Seen and unseen emotional style transfer for voice conversion with a new emotional speech dataset. ICASSP 2021.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import Card, CorpusModule, audio_files, complete, folder_with

EMOTIONS = {"angry": "anger", "happy": "happiness", "neutral": "neutral", "sad": "sadness", "surprise": "surprise"}
PARTS = {"train": "train", "evaluation": "validation", "test": "test"}
SPEAKER = re.compile(r"00(0[1-9]|1\d|20)")
NAME = re.compile(r"^(00\d\d)_\d{6}$")
#: In which the sentences' files are written, as the first that fits tells.
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")

CARD = Card(
    name="esd",
    title="ESD",
    emotions=("anger", "happiness", "neutral", "sadness", "surprise"),
    language="Mandarin Chinese (0001 to 0010) and English (0011 to 0020)",
    licence="For research, on the terms of its licence form",
    licence_url="https://github.com/HLTSingapore/Emotional-Speech-Data",
    citation=(
        "Zhou K, Sisman B, Liu R, Li H. Seen and unseen emotional style transfer for voice conversion with a new emotional speech dataset. "
        "ICASSP 2021, 920-924."
    ),
    url="https://hltsingapore.github.io/ESD/",
    how_to_get="Fetch it as https://hltsingapore.github.io/ESD/ says, unpack it, and name the folder that holds 0001/ to 0020/.",
    honesty=(
        "Made for the conversion of voices: twenty speakers read the same sentences in emotions that they were asked for, in two languages; "
        "a split by clip hears every voice and every sentence before."
    ),
)


def home(root: Path) -> Path:
    """Return the folder that holds the speakers' folders: `root`, or one below it."""
    return folder_with(root, SPEAKER)


def read(root: Path) -> pd.DataFrame:
    """Return the table of the clips in `root`."""
    top = home(root)
    sentences = {line[0]: line[1] for path in top.glob("*/*.txt") for line in _lines(path) if len(line) > 1}
    rows = []
    for path in audio_files(top, below=True):
        name, folders = NAME.match(path.stem), [folder.lower() for folder in path.relative_to(top).parts[:-1]]
        emotion = next((EMOTIONS[folder] for folder in folders if folder in EMOTIONS), None)
        if name and emotion:
            rows.append(
                {
                    "clip": f"esd/{path.stem}",
                    "path": str(path),
                    "speaker": name[1],
                    "emotion": emotion,
                    "sentence": sentences.get(path.stem, ""),
                    "split": next((PARTS[folder] for folder in folders if folder in PARTS), ""),
                }
            )
    return complete(pd.DataFrame(rows, columns=["clip", "path", "speaker", "emotion", "sentence", "split"]))


def _lines(path: Path) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            return [line.split("\t") for line in path.read_text(encoding=encoding).splitlines()]
        except UnicodeError:
            continue
    return []


MODULE = CorpusModule(CARD, read, speaker_of=lambda stem: stem[:4], home=home, passed_over=NAME)
