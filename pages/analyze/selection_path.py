"""Which descriptors help to tell emotions apart: the path of the selection that ships."""

from __future__ import annotations

import streamlit as st

from pages.widgets import foreign
from ser_core import figures, settings
from ser_core.features import selection
from ser_core.features.sources import FeatureError

FOLDER = settings.ARTIFACTS / "results" / "selection-crema-d"


def show() -> None:
    """Draw the path, how to read it, and how to make one's own."""
    with st.expander("Which descriptors help?"):
        try:
            steps, stated = selection.read(FOLDER)
        except FeatureError as error:
            st.warning(foreign.plain(error))
            return
        names = [step.group for step in steps]
        figure = figures.selection_path(
            names, [s.score for s in steps], [s.std for s in steps], len(stated["descriptors"])
        )
        st.plotly_chart(
            figure,
            key="selection-path",
            config={"displayModeBar": False},
            alt="Score after each step of a feature selection",
        )
        st.caption(
            f"From left to right, the descriptor that helps most joins at each step. Score: {stated['score']}, on {stated['clips']} clips of "
            f"{stated['speakers']} train speakers of {foreign.plain(stated['corpus'])} "
            f"(split {foreign.plain(stated['split_name'])}); bars are deviations over the folds. "
            "Where the path stops rising, more descriptors add noise: the original notebooks called this elimination."
        )
        st.caption("Your own: `python -m ser_core select mlp --set features=all --data FOLDER -o DIR`")
