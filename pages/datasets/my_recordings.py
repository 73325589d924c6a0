"""My recordings: what one records oneself, class by class, is a corpus like any other."""

from __future__ import annotations

import io

import streamlit as st

from pages.server import visitor
from pages.widgets import collecting
from ser_core import settings
from ser_core.corpora.recordings import Recordings


def show() -> None:
    """Draw the collector, the way to a model of what was collected, and to take it all away."""
    if not visitor.may_keep():
        st.info(visitor.why_not("keep recordings"), icon=":material/block:")
        return
    kept = Recordings()
    collecting.show()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/train/page.py",
            label="Make a model of these",
            icon=":material/face:",
            query_params={"view": "personal"},
        )
        if kept.list_all():
            st.download_button(
                "Export all (ZIP)",
                lambda: _zip(kept),
                "recordings.zip",
                "application/zip",
                on_click="ignore",
                icon=":material/download:",
            )
        where = f"on this machine in {kept.folder}" if settings.mode() == "local" else "on this server, for you alone"
        st.caption(f"Kept {where}, until you delete them here.")


def _zip(kept: Recordings) -> bytes:
    out = io.BytesIO()
    kept.export(out)
    return out.getvalue()
