"""Datasets: what is in this corpus? And my own recordings, collected as one."""

import streamlit as st

from pages.datasets import (
    averages,
    check,
    clips,
    corpus,
    emotion_comparison,
    listeners,
    map,
    my_recordings,
    overview,
    split_audit,
)
from pages.widgets import in_url

VIEWS = {
    "corpora": ":material/library_music: Corpora",
    "mine": ":material/mic: My recordings",
    "audit": ":material/rule: Audit a split",
}
TABS = {
    "Overview": overview.show,
    "Clips": clips.show,
    "Compare": emotion_comparison.show,
    "Averages": averages.show,
    "Map": map.show,
    "Listeners": listeners.show,
    "Check": check.show,
}

st.title("Datasets", anchor=False)
st.markdown("What is in a corpus of emotional speech? See, hear and map its clips, or record your own.")
top = st.container(horizontal=True, vertical_alignment="center")
with top:
    view = in_url.segmented("view", "View", VIEWS)
if view == "mine":
    my_recordings.show()
elif view == "audit":
    split_audit.show()
else:
    shown = corpus.choose(top)
    if shown is not None:
        corpus.header(shown, top)
        # Only the open tab is computed, and the URL names it.
        for tab, show in zip(st.tabs(list(TABS), key="tab", bind="query-params"), TABS.values(), strict=True):
            if tab.open:
                with tab:
                    show(shown)
