"""The clips: filter, select one, hear and see it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.datasets import clip_sound, exporting, filtering, listeners
from pages.widgets import model_picker, training_overlap
from pages.widgets.corpora import Opened
from ser_core.corpora import durations
from ser_core.corpora.base import Corpus

SHOWN = ("clip", "seconds", "emotion", "speaker", "sentence", "intensity", "sex", "age", "flag", "sitting")
#: Rows of a page of the table.
MOST_ROWS = 5000


@st.cache_resource(max_entries=8, show_spinner=False)
def _seconds(key: str, _corpus: Corpus) -> pd.Series:
    return pd.Series(durations.of(_corpus), index=_corpus.clips.index)


def show(shown: Opened) -> None:
    """Draw the filters, the table, and the selected clip."""
    wanted = filtering.choose(shown)
    listed, heard = st.columns([3, 2], gap="large")
    with listed:
        row = choose(wanted.assign(seconds=_seconds(shown.key, shown.corpus).loc[wanted.index]), "clips")
        exporting.show(shown)
    with heard:
        if row is None:
            st.caption("Select a row to hear and see its clip.")
            return
        clip_sound.show(row, "clip")
        training_overlap.show(
            model_picker.servable().values(), clip=str(row["clip"]), speaker=str(row["speaker"]), named=True
        )
        listeners.of_clip(shown, str(row["clip"]))


def choose(clips: pd.DataFrame, place: str) -> pd.Series | None:
    """Draw the table of these clips and return the selected row, or None; `place` is unique on the page."""
    n_pages = -(-len(clips) // MOST_ROWS)
    page = 1
    if n_pages > 1:
        page = int(st.number_input(f"Page, of {n_pages}", 1, n_pages, key=f"{place}-page", width=160))
    table = clips.iloc[(page - 1) * MOST_ROWS : page * MOST_ROWS]
    columns = [name for name in SHOWN if name in table and table[name].replace("", pd.NA).notna().any()]
    chosen = st.dataframe(
        table[columns],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=place,
        height=420,
        placeholder="",
        column_config={"seconds": st.column_config.NumberColumn(format="%.1f s")},
    )
    rows = chosen["selection"]["rows"]
    return table.iloc[rows[0]] if rows and rows[0] < len(table) else None
