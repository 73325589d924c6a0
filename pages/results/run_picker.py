"""Picking runs for the views of the results page; the URL names what was picked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import in_url
from ser_core.runs import Run, overview


def say_none() -> None:
    """Draw what to do where no run is here."""
    st.info("No run is here yet.")
    st.page_link("pages/train/page.py", label="Train one", icon=":material/model_training:")


def several(key: str, fewest: int, most: int) -> dict[str, Run]:
    """Draw the picker of `fewest` to `most` runs; return them by name, nothing after saying what is missing."""
    table = _scored()
    if len(table) < fewest:
        st.info(f"A comparison needs {fewest} finished runs; here {'is' if len(table) == 1 else 'are'} {len(table)}.")
        return {}
    titles = dict(zip(table["run"], table["name"], strict=True))
    in_url.begin_many(key, titles, [], key=f"pick-{key}", most=most, joined=True)
    picked = st.multiselect(
        f"Runs to compare ({fewest} to {most})",
        list(titles),
        max_selections=most,
        format_func=titles.__getitem__,
        key=f"pick-{key}",
        select_all=False,
    )
    if len(picked) < fewest:
        st.caption(f"Pick {fewest} to {most} runs on the same corpus.")
        return {}
    runs = overview.named()
    return {name: runs[name] for name in picked}


def _scored() -> pd.DataFrame:
    """The runs that have scores and are whole, as the table of runs lists them."""
    table = overview.table()
    return table[(table["state"] == "done") & table["part"].notna()]
