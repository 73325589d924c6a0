"""What trains now and what waits: read from the disk every two seconds, so that every browser sees the same."""

from __future__ import annotations

import streamlit as st

from pages.train import progress, waiting
from ser_core import jobs
from ser_core.jobs import runner

#: Seconds between two looks while something waits or runs.
EVERY_S = 2


def wake() -> None:
    """Start the runner where jobs wait and none works: after a restart of the machine, say."""
    if runner.waiting(everyone=True):
        jobs.start_runner()


def show() -> None:
    """Draw the followed job and the queue; nothing where there never was a job."""
    found = jobs.all_jobs()
    if not found:
        return
    active = jobs.in_state(*jobs.ACTIVE)
    st.fragment(_draw, run_every=EVERY_S if active else None)(_states(active))


def _states(active: list[jobs.Job]) -> frozenset[tuple[str, str]]:
    return frozenset((job.id, job.state) for job in active)


def _draw(were: frozenset[tuple[str, str]]) -> None:
    found = jobs.all_jobs()
    if _states(jobs.in_state(*jobs.ACTIVE)) != were:
        # Something began, ended or was queued elsewhere: the estimates, the table and the pace of looking follow.
        st.rerun(scope="app")
    followed = _followed(found)
    if followed is not None:
        with st.container(border=True):
            progress.show(followed)
    waiting.show(found, followed)


def _followed(found: list[jobs.Job]) -> jobs.Job | None:
    """The job that the URL names, else the one that runs, else the one that is next, else the last one."""
    named = st.query_params.get("job")
    running = [job for job in found if job.state == "running"]
    last = [job for job in found if job.kind in progress.DRAWN]
    candidates = [*(job for job in found if job.id == named), *running, *runner.waiting(), *last]
    return candidates[0] if candidates else None
