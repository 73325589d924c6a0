"""Labels that are no emotions: folders of actors, sessions, speakers or parts, as well-known corpora have them."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What all labels look like → whose they are, and the name under which that corpus is read.
CORPORA = (
    (re.compile(r"actor_\d\d", re.IGNORECASE), "RAVDESS' actors", "ravdess"),
    (re.compile(r"session\d", re.IGNORECASE), "IEMOCAP's sessions", "iemocap"),
    (re.compile(r"00(0[1-9]|1\d|20)"), "ESD's speakers", "esd"),
    (re.compile(r"(OAF|YAF)_.+", re.IGNORECASE), "TESS' folders of a speaker and an emotion", "tess"),
    (re.compile(r"DC|JE|JK|KL"), "SAVEE's speakers", "savee"),
    (re.compile(r"AudioWAV|VideoFlash|AudioMP3"), "CREMA-D's folders", "crema-d"),
    (re.compile(r"Audios?|Labels|Transcripts"), "MSP-Podcast's folders", "msp-podcast"),
    (
        re.compile(r"(train|dev|test)_splits?|train|dev_splits_complete|output_repeated_splits_test"),
        "MELD's parts",
        "meld",
    ),
)
OTHERS = (
    (re.compile(r"\d+"), "numbers"),
    (re.compile(r"(train(ing)?|dev|val(idation)?|test|eval(uation)?)(_.*)?", re.IGNORECASE), "parts of a split"),
    (
        re.compile(r"(spk|speaker|subject|subj|actor|sp|session|ses|fold|part|disc|disk)[ _-]?\d+\w?", re.IGNORECASE),
        "speakers, sessions or parts",
    ),
    (re.compile(r"[psfm][ _-]?\d+", re.IGNORECASE), "speakers"),
    (re.compile(r"wav|audio|data|clips|sounds?|recordings?", re.IGNORECASE), "a folder of sound files"),
)


def warning(labels: Iterable[str], where: str) -> str:
    """Return what the labels look like and how such a corpus is read, or '' where they may be emotions.

    where: its folder or table, for the command that is named.
    """
    own = sorted(labels)
    named = ", ".join(own[:3]) + (" …" if len(own) > 3 else "")
    for pattern, whose, corpus in (*CORPORA, *((*other, "") for other in OTHERS)):
        if own and all(pattern.fullmatch(label) for label in own):
            command = f"To read it as {corpus}: choose {corpus} on the datasets page; in a shell, python -m ser_core corpora validate {corpus} --data {where}"
            table = "Name the folder whose folders are emotions, or a table with the columns file, emotion and speaker."
            return f"These labels look like {whose}, not like emotions: {named}. {command if corpus else table}"
    return ""
