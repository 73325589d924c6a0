"""End lesson: what lies here of whom, and the button after which nothing of it does."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.server import uploads
from pages.widgets import foreign, numbers
from ser_core import classroom
from ser_core.classroom import ending


def show() -> None:
    """Draw everything that will be deleted, and the button."""
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on:
        return
    made = ending.everything(lesson)
    rows = [
        (pupil.nickname, pupil.recordings, numbers.seconds(pupil.seconds), "yes" if pupil.guesses else "", pupil.runs)
        for pupil in made.pupils
    ]
    clips, networks = sum(pupil.recordings for pupil in made.pupils), sum(pupil.runs for pupil in made.pupils)
    st.markdown(
        f"**This is deleted from this computer**: nicknames: {len(rows)}, recordings: {clips}, networks: {networks}, jobs of the queue: "
        f"{made.jobs}, all guesses, and what was computed of all that. Files: {made.files:,}, {numbers.megabytes(made.bytes)}."
    )
    if rows:
        table = pd.DataFrame(rows, columns=["nickname", "recordings", "of sound", "guesses", "networks"])
        st.dataframe(table, hide_index=True, alt=f"What {len(rows)} pupils made")
    st.caption("Trainings that run or wait are ended, and every browser is shut out. Nothing can be brought back.")
    with st.popover("End lesson", icon=":material/delete_forever:"):
        st.markdown(f"Delete all that class {foreign.plain(lesson.name)} made?")
        if st.button("Yes, delete everything", type="primary", key="class-end"):
            _end(lesson)


def _end(lesson: classroom.Lesson) -> None:
    with st.spinner("Ending what trains, and deleting …"):
        try:
            ending.end(lesson)
        except (classroom.ClassError, OSError) as error:
            st.error(foreign.plain(error))
            return
        # What was heard and opened is in memory, too; a pupil's page forgets the rest when it finds that the lesson has ended.
        st.cache_data.clear()
        st.cache_resource.clear()
        uploads.forget_all()
    st.rerun()
