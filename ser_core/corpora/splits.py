"""Dividing a corpus into train, validation and test parts that share no clip, and by default no speaker."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ser_core.corpora import manifest, tables
from ser_core.corpora.base import CorpusError

PARTS = ("train", "validation", "test")
#: Parts of `speakers` where no published split fits, by speakers; parts of `clips`, by clips.
SPEAKER_SHARES = (0.7, 0.1, 0.2)
CLIP_SHARES = (0.8, 0.1, 0.1)

_PUBLISHED = json.loads((Path(__file__).parent / "splits.json").read_text())


@dataclass(frozen=True, eq=False)
class Division:
    """How a corpus is divided for one training: the split's name, the part of every clip ('' for none), and of one of several the
    fold's own name (a number, or the speaker left out).
    """

    title: str
    parts: pd.Series = field(repr=False)
    name: str = ""


def published(corpus: str, speakers: set[str]) -> tuple[str, dict[str, str]] | None:
    """Return (name, speaker → part) of the published split that fits the speakers present, or None.

    CREMA-D: `tfds` when all of its test speakers are there, else `dev` when all of its speakers are.
    """
    known = _PUBLISHED.get(corpus)
    if known is None:
        return None
    candidates = {"published": known} if "train" in known else {name: known[name] for name in ("tfds", "dev")}
    for name, split in candidates.items():
        parts = {str(speaker): part for part in PARTS for speaker in split[part]}
        needed = split["test"] if name == "tfds" else parts
        if {str(speaker) for speaker in needed} <= speakers:
            return name, {speaker: part for speaker, part in parts.items() if speaker in speakers}
    return None


def published_speakers(corpus: str, split: str, part: str) -> list[str]:
    """Return the speakers of one part of a published split, in its order."""
    return [str(speaker) for speaker in _PUBLISHED[corpus][split][part]]


def corpus_of(clips: pd.DataFrame) -> pd.Series:
    """Return the corpus that every clip comes from: what stands before the first slash of its id."""
    return clips["clip"].str.partition("/")[0]


def speaker_key(clips: pd.DataFrame) -> pd.Series:
    """Return who speaks every clip, told apart across corpora: `<corpus>/<speaker>`, as two corpora may have a speaker `03`."""
    return corpus_of(clips) + "/" + clips["speaker"]


def by_speakers(clips: pd.DataFrame, corpus: str, seed: int) -> tuple[str, pd.Series]:
    """Return (name of the split, part of every clip): no speaker stands in two parts.

    The published split where one fits; otherwise speakers are shuffled by `seed` and cut 70/10/20, at least one a part. Of
    joined corpora each is split for itself, so that published test speakers stay test speakers; one with fewer than three
    speakers goes to train, where another can be split. Clips that the public split drops, and speakers outside a published
    split, get the part ''. Raises CorpusError under three speakers.
    """
    sources = corpus_of(clips)
    speakers = {source: set(clips["speaker"][sources == source]) for source in sources.unique()}
    if len(speakers) <= 1:
        name, parts = _speakers_parts(corpus, set(clips["speaker"]), seed)
        return name, clips["speaker"].map(parts).fillna("").where(~dropped(clips), "")
    if all(len(names) < len(PARTS) for names in speakers.values()):
        raise CorpusError(
            "A split by speakers needs a corpus with at least three speakers among those joined; use --split clips."
        )
    splitting = {
        source: _speakers_parts(source, names, seed)
        if len(names) >= len(PARTS)
        else ("train", dict.fromkeys(names, "train"))
        for source, names in speakers.items()
    }
    part = pd.Series("", index=clips.index)
    for source, (_, parts) in splitting.items():
        part = part.mask(sources == source, clips["speaker"].map(parts).fillna(""))
    name = ", ".join(f"{source}: {name}" for source, (name, _) in splitting.items())
    return name, part.where(~dropped(clips), "")


def by_clips(clips: pd.DataFrame, seed: int) -> tuple[str, pd.Series]:
    """Return (name, part of every clip): 80/10/10 of each emotion's clips at random, the same speakers on all sides."""
    part = pd.Series("", index=clips.index)
    random = np.random.default_rng(seed)
    usable = clips[~dropped(clips)]
    for _, group in usable.groupby("emotion", sort=True):
        order = random.permutation(group.index.to_numpy())
        n_validation, n_test = (max(1, round(share * len(order))) for share in CLIP_SHARES[1:])
        if len(order) < len(PARTS):
            raise CorpusError(
                f"The emotion {group['emotion'].iloc[0]} has {len(order)} of the three clips that a split by clip needs, one a part. "
                "Record more of it, or leave it out: --set labels=… with the others."
            )
        part[order[:n_validation]] = "validation"
        part[order[n_validation : n_validation + n_test]] = "test"
        part[order[n_validation + n_test :]] = "train"
    return f"seed {seed}", part


