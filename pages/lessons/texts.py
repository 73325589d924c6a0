"""The lessons of docs/lessons/, each a page of text whose links open the app as a step means it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.widgets import in_url
from ser_core import settings

FOLDER = settings.ROOT / "docs" / "lessons"
#: In the order in which they are taught; the last two are for whoever teaches.
ORDER = ("features", "msf", "leakage", "confusion-matrix", "pretrained-ear", "one-lesson", "in-class")
#: How the texts, which are read outside the app too, name it.
APP = "http://localhost:8501/"
NONE = "none"


@dataclass(frozen=True)
class Lesson:
    """A lesson: its title, what one can do by its end, and its text, links and all."""

    title: str
    goal: str
    text: str


def show() -> None:
    """Draw the lesson that the URL names (`lesson`), or the list of all."""
    lessons = {name: read(FOLDER / f"{name}.md") for name in ORDER if (FOLDER / f"{name}.md").is_file()}
    if not lessons:
        st.info("The texts of the lessons are not in this copy (docs/lessons).")
        return
    in_url.begin("lesson", [NONE, *lessons], NONE, quiet=True)
    chosen = st.session_state["lesson"]
    if chosen == NONE:
        for name, lesson in lessons.items():
            st.button(
                lesson.title,
                key=f"open-{name}",
                on_click=_open,
                args=(name,),
                icon=":material/arrow_forward:",
                type="tertiary",
                help=lesson.goal or None,
            )
        st.caption(
            "Five lessons of 20 minutes, whose links open this app; one for a whole class together, and a page for whoever teaches."
        )
        return
    st.button("All lessons", icon=":material/arrow_back:", on_click=_open, args=(NONE,))
    # Lines of a length that is read with ease.
    st.markdown(lessons[chosen].text, width=820)


def read(path: Path) -> Lesson:
    """Return the lesson in a Markdown file: its first heading, the sentence in bold after it, and the whole text for these pages."""
    text = path.read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    goal = re.search(r"^\*\*By the end\*\* (.+?\.)(?:\s|$)", text, re.MULTILINE | re.DOTALL)
    return Lesson(
        title[1] if title else path.stem, f"By the end {' '.join(goal[1].split())}" if goal else "", _here(text)
    )


def _here(text: str) -> str:
    """Let links to the app stay in it, open other lessons here, and name other documents, which these pages do not show."""
    text = re.sub(r"\]\(([\w-]+)\.md(?:#[\w-]*)?\)", rf"]({APP}lessons?lesson=\1)", text)
    text = re.sub(r"\[([^\]]+)\]\(\.\./([\w./-]+)\.md(?:#[\w-]*)?\)", r"\1 (*docs/\2*)", text)
    return text.replace(APP, "./")


def _open(name: str) -> None:
    st.session_state["lesson"] = name
