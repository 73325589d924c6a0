"""The queue: what runs, what waits in which place, and what ended last."""

from __future__ import annotations

import streamlit as st

from pages.train import progress
from pages.train.starting import about
from pages.widgets import foreign
from pages.widgets.job_signs import SIGNS
from ser_core import jobs
from ser_core.jobs import runner, waits

#: Ended jobs that are listed.
ENDED = 6


def show(jobs_: list[jobs.Job], followed: jobs.Job | None) -> None:
    """Draw a line a job."""
    running = [job for job in jobs_ if job.state == "running"]
    everyone = runner.waiting(everyone=True)
    begins = waits.starts_in() if everyone else {}
    runs = {job.id for job in running}
    queued = [(place, job) for place, job in enumerate(everyone, start=1) if job.mine and job.id not in runs]
    # A job that began or ended between two looks is drawn once.
    drawn = runs | {job.id for _, job in queued}
    ended = [job for job in jobs_ if job.id not in drawn and job.state not in jobs.ACTIVE]
    st.subheader("Queue", anchor="queue")
    if not running and not queued:
        st.caption(
            "Nothing runs and nothing waits. Jobs go on when this page is closed, and when the server is started anew."
        )
    for job in running:
        _line(job, "runs", followed)
    for place, job in queued:
        seconds = begins.get(job.id)
        when = "" if seconds is None else f", begins in {about(seconds)}"
        _line(job, f"waits, place {place} of {len(everyone)}{when}", followed)
    if ended:
        with st.expander(f"Ended ({len(ended)})", icon=":material/history:", key="ended"):
            for job in ended[:ENDED]:
                _line(job, job.state, followed)
            if len(ended) > ENDED:
                st.caption(f"The last {ENDED} of {len(ended)}.")


def _line(job: jobs.Job, said: str, followed: jobs.Job | None) -> None:
    state = job.state
    with st.container(horizontal=True, vertical_alignment="center", key=f"line-{job.id}"):
        st.markdown(f"{SIGNS[state]} **{foreign.plain(job.title)}** · {foreign.plain(said)}", width="stretch")
        if followed is None or job.id != followed.id:
            if st.button("Follow", key=f"follow-{job.id}", type="tertiary", icon=":material/visibility:"):
                st.query_params["job"] = job.id
                st.rerun(scope="app")
            if state in jobs.ACTIVE and st.button(
                "Cancel",
                key=f"cancel-line-{job.id}",
                type="tertiary",
                icon=":material/stop:",
                disabled=job.cancel_wanted,
            ):
                progress.attempt(job.cancel)
        if state not in jobs.ACTIVE and st.button(
            "Remove",
            key=f"remove-{job.id}",
            type="tertiary",
            icon=":material/close:",
            help="Takes the line away; its run stays.",
        ):
            progress.attempt(job.delete)
