"""The clips of somebody else's split: what is known of each, from the table itself, from the corpus, and from the files' names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ser_core.corpora import carried, emobox, emotion_names, registry, speaker_guess, splits
from ser_core.corpora.base import Corpus, CorpusError, audio_paths, index
from ser_core.corpora.split_tables import SplitTable

#: How speakers came to be known → what a reader is told.
FROM = {
    "corpus": "as the corpus states them",
    "table": "as the table states them",
    "names": "going by the files' names",
    "": "not known",
}


@dataclass(frozen=True, eq=False)
class SplitClips:
    """A row a clip of a split: `name` (as its files call it), `part`, `clip` (the corpus' id, '' for none of it), `speaker`, `sentence`,
    `session`, `emotion`, `path` ('' where its sound is not here), `start`, `end`, `digest` (hash of the decoded samples, '' where unknown).

    corpus: whose they are, None for none; here: whether its folder is on this machine. speakers: how these are known, one of `FROM`.
    """

    table: SplitTable = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    corpus: Corpus | None
    here: bool
    speakers: str
    note: str = ""


def corpus_of(table: SplitTable, name: str | None, folder: Path | None) -> tuple[Corpus | None, bool]:
    """Return the corpus that a split is of, and whether it is on this machine.

    name: what the user says; None to go by the files' names, which may be of none. Raises CorpusError.
    """
    if name is None and folder is not None:
        if not folder.is_dir():
            raise CorpusError(f"The folder {folder} does not exist; name the one in which the sounds lie.")
        guessed = carried.guess(named(table))
        return (registry.load(guessed.name, folder), True) if guessed else (None, False)
    if name is None:
        guessed = carried.guess(named(table))
        entry = registry.entries().get(guessed.name) if guessed else None
        return (registry.load(entry.name), True) if entry is not None and entry.present else (guessed, False)
    entry = registry.entries().get(name)
    if folder is None and not (entry is not None and entry.present) and name in carried.names():
        return carried.corpus(name), False
    return registry.load(name, folder), True


def of(
    table: SplitTable, corpus: Corpus | None, *, here: bool, own_files: bool = True, folder: Path | None = None
) -> SplitClips:
    """Return what is known of the split's clips.

    Of a clip that the corpus knows it states speaker and sentence; the table's own columns fill what it does not, and emotions are the
    table's. Where nobody states a speaker, the files' names are asked. own_files: whether files that the table names are opened; without,
    those of the corpus' folder alone. folder: where files lie that the table names, of a split of no corpus.
    """
    rows = table.rows.rename(columns={"clip": "name"})
    ids = [""] * len(rows)
    if corpus is not None:
        pairs = zip(carried.ids(rows["path"], corpus), carried.ids(rows["name"], corpus), strict=True)
        ids = [by_file or by_name for by_file, by_name in pairs]
    rows = rows.assign(clip=ids, emotion=rows["emotion"].map(emotion_names.standard), digest="")
    said = "table" if (rows["speaker"] != "").any() else ""
    if corpus is not None:
        known = corpus.clips.set_index("clip")
        of_it = rows["clip"] != ""
        several = splits.corpus_of(corpus.clips).nunique() > 1
        speakers = dict(
            zip(corpus.clips["clip"], splits.speaker_key(corpus.clips) if several else known["speaker"], strict=True)
        )
        stated = rows["clip"].map(speakers).fillna("")
        said = "corpus" if (stated != "").any() else said
        rows["speaker"] = stated.where(stated != "", rows["speaker"])
        for column, own in (("sentence", "sentence"), ("session", "sitting"), ("emotion", "emotion")):
            if own not in known:
                continue
            stated = rows["clip"].map(known[own]).fillna("").astype(str)
            first, second = (rows[column], stated) if column == "emotion" else (stated, rows[column])
            rows[column] = first.where(first != "", second)
        official = index(corpus.name)
        stems = rows["clip"].str.partition("/")[2]
        rows["digest"] = [
            official[stem].pcm16_sha256_16 if stem in official and belongs else ""
            for stem, belongs in zip(stems, of_it, strict=True)
        ]
    note = ""
    if (rows["speaker"] == "").all():
        rows, note = _guessed(rows)
        said = "names" if note else ""
    return SplitClips(table, _with_sound(rows, corpus if here else None, folder, own_files), corpus, here, said, note)


def places(rows: pd.DataFrame) -> pd.Series:
    """Return where each clip's sound lies, as text: its file, else its clip's id, else its name, and which segment of it."""
    whose = rows["path"].where(rows["path"] != "", rows["clip"].where(rows["clip"] != "", rows["name"]))
    cells = zip(whose, rows["start"], rows["end"], strict=True)
    return pd.Series([f"{file}#{start:g}-{end:g}" for file, start, end in cells], index=rows.index, dtype=object)


def named(table: SplitTable) -> list[str]:
    """Return what tells each clip best: its file where one is named, else its name."""
    return list(table.rows["path"].where(table.rows["path"] != "", table.rows["clip"]))


def _guessed(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows with the speakers that their files' names tell, and how; as they are where these tell none."""
    named = rows["path"].where(rows["path"] != "", rows["name"])
    asked = pd.DataFrame({"clip": "split/" + named, "speaker": "", "emotion": rows["emotion"]})
    guess = speaker_guess.guess(asked.drop_duplicates("clip"))
    if guess is None:
        return rows, ""
    return rows.assign(
        speaker=asked["clip"].map(guess.speakers).fillna("")
    ), f"Who speaks goes by the files' names: {guess.sentence()}."


def _with_sound(rows: pd.DataFrame, corpus: Corpus | None, folder: Path | None, own_files: bool) -> pd.DataFrame:
    """The rows with the path of each one's sound: the file that the table names, else one of that name in the corpus' folder, else the
    corpus' own clip; '' where there is none. A sound that the table names is another than the index knows, as far as anybody knows.
    """
    inside: dict[str, str] = {}
    of_clip: dict[str, str] = {}
    root = folder
    if corpus is not None:
        of_clip = dict(zip(corpus.clips["clip"], corpus.clips["path"], strict=True))
        root = folder or (corpus.root if corpus.root.is_dir() else corpus.root.parent)
    if root is not None:
        for path in audio_paths(root, below=True):
            file = Path(path)
            for key in (file.name, file.stem, "/".join(file.parts[-2:])):
                # A name that several files share tells none of them.
                inside[key] = path if inside.get(key, path) == path else ""
    folders = {}
    for source, first in rows.groupby("source")["path"].first().items():
        folders[source] = emobox.folder(Path(str(source)), first) if own_files and first else None

    def sound(stated: str, name: str, clip: str, source: str) -> str:
        folder = folders.get(source)
        if stated and folder is not None and (folder / stated).is_file():
            return str(folder / stated)
        parts = Path((stated or name).replace("\\", "/")).parts
        path = inside.get("/".join(parts[-2:])) or inside.get("/".join(parts[-1:])) or ""
        return path or of_clip.get(clip, "")

    cells = (rows[column] for column in ("path", "name", "clip", "source"))
    return rows.assign(path=[sound(*row) for row in zip(*cells, strict=True)])
