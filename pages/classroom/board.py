"""The board: the matrix of everybody's last network, side by side, and the mistake that most of them make."""

from __future__ import annotations

import streamlit as st

from pages.widgets import foreign, numbers
from pages.widgets.corpora import title
from ser_core import classroom, figures
from ser_core.classroom import board
from ser_core.classroom.board import Found

#: Seconds between two looks for new networks, and pixels that a matrix is wide.
EVERY_S, WIDE = 10, 210


def show() -> None:
    """Draw the board; it follows by itself when somebody's network is done."""
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on:
        return
    found = board.last_of_each(lesson)
    st.fragment(_look, run_every=EVERY_S)(_names(found))
    if not found:
        st.info("No network is done yet. Each appears here when it is.", icon=":material/grid_view:")
        return
    st.markdown(_said(found))
    with st.container(horizontal=True):
        for one in found:
            with st.container(width=WIDE, gap=None):
                st.markdown(f"**{foreign.plain(one.who)}**")
                st.plotly_chart(
                    figures.small_confusion(one.confusion, one.labels),
                    key=f"board-{one.owner}-{one.run}",
                    config={"displayModeBar": False},
                    alt=f"Confusion matrix of {one.who}'s network, {one.n} clips",
                )
                st.caption(
                    f"UAR {numbers.percent(one.uar)} of {one.n} clips · {one.epochs} epochs · {foreign.plain(title(one.corpus))}"
                )
    st.caption(
        "Rows: what was acted; columns: what the network said; dark: often. Every network was tested on a few clips only, and each on voices of "
        "its own draw, so a lead of some points is luck."
    )


def _look(names: frozenset[str]) -> None:
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on or _names(board.last_of_each(lesson)) != names:
        st.rerun(scope="app")


def _names(found: list[Found]) -> frozenset[str]:
    return frozenset(f"{one.owner}/{one.run}" for one in found)


def _said(found: list[Found]) -> str:
    said = f"**{len(found)} network{'s' if len(found) > 1 else ''}**"
    mistake = board.together(found)
    if mistake is None:
        return said
    true, taken, share, largest = mistake
    largest_of = f"; of {largest} it is the largest" if largest else ""
    return (
        f"{said}. Their commonest mistake: **{foreign.plain(true)} taken for {foreign.plain(taken)}**, {numbers.percent(share)} on "
        f"average{largest_of}."
    )
