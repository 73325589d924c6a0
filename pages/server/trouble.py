"""What a visitor reads when a page fails: a sentence, never a traceback. The log has the rest."""

from __future__ import annotations

import logging

import streamlit as st

_LOG = logging.getLogger(__name__)


def say(error: Exception) -> bool:
    """Log the failure whole and show a sentence in its place."""
    _LOG.error("A page failed", exc_info=error)
    st.error(
        f"This page stopped at something unforeseen ({type(error).__name__}). Nothing of yours is lost; reload the page to go on. "
        "The server's log says where it happened.",
        icon=":material/error:",
    )
    return True
