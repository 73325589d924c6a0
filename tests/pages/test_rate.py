"""The learning-rate finder in Train: queued for the recipe as it stands, drawn, and taken over with one click."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import jobs, learning_rate, recipes
from ser_core.cli import main as cli
from ser_core.cli import overrides
from ser_core.jobs import orders
from tests import opened
from tests.test_learning_rate import made

pytestmark = pytest.mark.usefixtures("no_runner", "corpus")

#: View of Train → the key of the widget that holds the rate.
FIELDS = {"new": "rate-quick-cnn-crema-d", "build": "rate-my-network-quick-cnn-logmel-crema-d"}


def queued(job: jobs.Job) -> recipes.Recipe:
    return overrides.resolve(cli.parser().parse_args(list(job.arguments)))


def page(view: str) -> AppTest:
    at = opened.page("train", view=view)
    assert not at.exception and not at.error
    return at


@pytest.mark.parametrize("view", list(FIELDS))
def test_a_test_is_queued_for_what_is_set(view: str) -> None:
    at = page(view)
    at.number_input(key=FIELDS[view].replace("rate", "batch", 1)).set_value(24).run()
    at.button(key=f"find-{FIELDS[view]}").click().run()
    assert not at.exception
    (job,) = jobs.all_jobs()
    assert (job.kind, job.arguments[0]) == (orders.RANGE_TEST, "find-rate")
    assert queued(job).fit.batch_size == 24 and job.expected_s is not None
    assert at.button(key=f"find-{FIELDS[view]}").disabled, "one at a time"
    assert "A test is queued" in "\n".join(one.value for one in at.caption)
    # Of other settings none is on its way.
    at.number_input(key=FIELDS[view].replace("rate", "batch", 1)).set_value(32).run()
    assert not at.button(key=f"find-{FIELDS[view]}").disabled


@pytest.mark.parametrize("view", list(FIELDS))
def test_its_rate_is_taken_over_with_one_click(view: str) -> None:
    at = page(view)
    at.button(key=f"find-{FIELDS[view]}").click().run()
    found = made(0, middle=4e-3)
    learning_rate.keep(queued(jobs.all_jobs()[0]), found)
    at.run()
    assert at.get("plotly_chart") and any(f"Use {found.proposed:g}" == one.label for one in at.button)
    at.button(key=f"take-{FIELDS[view]}").click().run()
    assert not at.exception and at.number_input(key=FIELDS[view]).value == found.proposed
    assert at.button(key=f"take-{FIELDS[view]}").disabled
    next(one for one in at.button if one.label == "Train").click().run()
    assert queued(jobs.all_jobs()[0]).fit.learning_rate == found.proposed


def test_a_loss_that_did_not_fall_proposes_nothing() -> None:
    at = page("new")
    at.button(key=f"find-{FIELDS['new']}").click().run()
    learning_rate.keep(queued(jobs.all_jobs()[0]), made(0, fall=0.0, noise=0.2))
    at.run()
    assert "the loss did not fall clearly" in "\n".join(one.value for one in at.caption)
    assert not [one for one in at.button if one.label.startswith("Use ")]


def test_a_classifier_that_is_fitted_at_once_has_no_rate() -> None:
    at = opened.page("train", view="new", recipe="svm")
    assert not at.exception and not [one for one in at.button if one.label == "Find a learning rate"]
