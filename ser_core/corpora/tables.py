"""Tables as spreadsheets and other programs write them: how a CSV or TSV separates its cells, in which letters, and its cells.

Read are commas, semicolons and tabs, Excel's first line `sep=;`, a byte order mark, UTF-16, and Windows-1252 where the letters are
not UTF-8. Columns without a name are passed over; cells that a row lacks at its end are empty.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ser_core.corpora.base import CorpusError, Problem

DELIMITERS = ",;\t"
#: Excel's line before the header, which is no row of the table.
_SEPARATOR = re.compile(r'"?sep=([^\w\s"]|\t)"?', re.IGNORECASE)
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DECIMAL_COMMA = r"^([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)$"
#: Letters that are looked at in one go.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Layout:
    """How the table at `path` is written. `skipped`: lines before its first row; `columns`: what that row says, '' for no name."""

    path: Path
    encoding: str
    delimiter: str
    skipped: int
    columns: tuple[str, ...]

    @property
    def note(self) -> str:
        """What a reader must know of how its letters were read; empty where nothing was guessed."""
        if self.encoding != "cp1252":
            return ""
        return f"{self.path.name} is not in UTF-8 and was read as Windows-1252 (cp1252); where names look wrong, save it as CSV (UTF-8)."

    @property
    def unique(self) -> list[str]:
        """The columns' names, those without one told apart."""
        return [name or f"\0{place}" for place, name in enumerate(self.columns)]


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table as text without spaces around it, under its named columns, indexed by row: the first below the header is 2.

    problems: the rows that have more cells than columns, which are left out.
    """

    cells: pd.DataFrame = field(repr=False)
    problems: list[Problem]
    note: str


def layout(path: Path) -> Layout:
    """Return how the table at `path` is written. Raises CorpusError where it cannot be read."""
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as lines:
            first = lines.readline()
            said = _SEPARATOR.fullmatch(first.strip("\r\n"))
            header = lines.readline() if said else first
            delimiter = said[1] if said else _delimiter(path, header)
            # Read anew: a name in quotation marks may run over lines.
            lines.seek(0)
            rows = csv.reader(lines, delimiter=delimiter)
            columns = next(rows, [])
            if said:
                columns = next(rows, [])
    except OSError as error:
        raise CorpusError(f"The table {path} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        raise CorpusError(f"{path} cannot be read as a table: {error}.") from error
    return Layout(path, encoding, delimiter, 1 if said else 0, tuple(name.strip() for name in columns))


def read(path: Path) -> Table:
    """Return the cells of the table at `path`; empty rows are left out.

    Raises CorpusError where it cannot be read, or names a column twice (in whatever case).
    """
    form = layout(Path(path))
    named = [name.casefold() for name in form.columns if name]
    if len(set(named)) < len(named):
        raise CorpusError(f"{path} names a column twice: {', '.join(name for name in form.columns if name)}.")
    text = form.path.read_text(encoding=form.encoding)
    text = text.partition("\n")[2] if form.skipped else text
    problems: list[Problem] = []
    cells = _even(form, text)
    if cells is None:
        cells, problems = _uneven(form, text)
    cells = pd.DataFrame({name: cells[name].str.strip() for name in form.columns if name}, index=cells.index)
    # Looked at in full only where the first column leaves it open: most tables have no empty row.
    maybe = cells.index if cells.empty else cells.index[cells.iloc[:, 0] == ""]
    empty = maybe[(cells.loc[maybe] == "").all(axis=1)] if len(maybe) else maybe
    return Table(cells.drop(index=empty) if len(empty) else cells, problems, form.note)


def numbers(stated: pd.Series) -> pd.Series:
    """Return a column of text as numbers, with decimal points or commas; NaN for what is none."""
    parsed = pd.to_numeric(stated, errors="coerce")
    others = stated[parsed.isna() & (stated != "")]
    if len(others):
        points = pd.to_numeric(others.str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True), errors="coerce")
        parsed = parsed.astype(float).fillna(points)
    return parsed


def _encoding(path: Path) -> str:
    with path.open("rb") as data:
        marked = _MARKS.get(data.read(2))
    for encoding in [marked] if marked else ["utf-8-sig", "cp1252"]:
        try:
            with path.open(encoding=encoding) as letters:
                while letters.read(_BLOCK):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise CorpusError(f"{path} is neither in UTF-8 nor in Windows-1252; save it as CSV (UTF-8).")


def _delimiter(path: Path, header: str) -> str:
    if path.suffix.lower() == ".tsv" and "\t" in header:
        return "\t"
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _even(form: Layout, text: str) -> pd.DataFrame | None:
    """The cells as pandas reads them, several times as fast as the csv module; None where a row has too many."""
    if not form.columns:
        return pd.DataFrame()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.StringIO(text, newline=""),
                sep=form.delimiter,
                names=form.unique,
                header=0,
                index_col=False,
                dtype=str,
                na_filter=False,
                skip_blank_lines=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        return None
    return frame.set_axis(pd.RangeIndex(2, 2 + len(frame)))


def _uneven(form: Layout, text: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The cells of a table some of whose rows have more than it has columns, and a problem where these say something."""
    width = len(form.columns)
    fitting: dict[int, list[str]] = {}
    problems = []
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter)
    try:
        next(rows, None)
        for number, row in enumerate(rows, start=2):
            if any(cell.strip() for cell in row[width:]):
                problems.append(Problem(f"row {number}", f"has {len(row)} cells, the first row names {width}"))
            else:
                fitting[number] = row[:width] + [""] * (width - len(row))
    except csv.Error as error:
        raise CorpusError(f"{form.path} cannot be read as a table: {error}.") from error
    return pd.DataFrame(list(fitting.values()), columns=form.unique, index=list(fitting), dtype=str), problems
