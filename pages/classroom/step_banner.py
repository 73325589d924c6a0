"""The step that the lesson has come to, above every page of a pupil."""

from __future__ import annotations

import streamlit as st

from pages.classroom.steps import STEPS
from pages.server import visitor
from pages.widgets import foreign
from ser_core import classroom

#: Seconds between two looks at where the lesson is.
EVERY_S = 10


def show() -> None:
    """Draw it; nothing outside a lesson, for its teacher, and before its first step."""
    name = visitor.nickname()
    if name:
        st.fragment(_show, run_every=EVERY_S)(name)


def _show(name: str) -> None:
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on:
        # It ended while this page was open: the page says so.
        st.rerun(scope="app")
        return
    number = int(lesson.state["step"])
    with st.container(horizontal=True, vertical_alignment="center", key="lesson-step"):
        if 1 <= number <= len(STEPS):
            step = STEPS[number - 1]
            st.page_link(
                step.page,
                label=f"**{number}. {step.title}**: {step.task}",
                icon=":material/flag:",
                query_params=step.query,
            )
        st.caption(foreign.plain(name), width="content")
