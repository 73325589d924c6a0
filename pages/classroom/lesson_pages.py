"""Which pages there are in a lesson."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.server import visitor

#: What a lesson goes without: it listens to nobody all the time, and pupils register nothing.
OFF = ("live", "datasets")
CLASS = "class"


def of(pages: list[StreamlitPage]) -> list[StreamlitPage]:
    """Return the pages of a lesson, the teacher's own among them for the teacher."""
    kept = [page for page in pages if page.url_path not in OFF]
    if visitor.teaches():
        kept.append(st.Page("pages/classroom/page.py", title="Class", icon=":material/groups:", url_path=CLASS))
    return kept
