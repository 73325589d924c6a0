"""What whoever is in no lesson sees of its server: that it has ended, and that nothing is left, or the way in."""

from __future__ import annotations

import streamlit as st

from pages.classroom.lesson_pages import CLASS
from pages.server import class_door
from ser_core import classroom
from ser_core.classroom import ending

#: Addresses that an open page may still have.
PATHS = ("home", "analyze", "lessons", "train", "results", CLASS)


def show() -> None:
    """Draw it, whatever page was asked for."""
    pages = [st.Page(_show, title="Class", url_path=path, default=path == PATHS[0]) for path in PATHS]
    st.navigation(pages, position="hidden").run()


def _show() -> None:
    lesson = classroom.here()
    if lesson is None:
        return
    if lesson.goes_on:
        st.title(f"Class {lesson.name}", anchor=False)
        st.markdown(f"You are not in this class. [Join it]({class_door.JOIN}) with the code on the board.")
        return
    st.session_state.clear()
    left = len(ending.left(lesson))
    st.title("The lesson has ended", anchor=False)
    if left:
        st.error(
            f"{left} files of class {lesson.name} could not be deleted. They lie in {lesson.folder}; delete it by hand."
        )
    else:
        st.success(
            f"Everything that class {lesson.name} recorded, guessed and trained was deleted: no file is left on the computer.",
            icon=":material/delete_forever:",
        )
        st.caption("You can close this page.")
