"""What trains now and what waits: read from the disk every two seconds, so that every browser sees the same."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.train import progress, waiting
from ser_core import jobs, settings
from ser_core.jobs import runner

#: Seconds between two looks while something waits or runs; in a lesson everybody looks at once.
EVERY_S, IN_CLASS_S = 2, 6


def card() -> None:
    """Draw the job that the URL names, or the one that runs or is next; nothing where there is none."""
    _watched(_card)


def queue() -> None:
    """Draw what waits and what has ended; nothing where there never was a job."""
    _watched(_queue)


def _watched(draw: Callable[[frozenset[tuple[str, str]]], None]) -> None:
    if not jobs.all_jobs():
        return
    active = jobs.in_state(*jobs.ACTIVE)
    every = IN_CLASS_S if settings.school_class() else EVERY_S
    st.fragment(draw, run_every=every if active else None)(_states(active))


def _states(active: list[jobs.Job]) -> frozenset[tuple[str, str]]:
    return frozenset((job.id, job.state) for job in active)


def _card(were: frozenset[tuple[str, str]]) -> None:
    if _states(jobs.in_state(*jobs.ACTIVE)) != were:
        # Something began, ended or was queued elsewhere: the estimates, the table and the pace of looking follow.
        st.rerun(scope="app")
    followed = _followed(jobs.all_jobs())
    if followed is None:
        return
    # It stays in sight when it ends.
    if st.query_params.get("job") != followed.id:
        st.query_params["job"] = followed.id
    with st.container(border=True):
        progress.show(followed)


def _queue(were: frozenset[tuple[str, str]]) -> None:
    jobs_ = jobs.all_jobs()
    waiting.show(jobs_, _followed(jobs_))


def _followed(jobs_: list[jobs.Job]) -> jobs.Job | None:
    """The job that the URL names, else the one that runs, else the one that is next."""
    named = st.query_params.get("job")
    running = [job for job in jobs_ if job.state == "running"]
    candidates = [*(job for job in jobs_ if job.id == named), *running, *runner.waiting()]
    return candidates[0] if candidates else None
