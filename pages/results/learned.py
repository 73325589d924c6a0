"""How the run came to its answers, epoch by epoch."""

from __future__ import annotations

import streamlit as st

from pages.results.shown_run import Shown
from pages.widgets import epochs_film, in_url
from ser_core import runs
from ser_core.runs import Run, epochs

VIEWS = {"recall": "Each emotion", "clip": "One clip"}


def show(shown: Shown) -> None:
    """Draw the film of the validation matrices; of a run that pools several trainings that of the picked one."""
    filmed = [run for run in (shown.run, *_leaves(shown.run)) if run.has(epochs.FILE)]
    if not filmed:
        st.caption("What this run answered after each epoch was not kept, or it was not trained in epochs.")
        return
    names = {run.path.relative_to(shown.run.path).as_posix(): run for run in filmed}
    picked = filmed[0] if len(filmed) == 1 else names[st.selectbox("Training", list(names), key="learned-of")]
    film = epochs.read(picked)
    if film is None or not len(film.epochs):
        return
    key = f"{shown.link}-{picked.name}"
    left, right = st.columns(2, gap="large")
    with left:
        epochs_film.matrix(film, key, title=shown.name)
        st.caption("The validation part, by which the epoch was chosen. Press play, or drag the slider.")
    with right:
        if in_url.segmented("learned", "Over the epochs", VIEWS) == "recall":
            epochs_film.recall(film, key)
        else:
            epochs_film.clip(film, key)


def _leaves(run: Run) -> list[Run]:
    return [leaf for piece in runs.pieces(run) for leaf in (_leaves(piece) or [piece])]
