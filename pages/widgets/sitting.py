"""The sitting of this visit: what is recorded in one go belongs together, and cross-validation leaves it out at once."""

from __future__ import annotations

import streamlit as st

from ser_core.corpora.recordings import Recordings


def current() -> str:
    """Return the id of this visit's sitting, the same on every page."""
    if "sitting" not in st.session_state:
        st.session_state["sitting"] = Recordings().new_sitting()
    return str(st.session_state["sitting"])
