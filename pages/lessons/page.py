"""Lessons: texts whose links open the app, a game against the model, and two mistakes that make a figure too good."""

from collections.abc import Callable

import streamlit as st

from pages.lessons import guess, leakage, msf, people, texts
from pages.widgets import in_url

#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "texts": (":material/school: Lessons", texts.show),
    "guess": (":material/quiz: Listen and guess", guess.show),
    "leakage": (":material/leak_add: What leaks", leakage.show),
    "people": (":material/groups: How many people?", people.show),
    "msf": (":material/science: MSF or the split?", msf.show),
}

st.title("Lessons", anchor=False)
st.markdown("What a voice shows, and what figures are worth.")
view = in_url.segmented("view", "View", {name: title for name, (title, _) in VIEWS.items()}, on_change=in_url.leave)
VIEWS[view][1]()
