"""How long it will take, and the button."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.train import division
from pages.train.corpus import Chosen
from pages.widgets import foreign, numbers
from pages.widgets.numbers import about
from ser_core import jobs, settings
from ser_core.corpora.base import CorpusError
from ser_core.jobs import waits
from ser_core.jobs.orders import Training
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import RunError, expected, measured

#: Seconds below which features are not worth a word.
LEAST_S = 5.0


def show(chosen: Chosen, order: Training) -> None:
    """Draw on whose terms its features are computed and the estimate, and queue the training when the button is pressed."""
    _terms(order.recipe)
    reason = _impossible(chosen, order)
    estimated = None if reason else estimate(chosen, order)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Train", type="primary", icon=":material/model_training:", disabled=reason is not None)
        if reason:
            st.error(foreign.plain(reason))
        else:
            st.markdown(_said(estimated))
            with st.popover("What will happen?", type="tertiary"):
                st.markdown(division.counted(chosen, order.recipe, order.folds))
                st.markdown(_why(estimated))
    if not reason and pressed:
        queue(order, estimated.seconds if estimated else None)


def queue(order: Training, expected_s: float | None) -> None:
    """Queue the order and follow its job, or draw why it cannot be."""
    try:
        job = order.queue(expected_s=expected_s)
    except (jobs.JobError, RecipeError, RunError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.query_params["job"] = job.id
    st.rerun()


def estimate(chosen: Chosen, order: Training) -> expected.Expected | None:
    """Return how long the order may take on this machine, without features that one before it in the queue computes; None where nothing tells."""
    estimated = expected.of(order.recipe, chosen.corpus, order.trainings(chosen.speakers), measured.finished())
    if estimated is not None and estimated.features_s and waits.features_before(order.recipe):
        return replace(estimated, features_s=0.0)
    return estimated


def _terms(recipe: Recipe) -> None:
    """On whose terms the features are computed, and the box that confirms them; for a shared server whoever runs it does so."""
    for source in (given.source for given in recipe.feature_set.inputs if given.source.terms):
        st.caption(source.terms)
        if source.to_confirm and settings.mode() == "local":
            words = "My purpose is research, teaching or another that is not commercial"
            st.checkbox(words, key="train-terms", on_change=source.confirm)


def _impossible(chosen: Chosen, order: Training) -> str | None:
    try:
        division.counted(chosen, order.recipe, order.folds)
    except (CorpusError, RecipeError) as error:
        return str(error)
    return None


def _said(estimated: expected.Expected | None) -> str:
    waiting = len(jobs.in_state(*jobs.ACTIVE, everyone=True))
    before = "what is before it in the queue has" if waiting == 1 else f"the {waiting} before it in the queue have"
    begins = waits.until_next() if waiting else None
    when = "" if begins is None else f", in {about(begins)}"
    behind = f" It begins when {before} ended{when}." if waiting else ""
    if estimated is None:
        return f"How long it takes is not known here: no run of this recipe has ended yet.{behind}"
    parts = f" ({about(estimated.features_s)} of it for features)" if estimated.features_s >= LEAST_S else ""
    return f"Takes **{about(estimated.seconds)}**{parts}.{behind}"


def _why(estimated: expected.Expected | None) -> str:
    if estimated is None:
        return ""
    said = (
        "Features: estimated from a few clips read here. "
        if estimated.features_s
        else "Its features are in the store when it begins. "
    )
    if estimated.source is None:
        return (
            f"{said}Fit: estimated from the network's multiply-adds and this machine's speed at rest; other work beside it makes it longer. "
            "After the first epoch it is told by the epochs."
        )
    source = estimated.source
    where = "on this machine" if source.own else "where it was made, and from this machine's speed"
    return (
        f"{said}Fit: an estimate from the run {foreign.plain(source.name)} ({numbers.seconds(source.seconds)} for {source.clips:,} clips "
        f"{where}), scaled by clips and epochs."
    )
