"""The room: the code by which pupils join, what is open, the step that the lesson has come to, and who is here."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pandas as pd
import segno
import streamlit as st

from pages.classroom.steps import STEPS
from pages.server import class_door
from ser_core import classroom
from ser_core.classroom import ending, pupils

#: Seconds between two looks at who is here.
EVERY_S = 5
_STEPS = {0: "Not begun", **{number: f"{number}. {step.title}" for number, step in enumerate(STEPS, start=1)}}


def show() -> None:
    """Draw the code and what is steered beside it, and who is here below."""
    lesson = classroom.here()
    if lesson is None:
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        _code(lesson)
    with right:
        _steer(lesson)
        st.fragment(_here, run_every=EVERY_S)(lesson)


def _code(lesson: classroom.Lesson) -> None:
    url = os.environ.get(class_door.ADDRESS) or _asked_for()
    address = class_door.join_at(url, lesson)
    # On white in the dark theme too: a camera looks for dark on light.
    drawn = segno.make(address, micro=False).png_data_uri(scale=8, border=3, dark="#000000", light="#ffffff")
    st.html(f'<img src="{drawn}" alt="QR code by which pupils join" style="width: 100%; max-width: 320px">')
    st.markdown(f"`{url}{class_door.JOIN}` · key **{lesson.state['key']}**")


def _asked_for() -> str:
    """The address that the teacher's own browser asked for, where nobody said another one."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    return f"{parts.scheme}://{parts.netloc}"


def _steer(lesson: classroom.Lesson) -> None:
    state = lesson.state
    for name in ("joining", "training"):
        st.session_state.setdefault(f"class-{name}", state[name])
    st.session_state.setdefault("class-step", state["step"])
    with st.container(horizontal=True):
        st.toggle("Pupils may join", key="class-joining", on_change=_set, args=(lesson, "joining"))
        st.toggle("Pupils may train", key="class-training", on_change=_set, args=(lesson, "training"))
    st.segmented_control(
        "Where the lesson is; every pupil sees it",
        list(_STEPS),
        format_func=lambda number: _STEPS[number],
        required=True,
        key="class-step",
        on_change=_set,
        args=(lesson, "step"),
    )
    step = int(st.session_state["class-step"])
    if step:
        st.caption(STEPS[step - 1].task)


def _set(lesson: classroom.Lesson, name: str) -> None:
    lesson.set(**{name: st.session_state[f"class-{name}"]})


def _here(lesson: classroom.Lesson) -> None:
    there = pupils.listed(lesson)
    st.markdown(f"**{len(there)} of at most {pupils.MOST} are here**")
    if not there:
        return
    table = pd.DataFrame(
        [
            (pupil.nickname, pupil.recordings, "yes" if pupil.guesses else "", pupil.runs)
            for pupil in ending.theirs(lesson)
        ],
        columns=["nickname", "acted clips", "guessed", "networks"],
    )
    st.dataframe(table, hide_index=True, height=min(38 + 35 * len(table), 400), alt=f"{len(table)} pupils")
    with st.popover("Take somebody out", icon=":material/person_remove:"):
        names = {pupil.id: pupil.nickname for pupil in there}
        id = st.selectbox("Who", list(names), index=None, format_func=lambda id: names.get(id, ""), key="class-out")
        st.caption("All that is theirs is deleted.")
        if st.button("Take out and delete", type="primary", disabled=id is None, key="class-take-out"):
            ending.take_out(lesson, next(pupil for pupil in there if pupil.id == id))
            st.rerun(scope="app")
