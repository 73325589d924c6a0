"""Datasets: what is in this corpus? And my own recordings, collected as one."""

import streamlit as st

from pages.datasets import check, clips, corpus, listeners, mine, overview
from pages.widgets import in_url

VIEWS = {"corpora": ":material/library_music: Corpora", "mine": ":material/mic: My recordings"}

view = st.segmented_control(
    "View",
    list(VIEWS),
    format_func=lambda name: VIEWS[name],
    default=in_url.initial("view", VIEWS, "corpora"),
    required=True,
    key="view",
    label_visibility="collapsed",
)
in_url.remember("view", view or "corpora")
if view == "mine":
    mine.show()
else:
    found = corpus.choose()
    if found is not None:
        corpus.header(found)
        for tab, piece in zip(
            st.tabs(["Overview", "Clips", "Listeners", "Check"]), (overview, clips, listeners, check), strict=True
        ):
            with tab:
                piece.show(found)
