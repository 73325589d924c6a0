"""“It was really …”: the right emotion of a clip, kept with it among my recordings, so that a model can learn from it."""

from __future__ import annotations

import streamlit as st

from pages.server import visitor
from pages.widgets import cached, foreign, sitting
from ser_core import audio, settings
from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from ser_core.graphs import GraphError
from ser_core.runs import Run, RunError


def show(key: str, clip: audio.Clip, models: list[Run]) -> None:
    """Draw the choice of the right emotion and the button that keeps the clip; nothing for a visitor of whom nothing is kept.

    Nor in a lesson: there a voice acts an emotion that was asked for, and it was really none.
    """
    if not visitor.may_keep() or settings.school_class():
        return
    labels = _labels(models)
    if not labels:
        return
    kept: dict[str, str] = st.session_state.setdefault("corrections", {})
    with st.popover("It was really …", icon=":material/edit:"):
        emotion = st.selectbox(
            "The emotion",
            labels,
            index=None,
            placeholder="Choose, or name your own",
            accept_new_options=True,
            key="correction-emotion",
        )
        st.caption(
            "This keeps the clip where this program runs, among My recordings on the datasets page; there you hear it, export it or delete it."
        )
        if st.button(
            "Keep it", type="primary", icon=":material/save:", disabled=not emotion or kept.get(key) == emotion
        ):
            try:
                Recordings().add(clip, str(emotion), sitting=sitting.current())
            except (CorpusError, OSError) as error:
                st.error(foreign.plain(error))
            else:
                kept[key] = str(emotion)
                st.rerun()
        if key in kept:
            st.markdown(f":material/check: Kept as {foreign.plain(kept[key])}.")
            st.page_link("pages/datasets/page.py", label="My recordings", query_params={"view": "mine"})


def _labels(models: list[Run]) -> list[str]:
    labels: dict[str, None] = {}
    for run in models:
        try:
            labels |= dict.fromkeys(cached.predictor(run).labels)
        except (RunError, GraphError, OSError):
            continue
    return list(labels)
