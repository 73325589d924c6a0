"""What must be done before several threads, the visitors of one server, read one thing."""

from __future__ import annotations

import pandas as pd


def shareable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table, ready for several threads that ask for its columns at once.

    pandas fills the places of the columns' names at their first use; a thread that comes meanwhile misses a column that is there
    (github.com/pandas-dev/pandas/issues/21150).
    """
    if len(table.columns):
        table.columns.get_loc(table.columns[0])
    return table
