"""One job: its state, how far it is, its curves, its log, and what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.train import done
from pages.widgets import epochs_film, foreign, numbers, unreadable_clips
from pages.widgets.job_signs import SIGNS
from pages.widgets.numbers import about
from ser_core import figures, jobs
from ser_core.corpora import unreadable
from ser_core.figures import curves
from ser_core.jobs import trainings
from ser_core.jobs.orders import SELECTION
from ser_core.runs import PIECES, Run, RunError, epochs

#: Kinds of jobs that have pictures of their own.
DRAWN = (jobs.TRAINING, SELECTION)
#: What libraries say of themselves when they load.
_NOISE = re.compile(r"[IWEF]\d{4} |WARNING|\d{4}-\d\d-\d\d|To enable the following")
#: Epochs whose mean duration foretells the rest.
LAST = 5
#: Seconds from the last epoch to the whole run: calibration, export, the check of both.
ENDING_S = 8.0


@dataclass(frozen=True, eq=False)
class Fit:
    """The fit that goes on in a run: the run's own, or that of the first fold or seed which is not finished; of finished ones the last."""

    history: pd.DataFrame = field(repr=False)
    epochs: int
    run: Run
    piece: str = ""

    @property
    def left_s(self) -> float | None:
        """Seconds until the run is whole, if it does not stop early; None before the first epoch has ended."""
        if self.history.empty or not self.epochs:
            return None
        lasted = self.history["seconds"].iloc[1:].tail(LAST)
        # The first epoch lasts longer than those after it: what it would have lasted without that is noted beside it.
        pace = self.run.status.get("pace_s", self.history["seconds"].iloc[0]) if lasted.empty else lasted.mean()
        return float(pace) * max(0, self.epochs - len(self.history)) + ENDING_S


def show(job: jobs.Job) -> None:
    """Draw the job."""
    status = job.status
    state = str(status["state"])
    run = Run(job.run) if job.run is not None else None
    fit = _fit(run) if run is not None else None
    if state == "done" and run is not None and run.has("metrics.json"):
        try:
            done.show(job, run)
        except (RunError, KeyError, ValueError) as error:
            st.error(f"The run {foreign.plain(run.name)} is damaged: {foreign.plain(error)}")
        _details(job, state, fit)
        return
    st.markdown(f"#### {SIGNS[state]} {foreign.plain(job.title)}")
    if state == "running":
        left, right = st.columns([5, 1], vertical_alignment="center")
        with left:
            _bar(job, status, fit)
        with right:
            _actions(job, state, run)
    else:
        message = str(status.get("message") or "")
        about = f" · {foreign.plain(message)}" if message and message != state else ""
        st.caption(f"{state}{about}{f' · run {foreign.plain(run.name)}' if run else ''}")
        _actions(job, state, run)
    if fit is not None and not fit.history.empty:
        _epochs(job, fit)
    if job.kind == SELECTION:
        _selection(job)
    _details(job, state, fit)


def _details(job: jobs.Job, state: str, fit: Fit | None) -> None:
    if fit is not None and not fit.history.empty:
        _rows(job, fit)
    log = job.log_tail()
    with st.expander("Log", icon=":material/terminal:", expanded=state == "failed", key=f"log-{job.id}"):
        st.code(log or "Nothing was printed yet.", language=None, wrap_lines=True)


def attempt(work: Callable[[], Any]) -> Any:
    """Do something with a job; a refusal is said, else the whole page runs anew."""
    try:
        outcome = work()
    except (jobs.JobError, RunError, OSError) as error:
        st.error(foreign.plain(error))
        return None
    if isinstance(outcome, jobs.Job):
        st.query_params["job"] = outcome.id
    st.rerun(scope="app")


def resumable(job: jobs.Job) -> bool:
    """Whether it ended before its work was done, and no later job has taken the run over."""
    if job.state in (*jobs.ACTIVE, "done"):
        return False
    return job.run is None or ((job.run / "status.json").is_file() and trainings.of_run(job.run)[0].id == job.id)


def _bar(job: jobs.Job, status: dict[str, Any], fit: Fit | None) -> None:
    share = status.get("progress")
    if fit is not None and fit.epochs and not fit.piece:
        left = fit.left_s
        eta = f" · {about(left)} left, if it does not stop early" if left is not None else ""
        st.progress(min(1.0, len(fit.history) / fit.epochs), text=f"epoch {len(fit.history)} of {fit.epochs}{eta}")
    elif share is not None:
        st.progress(float(share), text=foreign.plain(status.get("message") or ""))
    else:
        lines = [line.strip() for line in job.log_tail(20).splitlines() if line.strip() and not _NOISE.match(line)]
        st.progress(0.0, text=foreign.plain(lines[-1][:160]) if lines else "starting …")


