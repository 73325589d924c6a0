"""Tables as CSV for a spreadsheet, which would take a stranger's words for a formula and run it."""

from __future__ import annotations

import pandas as pd

#: What a cell begins with that a spreadsheet reads as more than words.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SAID = "Words that a spreadsheet would take for a formula begin with an apostrophe here; numbers are numbers."


def csv(table: pd.DataFrame) -> str:
    """Return the table as CSV in which no word begins like a formula; numbers, negative ones too, stay as they are."""
    plain = table.map(_plain).rename(columns=_plain)
    return str(plain.to_csv(index=False))


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
