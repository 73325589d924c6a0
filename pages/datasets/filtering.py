"""Which clips are looked at: one filter for the table, the averages and the map."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import foreign, in_url
from pages.widgets.corpora import Opened

FILTERS = ("emotion", "speaker", "sentence", "intensity", "sex")


@st.cache_resource(max_entries=8, show_spinner=False)
def _options(key: str, _clips: pd.DataFrame) -> dict[str, list[str]]:
    options = {name: sorted(set(_clips[name]) - {""}) for name in FILTERS}
    return {name: values for name, values in options.items() if len(values) > 1}


def choose(shown: Opened) -> pd.DataFrame:
    """Draw the filters and return the clips that pass them; they stand in the URL."""
    clips = shown.corpus.clips
    options = _options(shown.key, clips)
    name = shown.corpus.name
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.popover("Filter the clips", icon=":material/filter_list:")
        counted = st.container()
    with place:
        for column, values in options.items():
            key = f"filter-{name}-{column}"
            in_url.begin_many(column, values, [], key=key)
            wanted = st.multiselect(foreign.plain(column.capitalize()), values, key=key, select_all=False)
            if wanted:
                clips = clips[clips[column].isin(wanted)]
        text = st.text_input("Text in its name or sentence", key=f"filter-{name}-text").strip()
        if text:
            matching = clips["clip"].str.contains(text, case=False, regex=False)
            matching |= clips["sentence"].str.contains(text, case=False, regex=False)
            clips = clips[matching]
    counted.caption(f"{len(clips):,} of {len(shown.corpus.clips):,} clips")
    return clips
