"""The choice that a job leaves which ended because too many clips of its corpus cannot be read."""

from __future__ import annotations

import streamlit as st

from ser_core import jobs
from ser_core.corpora import unreadable


def offered(job: jobs.Job) -> bool:
    """Draw the button that leaves these clips out, where that is what ended the job, and return whether it was pressed."""
    if job.state != "failed" or unreadable.FLAG not in str(job.status.get("message")):
        return False
    return st.button("Leave them out and go on", key=f"without-{job.id}", icon=":material/playlist_remove:")
