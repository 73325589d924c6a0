"""What a visitor reads when a page fails: a sentence, never a traceback. The log has the rest."""

from __future__ import annotations

import logging

import streamlit as st

from pages.widgets import foreign

_LOG = logging.getLogger(__name__)


def say(error: Exception) -> bool:
    """Show a failure's own sentence where it has one for the reader; log any other whole and show a sentence in its place."""
    if isinstance(error, _for_the_reader()):
        _LOG.warning("A page stopped: %s", error)
        st.error(foreign.plain(error), icon=":material/error:")
        return True
    _LOG.error("A page failed", exc_info=error)
    st.error(
        f"This page stopped at something unforeseen ({type(error).__name__}). Nothing of yours is lost; reload the page to go on. "
        "The server's log says where it happened.",
        icon=":material/error:",
    )
    return True


def _for_the_reader() -> tuple[type[Exception], ...]:
    # Imported here: the home page paints without the decoders.
    from ser_core import audio, classroom, fanout, graphs, jobs, runs, settings
    from ser_core.corpora.base import CorpusError
    from ser_core.features.sources import FeatureError

    return (
        audio.AudioError,
        classroom.ClassError,
        CorpusError,
        fanout.FanoutError,
        FeatureError,
        graphs.GraphError,
        jobs.JobError,
        runs.RunError,
        settings.SettingsError,
    )
