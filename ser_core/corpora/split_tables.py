"""A split as others publish it: a table with a row a clip and its part, a list a part, or folds.

Read are CSV and TSV as spreadsheets write them, JSON Lines (EmoBox' lists), JSON (HEAR's folds: an object by file), Parquet (a Hugging
Face dataset's, of which no sound is read), and plain lists of files, a line each. Where the table names no part, its own name does:
`cremad_train_fold_1.jsonl`, `test-00000-of-00001.parquet`, `fold03.json`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files
from ser_core.corpora import emobox, manifest, tables
from ser_core.corpora.base import CorpusError, Problem

#: What others call a part → what it is called here.
PARTS = {
    **manifest.PARTS,
    **dict.fromkeys(("tr", "trn", "fit"), "train"),
    **dict.fromkeys(("cv", "devset", "validate"), "validation"),
    **dict.fromkeys(("eval", "evaluation", "testing", "tst", "te", "heldout"), "test"),
}
#: What is asked for → the columns that say it, the first that a table has.
COLUMNS = {
    "clip": ("clip", "clip_id"),
    "path": (
        "file",
        "path",
        "wav",
        "audio",
        "filename",
        "file_name",
        "filepath",
        "file_path",
        "audio_path",
        "wav_path",
    ),
    "part": ("part", "split", "fold", "subset", "set", "partition"),
    "speaker": ("speaker", "spk", "speaker_id", "speakerid", "actor", "actor_id", "actorid", "subject"),
    "sentence": ("sentence", "text", "transcript", "transcription", "statement", "utterance"),
    "session": ("session", "session_id", "sitting", "dialogue", "dialogue_id", "dialog", "recording"),
    "emotion": ("emotion", "emo", "label", "category", "class"),
    "start": ("start",),
    "end": ("end",),
}
#: Names of a clip where no column above says one.
KEYS = ("key", "id", "name", "utt", "utt_id")
LISTS = (".txt", ".lst", ".list", ".scp")


@dataclass(frozen=True, eq=False)
class SplitTable:
    """A split as its files state it.

    rows: a row a clip, text: `clip` (what the files call it), `path`, `part`, `speaker`, `sentence`, `session`, `emotion` ('' where not
    stated), `start` and `end` (seconds, NaN for the file's own), `source` (the file that states it). folds: whether the parts are
    folds, of which each is tested once. problems: the rows that were left out.
    """

    title: str
    rows: pd.DataFrame = field(repr=False)
    folds: bool
    problems: tuple[Problem, ...] = ()


def read(files: Sequence[Path | str]) -> SplitTable:
    """Return the split that these files state: one table, or a list a part or fold.

    Raises CorpusError for a file that cannot be read, names no clip or no part, and where fewer than two parts are left.
    """
    paths = [Path(file) for file in files]
    if not paths:
        raise CorpusError("Name the table of a split, or a list of each of its parts.")
    pieces, problems = [], []
    for path in paths:
        frame, broken = _table(path)
        if frame.empty:
            raise CorpusError(f"{path} names no clip.")
        pieces.append(_columns(frame, path))
        problems += [
            Problem(f"{path.name}, {problem.where}" if len(paths) > 1 else problem.where, problem.message)
            for problem in broken
        ]
    rows = pd.concat(pieces, ignore_index=True)
    rows, folds = _parts(rows, paths)
    unnamed = (rows["clip"] == "").sum()
    if unnamed:
        problems.append(Problem(f"{unnamed} rows", "name no clip"))
    rows = rows[(rows["clip"] != "") & (rows["part"] != "")].reset_index(drop=True)
    parts = list(dict.fromkeys(rows["part"]))
    if len(parts) < 2:
        raise CorpusError(
            f"{paths[0]} has {f'the part {parts[0]} alone' if parts else 'no part'}; a split has two at least. Name the table with all of "
            "them, or a list a part."
        )
    return SplitTable(" + ".join(dict.fromkeys(path.name for path in paths)), rows, folds, tuple(problems))


def _table(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """The cells of a file as text under its own columns in lower case, and the rows that are none."""
    ending = path.suffix.lower()
    if not path.is_file():
        raise CorpusError(f"{path} is not there, or is no file.")
    if ending == ".parquet":
        problems: list[Problem] = []
        frame = _parquet(path)
    elif ending in emobox.ENDINGS:
        objects, problems = emobox.objects(path)
        frame = pd.DataFrame(list(objects.values()))
    elif ending == ".json":
        frame, problems = _json(path), []
    elif ending in LISTS and not _has_header(path):
        frame, problems = _list(path), []
    else:
        table = tables.read(path)
        frame, problems = table.cells, table.problems
    frame = frame.set_axis([str(name).strip().lower() for name in frame.columns], axis=1)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    return frame.map(_text).reset_index(drop=True), problems


def _text(cell: Any) -> str:
    if isinstance(cell, dict):
        # A Hugging Face dataset's sound.
        cell = cell.get("path")
    if isinstance(cell, (list, tuple)):
        cell = cell[0] if len(cell) else None
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path)
        kinds = table.schema_arrow
        # Of a sound its name alone: its bytes would fill the memory.
        wanted = []
        for kind in kinds:
            if pyarrow.types.is_struct(kind.type):
                wanted += [f"{kind.name}.path"] if kind.type.get_field_index("path") >= 0 else []
            elif not (pyarrow.types.is_nested(kind.type) or pyarrow.types.is_binary(kind.type)):
                wanted.append(kind.name)
        frame = table.read(columns=wanted).to_pandas()
        names = _class_names(kinds)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise CorpusError(f"{path} cannot be read as Parquet: {error}.") from error
    for column, said in names.items():
        if column in frame:
            frame[column] = frame[column].map(lambda number, said=said: _class_name(number, said))
    return frame


def _class_names(schema: Any) -> dict[str, list[str]]:
    """The names of a Hugging Face dataset's classes, column → names in the order of their numbers."""
    try:
        stated = files.from_json((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {column: list(feature["names"]) for column, feature in stated.items() if "names" in feature}
    except (KeyError, TypeError, ValueError):
        return {}


def _class_name(number: Any, names: list[str]) -> str:
    return names[int(number)] if number == number and number is not None and 0 <= int(number) < len(names) else ""


def _json(path: Path) -> pd.DataFrame:
    try:
        stated = files.from_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read as JSON: {error}.") from error
    if isinstance(stated, list):
        return pd.DataFrame([entry if isinstance(entry, dict) else {"file": entry} for entry in stated])
    if not isinstance(stated, dict):
        raise CorpusError(f"{path} is neither a list nor an object by clip.")
    if stated and all(isinstance(listed, list) and name.casefold() in PARTS for name, listed in stated.items()):
        # {"train": [file, …], "test": [file, …]}
        return pd.DataFrame([{"file": file, "part": part} for part, listed in stated.items() for file in listed])
    return pd.DataFrame(
        [
            {"key": name, **entry} if isinstance(entry, dict) else {"file": name, "label": entry}
            for name, entry in stated.items()
        ]
    )


def _has_header(path: Path) -> bool:
    names = {name.lower() for name in tables.layout(path).columns}
    return len(names) > 1 and bool(names & {name for known in COLUMNS.values() for name in known})


def _list(path: Path) -> pd.DataFrame:
    """The first word of every line: a file; what follows (a label) is not read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise CorpusError(f"The list {path} cannot be read: {error}.") from error
    first = [re.split(r"[\t,;|]", line.strip())[0].strip() for line in lines if line.strip()]
    # Names may hold spaces; a label behind one does not begin a path and follows the ending.
    return pd.DataFrame({"file": [re.sub(r"(\.\w{2,4})\s+\S.*$", r"\1", word) for word in first]})


def _columns(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The columns that are asked for, '' where the table does not state one; a row's name as its table calls it."""

    def column(wanted: str) -> pd.Series:
        name = next((name for name in COLUMNS[wanted] if name in frame.columns), None)
        return pd.Series("", index=frame.index, dtype=str) if name is None else frame[name]

    rows = pd.DataFrame({name: column(name) for name in COLUMNS})
    key = next((key for key in KEYS if key in frame.columns), None)
    if not {*COLUMNS["clip"], *COLUMNS["path"], *KEYS} & set(frame.columns):
        raise CorpusError(
            f"{path} has no column that names a clip ({', '.join((*COLUMNS['clip'], *COLUMNS['path'][:3]))}). "
            f"It reads: {', '.join(frame.columns) or 'nothing'}."
        )
    for name in ("start", "end"):
        rows[name] = tables.numbers(rows[name]).astype(float)
    segment = rows["start"].notna() | rows["end"].notna()
    label = ("#" + rows["start"].map("{:g}".format) + "-" + rows["end"].map("{:g}".format)).where(segment, "")
    named = rows["clip"].where(rows["clip"] != "", rows["path"] + label.str.replace("nan", ""))
    rows["clip"] = named if key is None else named.where(named != "", frame[key])
    return rows.assign(source=str(path))


def _parts(rows: pd.DataFrame, paths: list[Path]) -> tuple[pd.DataFrame, bool]:
    """The rows with their part under the name that it has here, and whether these are folds."""
    stated = rows["part"].str.casefold()
    silent = stated == ""
    if silent.all():
        # Of lists whose names tell no part, each is a fold.
        named = [
            _part_of_name(path.stem)
            or PARTS.get(path.absolute().parent.name.casefold())
            or (path.stem if len(paths) > 1 else "")
            for path in paths
        ]
        if not all(named):
            raise CorpusError(
                f"{paths[0]} names no part: it needs a column part, split or fold, or train or test in its own name."
            )
        stated = rows["source"].map(dict(zip(map(str, paths), named, strict=True)))
    known = stated.map(PARTS)
    odd = sorted(set(stated[known.isna()]))
    if not odd:
        return rows.assign(part=known), False
    if known[~silent].notna().any():
        raise CorpusError(
            f"{paths[0]} names the part '{odd[0]}' beside parts that are known; parts are train, validation (dev) and test (eval)."
        )
    if len(paths) == 1 and len(odd) > len(rows) / 2:
        raise CorpusError(
            f"{paths[0]} names {len(odd)} parts or folds for {len(rows)} clips; which column tells the part?"
        )
    return rows.assign(part=stated.str.replace(r"^0*(\d+)(?:\.0)?$", r"fold \1", regex=True)), True


def _part_of_name(stem: str) -> str:
    """The part that a file's name tells, '' where it tells none or several."""
    words = [word for word in re.split(r"[^a-z]+", stem.casefold()) if word]
    parts = {PARTS[word] for word in words if word in PARTS}
    return parts.pop() if len(parts) == 1 else ""