def _actions(job: jobs.Job, state: str, run: Run | None) -> None:
    with st.container(horizontal=True):
        if state in jobs.ACTIVE:
            wanted = job.cancel_wanted
            label = "Ends in a moment …" if wanted else "Cancel"
            if st.button(label, key=f"cancel-{job.id}", icon=":material/stop:", disabled=wanted):
                attempt(job.cancel)
        elif resumable(job):
            if st.button("Resume", key=f"resume-{job.id}", icon=":material/play_arrow:", type="primary"):
                attempt(job.resume)
            if unreadable_clips.offered(job):
                attempt(lambda: job.resume(unreadable.FLAG))
        if run is not None and state == "done":
            links = {"view": "run", "run": run.name}
            st.page_link(
                "pages/results/page.py", label="See its results", icon=":material/grid_on:", query_params=links
            )
            if run.servable:
                st.page_link(
                    "pages/analyze/page.py", label="Use it", icon=":material/mic:", query_params={"model": run.name}
                )


def _epochs(job: jobs.Job, fit: Fit) -> None:
    history = fit.history
    left, right = st.columns(2, gap="large")
    with left:
        try:
            film = epochs.read(fit.run)
        except RunError:
            film = None
        if film is not None and len(film.epochs):
            epochs_film.matrix(film, job.id, best=False)
    with right:
        st.plotly_chart(
            curves.learning(history),
            key=f"curves-{job.id}",
            config={"displayModeBar": False},
            alt=f"Learning curves, {len(history)} epochs",
        )
    best = history.loc[history["val_uar"].idxmax()]
    of = f"{fit.piece}: " if fit.piece else ""
    st.caption(
        f"{of}{len(history)} epochs; best validation UAR {numbers.percent(best['val_uar'])} "
        f"(accuracy {numbers.percent(best['val_accuracy'])}) in epoch {int(best['epoch'])}. Where the validation loss rises while the "
        "train loss falls, the network learns its clips by heart."
    )


def _rows(job: jobs.Job, fit: Fit) -> None:
    with st.expander("Epochs", icon=":material/table_rows:", key=f"epochs-{job.id}"):
        config = {
            "loss": st.column_config.NumberColumn("loss", format="%.3f"),
            "accuracy": st.column_config.NumberColumn("accuracy", format="percent"),
            "val_loss": st.column_config.NumberColumn("validation loss", format="%.3f"),
            "val_accuracy": st.column_config.NumberColumn("validation accuracy", format="percent"),
            "val_uar": st.column_config.NumberColumn("validation UAR", format="percent"),
            "learning_rate": st.column_config.NumberColumn("learning rate", format="%.5f"),
            "seconds": st.column_config.NumberColumn("seconds", format="%.1f s"),
        }
        st.dataframe(fit.history.iloc[::-1], hide_index=True, column_config=config, height=280)


def _selection(job: jobs.Job) -> None:
    path = Path(job.order["out"]) / "path.csv"
    if not path.is_file():
        return
    table = pd.read_csv(path)
    kept = int(table["score"].idxmax()) + 1
    figure = figures.selection_path(list(table["group"]), list(table["score"]), list(table["std"]), kept)
    st.plotly_chart(
        figure, key=f"path-{job.id}", config={"displayModeBar": False}, alt="UAR after each group of descriptors"
    )
    st.caption(
        f"The first {kept} groups are kept: cross-validated over speakers of the train part alone, more of them did not help. "
        "Under Advanced they can be chosen as the features of a recipe on the same split."
    )


def _fit(run: Run) -> Fit | None:
    """What is known of the fit; None before a recipe is written."""
    written = [path for name in PIECES for path in (run.path / name).rglob("history.csv")]
    going_on = sorted(path for path in written if not (path.parent / "files.json").is_file())
    # Of several side by side always the same one, so that the page does not jump from one to the other.
    chosen = going_on[0] if going_on else max(written, key=lambda path: path.stat().st_mtime, default=None)
    shown = run if chosen is None else Run(chosen.parent)
    try:
        number = int(shown.recipe["recipe"]["fit"]["epochs"])
        history = shown.history
    except (RunError, KeyError, TypeError, ValueError, OSError):
        return None
    if history.empty and not shown.has("history.csv"):
        return Fit(history, 0, shown)
    return Fit(history, number, shown, "" if chosen is None else str(chosen.parent.relative_to(run.path)))
