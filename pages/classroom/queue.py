"""The queue, as the teacher sees it: whose training runs, who waits in which place, and about how long."""

from __future__ import annotations

import streamlit as st

from pages.train import progress
from pages.train.starting import about
from pages.widgets import foreign
from ser_core import classroom, jobs
from ser_core.classroom import pupils
from ser_core.jobs import runner, waits

#: Seconds between two looks.
EVERY_S = 3


def show() -> None:
    """Draw it, anew every few seconds."""
    lesson = classroom.here()
    if lesson is not None and lesson.goes_on:
        st.fragment(_show, run_every=EVERY_S)(lesson)


def _show(lesson: classroom.Lesson) -> None:
    names = {"": pupils.TEACHER} | {pupil.id: pupil.nickname for pupil in pupils.listed(lesson)}
    running = jobs.in_state("running", everyone=True)
    waiting = runner.waiting(everyone=True)
    if waiting:
        jobs.start_runner()
    ended = [job for job in jobs.all_jobs(everyone=True) if job.state not in jobs.ACTIVE]
    st.markdown(
        f"**{len(running)} trains, {len(waiting)} wait, {len(ended)} have ended.** Each pupil has one at a time; they take turns."
    )
    begins = waits.starts_in()
    for job in running:
        _line(job, names, "trains")
    for place, job in enumerate(waiting, start=1):
        seconds = begins.get(job.id)
        _line(job, names, f"place {place}" + ("" if seconds is None else f", begins in {about(seconds)}"))
    failed = [job for job in ended if job.state in ("failed", "interrupted")]
    for job in failed:
        st.caption(f"{foreign.plain(names.get(job.owner, '?'))}: {foreign.plain(job.status['message'] or job.state)}")


def _line(job: jobs.Job, names: dict[str, str], said: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"class-line-{job.id}"):
        who = foreign.plain(names.get(job.owner, "?"))
        st.markdown(f"{progress.SIGNS[job.state]} **{who}** · {foreign.plain(said)}", width="stretch")
        if st.button(
            "Cancel", key=f"class-cancel-{job.id}", type="tertiary", icon=":material/stop:", disabled=job.cancel_wanted
        ):
            progress.attempt(job.cancel)
