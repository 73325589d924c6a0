"""A corpus of one's own as a table: a CSV or TSV with a row a clip, under the field's own column names.

    file,emotion,speaker,gender,sentence,start,end,split
    audio/kim-1.wav,anger,kim,female,Come here.,,,train
    audio/talk.m4a,joy,lee,male,,12.5,15.25,test

`file` (from the table's folder, or absolute) and `emotion` are needed, the others may be absent or empty. `start` and `end`
are seconds and cut a segment out of the file. The names are those that audformat and nkululeko use. A list in JSON Lines, as
EmoBox publishes them, is read like such a table.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

import pandas as pd

from ser_core.corpora import emobox, own, tables
from ser_core.corpora.base import Corpus, CorpusError, Problem, complete

ENDINGS = (".csv", ".tsv", *emobox.ENDINGS)
NEEDED = ("file", "emotion")
OPTIONAL = ("speaker", "gender", "sentence", "start", "end", "split")
GENDERS = {"m": "male", "f": "female", "w": "female"}
#: What tables call the parts of a split → what they are called here.
PARTS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "devel": "validation",
    "development": "validation",
    "test": "test",
    "": "",
}


def load(path: Path, name: str = "manifest", reading: own.Reading = own.Reading()) -> Corpus:
    """Read the table at `path` as a corpus called `name`.

    Clip ids are `<name>/<path from the table's folder>`, a segment's with `#<start>-<end>`. Rows that do not fit are listed
    in `problems` by their number in the table, the others load. Whether the files exist is not looked at: validation does.
    `reading` renames emotions and tells speakers. Raises CorpusError when the table cannot be read, lacks a needed column, or no row fits.
    """
    path = Path(path)
    frame, problems, note = read(path)
    clips = frame.assign(clip=f"{name}/" + frame["clip"])
    how = f"the table {path}"
    notes = [note] if note else []
    return own.corpus(name, path, how, complete(clips), sorted(problems, key=_row), notes, reading)


def read(path: Path) -> tuple[pd.DataFrame, list[Problem], str]:
    """Return the table's rows that fit, as clips without their corpus' name before the id, a problem for every other, and a note.

    The note: what a reader must know of how the table was read, else empty. Raises CorpusError.
    """
    frame, problems, note = _cells(path)
    frame, unfit = _fitting(frame)
    problems += unfit
    base = path.parent
    if path.suffix.lower() in emobox.ENDINGS and len(frame):
        base = emobox.folder(path, frame["file"].iloc[0])
    frame["path"], relative = places(frame["file"], base)
    frame["clip"] = relative + segments(frame)
    twice = frame["clip"].duplicated()
    problems += [
        Problem(f"row {row}", f"names the same clip as a row above: {clip}")
        for row, clip in zip(frame.index[twice], frame["clip"][twice], strict=True)
    ]
    frame = frame[~twice].rename(columns={"gender": "sex"})
    return frame.drop(columns=["file"]), problems, note


def _row(problem: Problem) -> int:
    return int(problem.where.rpartition(" ")[2])


def _cells(path: Path) -> tuple[pd.DataFrame, list[Problem], str]:
    """The cells as text under known columns, indexed by the row's number; a problem for every row with too many cells; a note."""
    table = (emobox if path.suffix.lower() in emobox.ENDINGS else tables).read(path)
    columns = [name.lower() for name in table.cells.columns]
    columns = ["gender" if name == "sex" and "gender" not in columns else name for name in columns]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise CorpusError(
            f"{path} has no column {' and no column '.join(missing)}; its first row must name file and emotion, "
            f"and may name {', '.join(OPTIONAL)}. It reads: {', '.join(columns) or 'nothing'}."
        )
    cells = table.cells.set_axis(columns, axis=1)
    return cells[[name for name in (*NEEDED, *OPTIONAL) if name in columns]].copy(), table.problems, table.note


