"""The learning-rate finder: a short fit in which the rate rises, drawn, and the rate that it proposes, taken over with one click."""

from __future__ import annotations

import streamlit as st

from pages.train import progress
from pages.train.corpus import Chosen
from pages.widgets.corpora import title
from pages.widgets.numbers import about
from ser_core import jobs, learning_rate
from ser_core.figures import curves
from ser_core.jobs import orders
from ser_core.jobs.orders import RateSearch
from ser_core.learning_rate import RangeTest
from ser_core.recipes import Recipe
from ser_core.runs import expected, measured


def show(chosen: Chosen, recipe: Recipe, field: str) -> None:
    """Draw the last test of the recipe as it stands, and the button that queues one. field: the key of the widget that holds the rate."""
    test = learning_rate.kept(recipe)
    if test is not None:
        _drawn(test, recipe, field)
    waits = next((job for job in jobs.in_state(*jobs.ACTIVE) if _tests(job, recipe)), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Find a learning rate" if test is None else "Test again",
            icon=":material/query_stats:",
            key=f"find-{field}",
            disabled=waits is not None,
        )
        seconds = None
        if pressed or (test is None and waits is None):
            seconds = expected.of_range_test(recipe, chosen.corpus, measured.finished())
        if waits is not None:
            st.caption(f"A test is {waits.state}; it is in the queue.")
        elif test is None:
            takes = "" if seconds is None else f", {about(seconds)}"
            st.caption(
                f"At most {learning_rate.STEPS} steps on the train part alone, the rate higher in each (Smith 2017){takes}."
            )
    if pressed:
        said = f"Finding a learning rate for {recipe.title} on {title(recipe.corpus)}"
        progress.attempt(lambda: RateSearch(recipe).queue(said, expected_s=seconds))


def _drawn(test: RangeTest, recipe: Recipe, field: str) -> None:
    proposed = test.proposed
    st.plotly_chart(
        curves.loss_over_rate(test.rates, test.losses, test.smoothed.tolist(), proposed, recipe.fit.learning_rate),
        key=f"drawn-{field}",
        config={"displayModeBar": False},
        alt="Loss over the learning rate"
        + ("" if proposed is None else f"; the rate in the middle of its fall is {proposed:g}"),
    )
    if proposed is None:
        st.caption("No rate is proposed: the loss did not fall clearly at any.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Use {proposed:g}",
            icon=":material/check:",
            key=f"take-{field}",
            disabled=recipe.fit.learning_rate == proposed,
            on_click=_take,
            args=(field, proposed),
        )
        st.caption("The middle of the stretch in which the loss falls. Lower learns slowly, higher comes to nothing.")


def _take(field: str, rate: float) -> None:
    st.session_state[field] = rate


def _tests(job: jobs.Job, recipe: Recipe) -> bool:
    if job.kind != orders.RANGE_TEST:
        return False
    tested = orders.recipe_of(job)
    return tested is not None and learning_rate.folder(tested) == learning_rate.folder(recipe)
