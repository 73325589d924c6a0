"""The guesses of the whole class, for the teacher's board, against the model that was tested on the same clips."""

from __future__ import annotations

import streamlit as st

from pages.classroom import pooled
from pages.lessons import guess
from pages.widgets import foreign
from ser_core import runs


def show() -> None:
    """Draw the pooled guesses beside the first shipped model's answers."""
    shipped = runs.shipped()
    if not shipped:
        st.info("No model ships with this copy.")
        return
    try:
        answers, labels = guess.answers_of(shipped[0])
    except (runs.RunError, KeyError) as error:
        st.error(foreign.plain(error))
        return
    pooled.show(shipped[0].name, answers, labels)
