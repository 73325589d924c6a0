"""Corpora on their way: how far each download is, stopping it, going on after a cut, and the corpus once it is here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from pages.widgets import foreign
from ser_core import jobs
from ser_core.corpora import crema_d
from ser_core.corpora.base import audio_paths, index
from ser_core.jobs.orders import DOWNLOAD, Download

#: Seconds between two looks at a running download.
EVERY_S = 2
#: Seconds that a speaker's clips take over an ordinary line.
S_A_SPEAKER = 8.0
_SIGNS = {
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/error:",
    "cancelled": ":material/cancel:",
}


def start(corpus: str, folder: Path, speakers: int | None) -> None:
    """Queue the download of a corpus into `folder`; speakers: only so many, None for all of it."""
    part = crema_d.CARD.title if speakers is None else f"{speakers} speakers of {crema_d.CARD.title}"
    expected = None if speakers is None else S_A_SPEAKER * speakers
    Download(corpus, folder, speakers).queue(f"Fetching {part}", expected_s=expected)


def show() -> None:
    """Draw every download that was not dismissed; nothing where there is none."""
    downloads = [job for job in jobs.all_jobs() if job.kind == DOWNLOAD]
    if not downloads:
        return
    running = any(job.state in jobs.ACTIVE for job in downloads)
    st.fragment(_draw, run_every=EVERY_S if running else None)(running)


def _draw(was_running: bool) -> None:
    downloads = [job for job in jobs.all_jobs() if job.kind == DOWNLOAD]
    for job in downloads:
        with st.container(border=True):
            _one(job)
    if was_running and not any(job.state in jobs.ACTIVE for job in downloads):
        # The whole page: the corpus is there to be picked now, and nothing is left to look at again and again.
        st.rerun(scope="app")


def _one(job: jobs.Job) -> None:
    state = job.state
    if state in jobs.ACTIVE:
        share, said = _progress(job)
        st.progress(share, text=f"{foreign.plain(job.title)} · {foreign.plain(said)}")
        if st.button("Cancel", key=f"cancel-{job.id}", icon=":material/stop:"):
            _try(job.cancel)
        return
    message = str(job.status.get("message", ""))
    st.markdown(
        f"{_SIGNS.get(state, '')} {foreign.plain(job.title)}: {state}"
        + (f". {foreign.plain(message)}" if message not in ("", state) else "")
    )
    with st.container(horizontal=True):
        again = state != "done"
        if again and st.button("Go on", key=f"resume-{job.id}", icon=":material/play_arrow:", type="primary"):
            # What came is kept: going on fetches the rest.
            _try(partial(_again, job))
        if st.button("Dismiss", key=f"dismiss-{job.id}"):
            _try(job.delete)
        with st.popover("What it said"):
            st.code(job.log_tail(30) or "nothing", language=None)


def _again(job: jobs.Job) -> None:
    job.resume()
    job.delete()


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except (jobs.JobError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.rerun(scope="app")


def _progress(job: jobs.Job) -> tuple[float, str]:
    """How far a download is, counted in the clips that lie in its folder, or in bytes of the bundle."""
    if job.state == "queued":
        return 0.0, "waits for its turn behind other work"
    folder, stems = Path(job.order["folder"]), index(job.order["corpus"])
    if job.order["speakers"] is not None:
        speakers = sorted({stem[:4] for stem in stems})[: job.order["speakers"]]
        wanted = {stem for stem in stems if stem[:4] in set(speakers)}
        here = {Path(path).stem for path in audio_paths(crema_d.audio_folder(folder))} if folder.is_dir() else set()
        done = len(here & wanted)
        return done / len(wanted), f"{done:,} of {len(wanted):,} clips"
    told = job.status.get("progress")
    last = re.split(r"[\r\n]", job.log_tail(3).strip())[-1][:120]
    return float(told) if told is not None else 0.0, last or "on its way"
