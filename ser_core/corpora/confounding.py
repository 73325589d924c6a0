"""Does what is said give the emotion away? How many of an emotion's sentences are spoken in that emotion alone."""

from __future__ import annotations

import pandas as pd

from ser_core.corpora import savee
from ser_core.corpora.base import Corpus
from ser_core.corpora.splits import corpus_of

#: From this share of an emotion's sentences on, text and emotion are confounded.
CONFOUNDED_FROM = 0.5
COLUMNS = ["corpus", "emotion", "sentences", "alone", "share"]

#: Corpora whose table does not tell the texts themselves: emotion → (sentences, of them in this emotion alone), as stated.
STATED = {savee.CARD.name: savee.SENTENCES_ALONE}


def table(corpus: Corpus) -> pd.DataFrame:
    """Return a row a corpus and emotion: its sentences, how many are spoken in that emotion alone, and their share.

    Joined corpora are counted each for itself. Emotions whose sentences are not known have no row. For SAVEE the figures are
    those that its owners state, not counted: its file names number the sentences of each emotion anew.
    """
    rows: list[tuple[str, str, int, int, float]] = []
    sources = corpus_of(corpus.clips)
    for source, clips in corpus.clips.groupby(sources, sort=False):
        if source in STATED:
            present = set(clips["emotion"])
            counted = {emotion: counts for emotion, counts in STATED[str(source)].items() if emotion in present}
        else:
            counted = _counted(clips[clips["sentence"] != ""])
        rows += [(str(source), emotion, n, alone, alone / n) for emotion, (n, alone) in counted.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def note(corpus: Corpus) -> str | None:
    """Return a sentence for the reader of a score where text and emotion are confounded, else None.

    They are where half or more of an emotion's sentences are spoken in it alone and sentences come again, so that a model can
    learn them: at least two clips a sentence.
    """
    confounded = table(corpus)
    confounded = confounded[confounded["share"] >= CONFOUNDED_FROM]
    groups: dict[tuple[int, int], list[str]] = {}
    for row in confounded.itertuples():
        stated = row.corpus in STATED
        if stated or _repeated(corpus.clips, str(row.corpus), str(row.emotion), int(row.sentences)):
            groups.setdefault((int(row.alone), int(row.sentences)), []).append(str(row.emotion))
    if not groups:
        return None
    parts = [f"{alone} of {n} sentences of {_listed(emotions)}" for (alone, n), emotions in groups.items()]
    return f"What is said gives much of the emotion away: {'; '.join(parts)} are spoken in one emotion alone."


def _counted(clips: pd.DataFrame) -> dict[str, tuple[int, int]]:
    pairs = clips[["sentence", "emotion"]].drop_duplicates()
    alone = ~pairs["sentence"].duplicated(keep=False)
    counts = alone.groupby(pairs["emotion"]).agg(["size", "sum"])
    return {str(emotion): (int(size), int(single)) for emotion, size, single in counts.itertuples()}


def _repeated(clips: pd.DataFrame, source: str, emotion: str, sentences: int) -> bool:
    here = (corpus_of(clips) == source) & (clips["emotion"] == emotion) & (clips["sentence"] != "")
    return int(here.sum()) >= 2 * sentences


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
