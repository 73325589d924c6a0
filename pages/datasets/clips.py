"""The clips: filter, select one, hear and see it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.datasets import clip_sound, filtering, listeners
from pages.widgets import model_picker, training_overlap
from pages.widgets.corpora import Opened

SHOWN = ("clip", "emotion", "speaker", "sentence", "intensity", "sex", "age", "flag", "sitting")
#: More rows are not sent to the browser: nobody scrolls through them, and the filter finds the rest.
MOST_ROWS = 1000


def show(shown: Opened) -> None:
    """Draw the filters, the table, and the selected clip."""
    row = choose(filtering.choose(shown, expanded=True), "clips")
    if row is not None:
        clip_sound.show(row, "clip")
        training_overlap.show(
            model_picker.servable().values(), clip=str(row["clip"]), speaker=str(row["speaker"]), named=True
        )
        listeners.of_clip(shown, str(row["clip"]))


def choose(clips: pd.DataFrame, place: str) -> pd.Series | None:
    """Draw the table of these clips and return the selected row, or None; `place` is unique on the page."""
    table = clips.head(MOST_ROWS)
    columns = [name for name in SHOWN if name in table and table[name].replace("", pd.NA).notna().any()]
    chosen = st.dataframe(
        table[columns],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=place,
        height=320,
        placeholder="",
    )
    more = f" These are the first {MOST_ROWS:,}; the filter finds the others." if len(clips) > MOST_ROWS else ""
    st.caption(f"Select a row to hear and see its clip.{more}")
    rows = chosen["selection"]["rows"]
    return table.iloc[rows[0]] if rows and rows[0] < len(table) else None