def from_file(clips: pd.DataFrame, path: Path) -> tuple[str, pd.Series]:
    """Return (name, part of every clip) as the CSV at `path` says; clips it leaves out get ''.

    It has the columns clip and part, or is a manifest with a column split, which names the same files as the corpus.
    """
    table = tables.read(Path(path))
    stated = table.cells.rename(columns=str.lower)
    if "clip" not in stated and {"file", "split"} <= set(stated):
        stated = _of_manifest(clips, Path(path))
    else:
        missing = {"clip", "part"} - set(stated)
        if missing:
            raise CorpusError(f"The split {path} lacks the column {' and '.join(sorted(missing))}.")
        for problem in table.problems:
            raise CorpusError(f"The split {path}: {problem.where} {problem.message}.")
    strange = set(stated["part"]) - set(PARTS) - {""}
    if strange:
        raise CorpusError(f"The split {path} names the part '{sorted(strange)[0]}'; parts are {', '.join(PARTS)}.")
    twice = stated["clip"][stated["clip"].duplicated()]
    if len(twice):
        raise CorpusError(f"The split {path} names the clip {twice.iloc[0]} twice.")
    part = clips["clip"].map(dict(zip(stated["clip"], stated["part"], strict=True))).fillna("")
    absent = [name for name in ("train", "validation") if not (part == name).any()]
    if absent:
        raise CorpusError(f"The split {path} puts no clip of this corpus into {' or '.join(absent)}.")
    return Path(path).name, part


def assign(clips: pd.DataFrame, corpus: str, split: str, seed: int) -> Division:
    """Return the division of `split`: 'speakers', 'clips', or a CSV file's path. Raises CorpusError where there is none of it."""
    if split == "speakers":
        return Division(*by_speakers(clips, corpus, seed))
    if split == "clips":
        return Division(*by_clips(clips, seed))
    if Path(split).is_file():
        return Division(*from_file(clips, Path(split)))
    raise CorpusError(f"There is no split called '{split}', and no file of that name: use speakers, clips or a CSV.")


def dropped(clips: pd.DataFrame) -> pd.Series:
    """Return for every clip whether the public split of its corpus drops it."""
    return clips["flag"].str.startswith("dropped")


def _of_manifest(clips: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The columns clip and part of a manifest, its rows known by file and segment."""
    rows, _, _ = manifest.read(path)
    place = ["path", "start", "end"]
    matched = clips[["clip", *place]].merge(rows[[*place, "split"]], on=place)
    return matched.rename(columns={"split": "part"})[["clip", "part"]]


def _speakers_parts(corpus: str, speakers: set[str], seed: int) -> tuple[str, dict[str, str]]:
    return published(corpus, speakers) or (f"seed {seed}", _shuffled(sorted(speakers), seed))


def _shuffled(speakers: list[str], seed: int) -> dict[str, str]:
    if len(speakers) < len(PARTS):
        raise CorpusError(
            f"A split by speakers needs at least three speakers; here {_are(len(speakers))}. "
            "Use --split clips, and read its score as what it is: the same speakers on both sides."
        )
    order = np.random.default_rng(seed).permutation(speakers)
    n_validation = max(1, round(SPEAKER_SHARES[1] * len(order)))
    n_test = max(1, round(SPEAKER_SHARES[2] * len(order)))
    cuts = np.split(order, [n_validation, n_validation + n_test])
    return {
        str(speaker): part
        for part, group in zip(("validation", "test", "train"), cuts, strict=True)
        for speaker in group
    }


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count or 'none'}"
