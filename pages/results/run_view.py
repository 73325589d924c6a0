"""One run: how often it is right, where it errs, with whom, how sure, and how it was made."""

from __future__ import annotations

import streamlit as st

from pages.results import about, calibration, elsewhere, groups, learned, listeners, matrix, shown_run
from pages.widgets import foreign, in_url
from ser_core import settings
from ser_core.runs import RunError

#: Short stable names for the URL → what the tab is called and what draws it.
TABS = {
    "groups": ("Groups", groups.show),
    "calibration": ("Calibration", calibration.show),
    "mistakes": ("Sure but wrong", calibration.mistakes),
    "listeners": ("Listeners", listeners.show),
    "elsewhere": ("Other corpora", elsewhere.show),
    "curves": ("Learning curves", about.learning),
    "film": ("Epoch by epoch", learned.show),
    "layers": ("Layers", about.layers),
    "configuration": ("Configuration", about.configuration),
    "log": ("Log", about.log),
    "card": ("Model card", about.card),
}


#: In a lesson runs are measured nowhere else, and what they print is nobody's to read.
NOT_IN_CLASS = ("elsewhere", "log")


def show() -> None:
    """Draw the run that the URL names, or the first."""
    shown = shown_run.choose()
    if shown is None:
        return
    try:
        matrix.show(shown)
        _more(shown)
    except (RunError, KeyError) as error:
        st.error(f"The run {foreign.plain(shown.name)} is damaged: {foreign.plain(error)}")


def _more(shown: shown_run.Shown) -> None:
    tabs = {name: tab for name, tab in TABS.items() if not (settings.school_class() and name in NOT_IN_CLASS)}
    titles = [title for title, _ in tabs.values()]
    in_url.begin("tab", tabs, "groups", values=dict(zip(tabs, titles, strict=True)))
    # Only the open tab is computed.
    for (_, draw), tab in zip(tabs.values(), st.tabs(titles, key="tab", on_change="rerun"), strict=True):
        if tab.open:
            with tab:
                draw(shown)
