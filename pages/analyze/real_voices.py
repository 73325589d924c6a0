"""How many of the real voices among the samples a model gets right."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.widgets import actors, cached, foreign
from ser_core import audio
from ser_core.graphs import GraphError
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError


def say(picked: list[Run]) -> None:
    """Say it under the samples, for each picked model that can judge them."""
    for run in picked:
        try:
            predictor = cached.predictor(run)
            right, of = _right(str(run.path), run.changed("model.onnx"), predictor)
        except (RunError, GraphError, OSError):
            # Its answer says what is wrong with it.
            continue
        if of:
            st.caption(f"Of the {of} real voices in this list, **{foreign.plain(run.name)}** gets {right} right.")


@st.cache_data(max_entries=8, show_spinner="Listening to the real voices …")
def _right(run_path: str, changed: int, _predictor: Predictor) -> tuple[int, int]:
    voices = [stated for stated in actors.voices() if stated["emotion"] in _predictor.labels]
    said = [_predictor.predict(audio.decode(Path(actors.SAMPLES / stated["file"]))).label for stated in voices]
    return sum(label == stated["emotion"] for label, stated in zip(said, voices, strict=True)), len(voices)
