"""Class, the teacher's page: who is here, which step, what trains, what was found, and the end, after which nothing is left."""

from collections.abc import Callable

import streamlit as st

from pages.classroom import board, end_lesson, guessed, queue, room
from pages.server import visitor
from pages.widgets import in_url
from ser_core import settings

#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "room": (":material/groups: Room", room.show),
    "queue": (":material/schedule: Queue", queue.show),
    "board": (":material/grid_view: Board", board.show),
    "guesses": (":material/hearing: Guesses", guessed.show),
    "end": (":material/delete_forever: End lesson", end_lesson.show),
}

st.title(f"Class {settings.school_class()}", anchor=False)
if visitor.teaches():
    view = in_url.segmented("view", "View", {name: said for name, (said, _) in VIEWS.items()}, on_change=in_url.leave)
    VIEWS[view][1]()
else:
    st.info("This page is the teacher's.")
