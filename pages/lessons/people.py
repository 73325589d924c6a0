"""How many people must a network hear to reach what a pretrained ear reaches with five?"""

from __future__ import annotations

import streamlit as st

from ser_core.evaluation import from_how_many
from ser_core.figures import curves
from ser_core.runs import overview


def show() -> None:
    """Draw accuracy by how many people were learned from, a line a recipe."""
    scores = from_how_many.found(overview.named())
    if not scores:
        st.info("The published runs of this lesson are not in this copy (artifacts/results).")
        return
    st.markdown("How many people must a network hear to reach what a pretrained ear reaches with five?")
    lines = {
        from_how_many.TITLES[recipe]: [
            (score.people, score.accuracy, score.deviation) for score in scores if score.recipe == recipe
        ]
        for recipe in from_how_many.LEARNERS
    }
    st.plotly_chart(
        curves.by_people(
            {title: points for title, points in lines.items() if points},
            f"Accuracy · CREMA-D<br>test part, n = {scores[0].n} clips of 9 speakers",
        ),
        key="by-people",
        config={"displayModeBar": False},
        alt="Accuracy by how many people were learned from",
    )
    st.caption(
        f"Mean of {from_how_many.DRAWS} draws of people (of all 47: of {from_how_many.DRAWS} seeds); the bars are their deviation. Guessing gives "
        "17 %. Nobody can check whether the audio of which the ear learned held these actors."
    )
