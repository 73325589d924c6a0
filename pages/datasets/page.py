"""Datasets: what is in this corpus?"""

import streamlit as st

from pages.datasets import check, clips, corpus, listeners, overview

found = corpus.choose()
if found is not None:
    corpus.header(found)
    tabs = st.tabs(["Overview", "Clips", "Listeners", "Check"])
    with tabs[0]:
        overview.show(found)
    with tabs[1]:
        clips.show(found)
    with tabs[2]:
        listeners.show(found)
    with tabs[3]:
        check.show(found)
