"""The sound of somebody else's split: features of its clips, from the store, and which of them are one recording in two forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ser_core.corpora import own
from ser_core.corpora.base import Corpus, table
from ser_core.corpora.reading import ClipReader
from ser_core.evaluation import split_clips
from ser_core.evaluation.split_clips import SplitClips
from ser_core.fanout import Progress
from ser_core.features import near_duplicates, sets, store
from ser_core.features.sources import Source

#: From this share of a corpus' clips on, the store keeps the features of all of it: trainings want them too.
WHOLE = 0.5
#: What stands before the clips of files that belong to no corpus, in the store.
NAME = "split"


@dataclass(frozen=True, eq=False)
class Heard:
    """By row of a split: its vector, its seconds of speech and the hash of its decoded samples; and why rows have none of these."""

    vectors: Mapping[int, np.ndarray] = field(repr=False)
    seconds: Mapping[int, float] = field(repr=False)
    digests: Mapping[int, str] = field(repr=False)
    failed: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class Compared:
    """Hashes of all rows, pairs of rows that are one recording in two forms, how many rows were heard, and what a reader must know."""

    digests: list[str] = field(repr=False)
    near: list[tuple[int, int]]
    heard: int
    notes: tuple[str, ...]


def heard(clips: SplitClips, source: Source, progress: Progress | None = None) -> Heard:
    """Return what `source` makes of every row whose sound is here; extracted once, then read from the store."""
    rows = clips.rows
    there = rows[rows["path"] != ""]
    of_corpus = pd.Series(False, index=there.index)
    corpus = clips.corpus if clips.here else None
    if corpus is not None:
        own_path = there["clip"].map(dict(zip(corpus.clips["clip"], corpus.clips["path"], strict=True)))
        of_corpus = own_path == there["path"]
    loaded: list[tuple[pd.Series, store.Features | store.Together]] = []
    if corpus is not None and of_corpus.any():
        named = there["clip"][of_corpus]
        asked = corpus
        if named.nunique() < WHOLE * len(corpus.clips):
            asked = replace(corpus, clips=corpus.clips[corpus.clips["clip"].isin(set(named))].reset_index(drop=True))
        loaded.append((named, store.load(asked, source, progress=progress)))
    others = there[~of_corpus]
    if len(others):
        numbers = pd.factorize(split_clips.places(others))[0]
        ids = pd.Series([f"{NAME}/{number}" for number in numbers], index=others.index)
        loaded.append((ids, store.load(_corpus(others.assign(clip=ids)), source, progress=progress)))
    vectors: dict[int, np.ndarray] = {}
    seconds: dict[int, float] = {}
    digests: dict[int, str] = {}
    failed: dict[int, str] = {}
    for ids, features in loaded:
        for row, clip in ids.items():
            number = int(row)
            if clip in features:
                vectors[number] = np.asarray(features[clip])[0]
                seconds[number] = features.seconds[clip]
                digests[number] = features.hashes[clip]
            else:
                failed[number] = features.failed.get(clip, "has no features")
    return Heard(vectors, seconds, digests, failed)


def compared(clips: SplitClips, progress: Progress | None = None) -> Compared:
    """Return which rows are one recording, by hash and by what the pretrained ear makes of them."""
    (source,) = (given.source for given in sets.named(near_duplicates.FEATURES).inputs)
    sounds = heard(clips, source, progress)
    # Where a file was heard its own samples count, not what the index knows of a clip of its name.
    digests = [sounds.digests.get(row, known) or known for row, known in enumerate(clips.rows["digest"])]
    order = list(sounds.vectors)
    reader = ClipReader()

    @lru_cache(maxsize=2)
    def sound(place: int) -> np.ndarray:
        row = clips.rows.loc[order[place]]
        return reader.read(row["path"], row["start"], row["end"]).samples

    near = near_duplicates.pairs(
        np.stack([sounds.vectors[row] for row in order]) if order else np.zeros((0, source.dims)),
        np.array([sounds.seconds[row] for row in order]),
        [clips.rows.at[row, "path"] for row in order],
        sound,
    )
    pairs = [(order[a], order[b]) for a, b in near]
    same = {name for name, n in Counter(digests).items() if name and n > 1}
    pairs = [(a, b) for a, b in pairs if not (digests[a] == digests[b] and digests[a] in same)]
    pairs = [(a, b) for a, b in pairs if clips.rows.at[a, "path"] != clips.rows.at[b, "path"]]
    notes = []
    if sounds.failed:
        row, why = next(iter(sounds.failed.items()))
        notes.append(
            f"{len(sounds.failed):,} clips cannot be read and were not compared; {clips.rows.at[row, 'name']}: {why}"
        )
    silent = int((clips.rows["path"] == "").sum())
    if silent:
        notes.append(
            f"The sound of {silent:,} of {len(clips.rows):,} clips is not here; of these copies are known by the corpus' index alone."
        )
    return Compared(digests, pairs, len(order), tuple(notes))


def _corpus(rows: pd.DataFrame) -> Corpus:
    columns = ["clip", "path", "speaker", "emotion", "start", "end"]
    return Corpus(
        own.card(NAME, "the files that a split names"),
        _common(rows),
        table(rows[columns].drop_duplicates("clip").to_dict("records")),
    )


def _common(rows: pd.DataFrame) -> Path:
    return Path(rows["path"].iloc[0]).parent
