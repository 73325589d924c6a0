"""The emotion over time, for long clips."""

from __future__ import annotations

import streamlit as st

from pages.widgets import cached, voice_profile
from ser_core import audio, figures
from ser_core.graphs import GraphError
from ser_core.runs import Run, RunError


def show(key: str, clip: audio.Clip, run: Run, *, named: bool) -> None:
    """Draw one model's probabilities along the clip."""
    try:
        judge = voice_profile.judge(run)
        found = cached.timeline(key, *cached.judge_key(judge), clip, judge)
    except (RunError, GraphError, OSError) as error:
        st.error(f"{run.name} cannot answer: {error}")
        return
    st.markdown(f"##### Over time{f': {run.name}' if named else ''}")
    figure = figures.timeline(
        found.labels, found.start_s, found.end_s, found.probabilities, found.speech, clip.duration
    )
    st.plotly_chart(figure, key=f"time-{run.name}", config={"displayModeBar": False}, alt="Probabilities over time")
    st.caption("Each column is what the model says of the 2.5 s around it; where there is no voice it is left empty.")
