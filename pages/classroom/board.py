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
    networks = board.last_of_each(lesson)
    st.fragment(_look, run_every=EVERY_S)(_names(networks))
    if not networks:
        st.info("No network is done yet. Each appears here when it is.", icon=":material/grid_view:")
        return
    st.markdown(_said(networks))
    with st.container(horizontal=True):
        for network in networks:
            with st.container(width=WIDE, gap=None):
                st.markdown(f"**{foreign.plain(network.who)}**")
                st.plotly_chart(
                    figures.small_confusion(network.confusion, network.labels),
                    key=f"board-{network.owner}-{network.run}",
                    config={"displayModeBar": False},
                    alt=f"Confusion matrix of {network.who}'s network, {network.n} clips",
                )
                st.caption(
                    f"UAR {numbers.percent(network.uar)} of {network.n} clips · {network.epochs} epochs · {foreign.plain(title(network.corpus))}"
                )
    st.caption(
        "Rows: what was acted; columns: what the network said; dark: often. Every network was tested on a few clips only, and each on voices of "
        "its own draw, so a lead of some points is luck."
    )


def _look(names: frozenset[str]) -> None:
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on or _names(board.last_of_each(lesson)) != names:
        st.rerun(scope="app")


def _names(networks: list[Found]) -> frozenset[str]:
    return frozenset(f"{network.owner}/{network.run}" for network in networks)


def _said(networks: list[Found]) -> str:
    said = f"**{len(networks)} network{'s' if len(networks) > 1 else ''}**"
    mistake = board.together(networks)
    if mistake is None:
        return said
    true, taken, share, largest = mistake
    largest_of = f"; of {largest} it is the largest" if largest else ""
    return (
        f"{said}. Their commonest mistake: **{foreign.plain(true)} taken for {foreign.plain(taken)}**, {numbers.percent(share)} on "
        f"average{largest_of}."
    )
