"""A run on other corpora: what is kept of such evaluations, and starting one as a job."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.results import shown_run
from pages.server import visitor
from pages.widgets import foreign, unreadable_clips
from ser_core import figures, jobs
from ser_core.augment.degradation import DEGRADATIONS
from ser_core.corpora import registry, unreadable
from ser_core.corpora.base import CorpusError
from ser_core.evaluation import kept
from ser_core.jobs.orders import EVALUATION, Evaluation
from ser_core.runs import RunError

#: Seconds between two looks at a running evaluation.
EVERY_S = 2
#: Most seconds that an evaluation is expected to take: it goes before waiting trainings.
EXPECTED_S = 50.0


def show(shown: shown_run.Shown) -> None:
    """Draw what is kept of the run on other corpora, and the choice of one more."""
    st.markdown(
        "How well does it do on voices of another corpus, in noise and on other lines, or once it knows a voice? Clips and speakers that it "
        "was trained or chosen on are left out; where the emotions differ, only clips of the common ones count, and probabilities are "
        "scaled to these."
    )
    if not shown.run.servable:
        st.info("This run has no model here that could be given clips, so it cannot be evaluated on another corpus.")
    else:
        _start(shown)
    st.fragment(_progress, run_every=EVERY_S if _active() else None)(len(_active()))
    held = kept.of_run(shown.run.name)
    if not held:
        st.caption("Nothing is kept of this run on another corpus yet.")
        return
    _table(held)
    names = {f"{evaluation.corpus} · {evaluation.condition}": evaluation for evaluation in held}
    name = st.selectbox("Its confusion matrix on", list(names), key="elsewhere-shown")
    evaluation = names[name]
    try:
        counts = pd.DataFrame(evaluation.metrics["confusion"]).to_numpy()
        title = f"Confusion<br><sub>{shown.name} · {evaluation.stated['title']} · {evaluation.condition} · n = {evaluation.metrics['n']:,}</sub>"
        st.plotly_chart(
            figures.confusion(counts, evaluation.metrics["labels"], title), width="stretch", key="elsewhere-matrix"
        )
    except (OSError, ValueError, KeyError) as error:
        st.error(f"The evaluation in {foreign.plain(evaluation.path.name)} is damaged: {foreign.plain(error)}")


def every_run() -> None:
    """Draw what is kept of all runs; nothing where nothing is."""
    held = kept.everything()
    if held:
        st.subheader("On other corpora and in other conditions", anchor="elsewhere")
        _table(held)


def _table(held: list[kept.Kept]) -> None:
    rows = []
    for evaluation in held:
        try:
            scores = evaluation.metrics
            span = scores["intervals"]["accuracy"]
            rows.append(
                {
                    "run": evaluation.run,
                    "corpus": evaluation.stated["title"],
                    "clips": "seen ones too" if evaluation.stated["include_seen"] else "unseen",
                    "condition": _condition(evaluation),
                    "n": scores["n"],
                    "speakers": scores["speakers"],
                    "emotions": len(scores["labels"]),
                    "accuracy": 100 * scores["accuracy"],
                    "accuracy 95 %": f"{100 * span['low']:.0f} to {100 * span['high']:.0f}",
                    "UAR": 100 * scores["uar"],
                    "macro-F1": scores["macro_f1"],
                    "interval": span["method"],
                    "date": pd.to_datetime(evaluation.stated["created"], utc=True),
                }
            )
        except (OSError, ValueError, KeyError) as error:
            st.warning(
                f"The evaluation of {foreign.plain(evaluation.run)} on {foreign.plain(evaluation.corpus)} is damaged: {foreign.plain(error)}"
            )
    percent = st.column_config.NumberColumn(format="%.0f %%")
    date = st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")
    config = {
        "accuracy": percent,
        "UAR": percent,
        "macro-F1": st.column_config.NumberColumn(format="%.2f"),
        "date": date,
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config=config)


def _condition(evaluation: kept.Kept) -> str:
    """What was done to the clips, or what the model was given of their speakers; nothing for an evaluation as usual."""
    degraded, asked = evaluation.stated.get("degradation"), evaluation.stated.get("enrolment")
    said = [DEGRADATIONS[degraded].title if degraded in DEGRADATIONS else str(degraded)] if degraded else []
    if asked:
        kind = " neutral" if asked["emotion"] == "neutral" else ""
        said.append(
            f"voice profile of {asked['clips']}{kind} clips" if asked["clips"] else "20 clips a speaker set aside"
        )
    return ", ".join(said)


def _start(shown: shown_run.Shown) -> None:
    if not visitor.may_train():
        return
    try:
        known = list(registry.folders())
    except CorpusError as error:
        st.warning(foreign.plain(error))
        return
    if not known:
        st.caption("No corpus is on this machine yet.")
        st.page_link("pages/datasets/page.py", label="Get one", icon=":material/library_music:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        corpus = st.selectbox("Corpus", known, key="elsewhere-corpus", width=260)
        if st.button("Evaluate", icon=":material/play_arrow:", key="elsewhere-start"):
            try:
                title = f"{shown.run.name} on {corpus}"
                order = Evaluation(shown.run.path, str(corpus))
                order.queue(title, expected_s=EXPECTED_S, owner=visitor.owner())
            except (jobs.JobError, RunError, OSError) as error:
                st.error(foreign.plain(error))
                return
            st.rerun()


def _active() -> list[jobs.Job]:
    return [job for job in jobs.in_state(*jobs.ACTIVE) if job.kind == EVALUATION]


def _progress(were: int) -> None:
    active = _active()
    for job in active:
        status = job.status
        share = float(status.get("progress") or 0.0)
        st.progress(
            min(1.0, share), text=f"{foreign.plain(job.title)} · {foreign.plain(status.get('message') or job.state)}"
        )
        if st.button("Cancel", key=f"cancel-{job.id}", icon=":material/stop:"):
            job.cancel()
    if were > len(active):
        # One has ended: its row is there now.
        st.rerun(scope="app")
    failed = next((job for job in jobs.all_jobs() if job.kind == EVALUATION), None)
    if failed is not None and failed.state == "failed":
        st.error(f"{foreign.plain(failed.title)}: {foreign.plain(failed.status.get('message'))}")
        if unreadable_clips.offered(failed):
            try:
                failed.resume(unreadable.FLAG)
            except (jobs.JobError, OSError) as error:
                st.error(foreign.plain(error))
                return
            st.rerun(scope="app")