def _fitting(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows without a fault, their numbers and parts read; a problem for every other row."""
    wrong: dict[int, str] = {}

    def note(rows: pd.Series, message: str, cells: str = "") -> None:
        for row in frame.index[rows]:
            wrong.setdefault(row, message.format(frame.at[row, cells]) if cells else message)

    note(frame["file"] == "", "names no file")
    note(frame["emotion"] == "", "names no emotion")
    for name in NEEDED:
        note(frame[name].str.contains("\n", regex=False), f"its {name} runs over lines: a quotation mark is not closed")
    for name in ("start", "end"):
        stated = frame[name] if name in frame else pd.Series("", index=frame.index, dtype=str)
        seconds = _seconds(stated)
        note(
            seconds.isna() & (stated != "") & (stated.str.lower() != "nat"), f"{name} is no time in seconds: {{}}", name
        )
        note(seconds < 0, f"{name} is below 0: {{}}", name)
        frame[f"{name} s"] = seconds
    note(frame["end s"] <= frame["start s"].fillna(0.0), "ends before it starts")
    if "split" in frame:
        part = frame["split"].str.lower().map(PARTS)
        note(part.isna(), "names the part '{}'; parts are train, validation (dev) and test", "split")
        frame["split"] = part
    if "gender" in frame:
        frame["gender"] = frame["gender"].str.lower().replace(GENDERS)
    problems = [Problem(f"row {row}", message) for row, message in wrong.items()]
    frame = frame.drop(index=list(wrong)) if wrong else frame
    # Segments have both ends or, to the file's end, a start; a start of 0 without an end is the whole file.
    start, end = frame.pop("start s"), frame.pop("end s")
    start = start.mask(end.notna(), start.fillna(0.0)).mask(end.isna() & (start == 0.0))
    return frame.assign(start=start, end=end), problems


def _seconds(stated: pd.Series) -> pd.Series:
    """Seconds of a column of numbers, or of durations as audformat writes them (`0 days 00:00:01.500000`)."""
    seconds = tables.numbers(stated)
    durations = stated.str.contains(":", regex=False)
    if durations.any():
        seconds = seconds.mask(durations, pd.to_timedelta(stated.where(durations), errors="coerce").dt.total_seconds())
    return seconds.where(seconds.abs() != float("inf"))


def places(stated: pd.Series, folder: Path) -> tuple[pd.Series, pd.Series]:
    """Return every stated file's path on this machine (from `folder`, where it is not absolute), and the one in its clip's id: POSIX style,
    without the machine's folders.
    """
    posix = stated.str.replace("\\", "/", regex=False)
    odd = posix.str.contains(r"//|(?:^|/)\.\.?/", regex=True)
    if odd.any():
        posix = posix.mask(odd, posix[odd].map(posixpath.normpath).reindex(posix.index))
    base = folder.absolute().as_posix().rstrip("/") + "/"
    absolute = posix.str.contains(r"^(?:/|[A-Za-z]:/)", regex=True)
    relative = posix.str.removeprefix(base) if absolute.any() else posix
    outside = absolute & (relative == posix)
    if outside.any():
        # Their common folder goes, so that no id tells how this machine names its folders.
        parent = posixpath.commonpath([*posix[outside].str.rpartition("/")[0].unique()]).rstrip("/") + "/"
        relative = relative.mask(outside, posix.str.removeprefix(parent))
    return posix.mask(~absolute, base + posix), relative


def segments(frame: pd.DataFrame) -> pd.Series:
    """Return `#<start>-<end>` of the rows (columns start, end) that are segments, else empty; an open end is left out."""
    segments = frame["start"].notna() | frame["end"].notna()
    label = pd.Series("", index=frame.index, dtype=str)
    if segments.any():
        cut = frame[segments]
        label[segments] = "#" + cut["start"].map(_plain) + "-" + cut["end"].map(_plain)
    return label


def _plain(seconds: float) -> str:
    return "" if seconds != seconds else f"{seconds:.10g}"
