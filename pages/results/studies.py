"""A study of networks: how far it is, which is best and by how much, everything side by side, and the study as a document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.server import visitor
from pages.widgets import corpora, foreign, in_url
from pages.widgets.job_signs import SIGNS
from pages.widgets.numbers import about, percent
from ser_core import jobs, studies
from ser_core.corpora.base import CorpusError
from ser_core.jobs import runner, trainings
from ser_core.recipes import RecipeError
from ser_core.runs import RunError
from ser_core.studies import Study, StudyError, document, outcome, pictures, starting, state, words
from ser_core.studies.outcome import Outcome
from ser_core.studies.pictures import Picture
from ser_core.studies.state import State

#: Seconds between two looks while a network waits or trains.
EVERY_S = 2
_BAR = {"displayModeBar": False}
_NEW = {"view": "compare"}


def show() -> None:
    """Draw the study that the URL names, or the newest."""
    listed = studies.all_studies()
    if not listed:
        st.info("No study is here yet: several networks, trained alike and compared.")
        st.page_link("pages/train/page.py", label="Compare networks", icon=":material/science:", query_params=_NEW)
        return
    runner.wake()
    study = _chosen(listed)
    states = state.of(study)
    if any(network.state != "done" for network in states):
        active = any(network.active for network in states)
        st.fragment(_progress, run_every=EVERY_S if active else None)(study, _marks(states))
    if not any(network.state == "done" for network in states):
        return
    try:
        came = _outcome(_key(study), study)
        if came.trained:
            _shown(came)
    except (RunError, KeyError) as error:
        st.error(f"This study cannot be shown: {foreign.plain(error)}")


def _chosen(listed: list[Study]) -> Study:
    named = {study.id: study for study in listed}
    asked = st.query_params.get("study")
    if asked is not None and asked not in named and "study" not in st.session_state:
        st.warning(f"There is no study called “{foreign.plain(asked)}” here.")
    in_url.begin("study", named, listed[0].id)
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        picked = st.selectbox(
            "Study", list(named), format_func=lambda id: named[id].name, key="study", label_visibility="collapsed"
        )
    study = named[picked]
    with right, st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/train/page.py", label="New", icon=":material/add:", query_params=_NEW)
        if visitor.may_train():
            _repeat(study)
        if visitor.may_delete():
            _delete(study)
    return study


def _progress(study: Study, were: tuple[str, ...]) -> None:
    """Draw what waits and trains, with the curves so far."""
    states = state.of(study)
    if _marks(states) != were:
        # Something began or ended: the tables and the pace of looking follow.
        st.rerun(scope="app")
    waiting = {job.run: job for job in jobs.in_state(*jobs.ACTIVE) if job.run is not None}
    left = [
        job.expected_s
        for network in states
        if network.active and (job := waiting.get(study.run(network.member).path)) and job.expected_s
    ]
    st.markdown(
        f"**{foreign.plain(state.said(states))}**" + (f" · {about(sum(left))} for what is left" if left else "")
    )
    for network in states:
        if network.state != "done":
            _line(study, network, waiting.get(study.run(network.member).path))
    if all(network.state != "done" for network in states):
        curves = pictures.curves(Outcome(study, tuple(states), (), (), None))
        if curves is not None:
            _drawn(curves, "now")


def _line(study: Study, network: State, job: jobs.Job | None) -> None:
    seen = state.histories(study.run(network.member))
    epochs = sum(len(own) for own in seen)
    of = network.member.recipe.fit.epochs
    said, message = network.state, network.message if network.state not in jobs.ACTIVE else ""
    if network.state == "running" and epochs:
        said = f"epoch {epochs} of {of * study.seeds} at most"
    elif network.state == "running" and job is not None:
        message = str(job.status.get("message") or "")
    with st.container(horizontal=True, vertical_alignment="center", key=f"member-{network.member.run}"):
        sign = SIGNS.get(network.state, ":material/help:")
        st.markdown(
            f"{sign} {foreign.plain(network.member.name)} · {said}{message and f' · {foreign.plain(message)}'}",
            width="stretch",
        )
        if not visitor.may_train():
            return
        if network.active and job is not None:
            if st.button(
                "Cancel",
                key=f"cancel-{network.member.run}",
                type="tertiary",
                icon=":material/stop:",
                disabled=job.cancel_wanted,
            ):
                _attempt(lambda: trainings.cancel(study.run(network.member)))
        elif (
            not network.active
            and network.state != state.DAMAGED
            and st.button("Train it", key=f"again-{network.member.run}", type="tertiary", icon=":material/replay:")
        ):
            _attempt(lambda: starting.again(study, network.member))


def _shown(came: Outcome) -> None:
    if said := words.verdict(came):
        st.markdown(f"**{foreign.plain(said)}**")
    st.caption(foreign.plain(document.subtitle(came)))
    _scores(came)
    _away(came)
    left, right = st.columns(2, gap="large")
    with left:
        _drawn(pictures.scores(came), "scores")
    with right:
        curves = pictures.curves(came)
        if curves is not None:
            _drawn(curves, "curves")
    _drawn(pictures.classes(came), "classes")
    _matrices(came)
    if came.comparison is not None:
        with st.expander("The tests of every two"):
            _table(document.tests(came))
        settings_ = document.configuration(came)
        if settings_ is not None:
            with st.expander("In what their settings differ"):
                _table(settings_)
    st.subheader("Method")
    st.markdown("To be quoted:")
    st.code(words.method(came), language=None, wrap_lines=True)
    for note in words.notes(came):
        st.caption(foreign.plain(note))


def _scores(came: Outcome) -> None:
    rows: list[dict[str, Any]] = []
    for network in came.trained:
        row: dict[str, Any] = {
            "network": network.name,
            "layers": network.layers,
            "parameters": network.parameters,
            "time": words.took(network.seconds),
            "UAR": words.with_span(network, "uar"),
            "accuracy": words.with_span(network, "accuracy"),
            "macro-F1": words.with_span(network, "macro_f1"),
        }
        between = network.spread()
        if between is not None:
            row["UAR of its seeds"] = f"{100 * between[0]:.1f} to {100 * between[1]:.1f} %"
        rows.append(row)
    config = {"parameters": st.column_config.NumberColumn("parameters", format="localized")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config, alt="Size, time and scores of each network")


def _matrices(came: Outcome) -> None:
    st.subheader("What is taken for what")
    places = [column for _ in range(0, len(came.trained) + 1, 2) for column in st.columns(2, gap="large")]
    for place, network in zip(places, came.trained, strict=False):
        with place:
            st.page_link(
                "pages/results/page.py",
                label=foreign.plain(f"{network.name}: UAR {percent(network.scores['uar'])}"),
                icon=":material/grid_on:",
                query_params={"view": "run", "run": network.run.name},
            )
            _drawn(pictures.matrix(came, network), f"matrix-{network.run.name}", captioned=False)
    if len(came.trained) < 2:
        return
    names = {network.name: network for network in came.trained}
    with places[len(came.trained)] if len(places) > len(came.trained) else st.container():
        left, right = st.columns(2)
        first = left.selectbox("Difference of", list(names), key="study-first")
        second = right.selectbox("minus", [name for name in names if name != first], key="study-second")
        _drawn(pictures.difference(came, names[first], names[second]), "difference")


def _away(came: Outcome) -> None:
    with st.container(horizontal=True):
        for form, title in document.FORMATS.items():
            st.download_button(
                title,
                data=partial(_packed, came.study, form),
                file_name=f"{came.study.id}.docx" if form == "docx" else f"{came.study.id}-{form}.zip",
                mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document"
                if form == "docx"
                else "application/zip",
                icon=":material/download:",
                key=f"study-{form}-{came.study.id}",
                on_click="ignore",
            )


def _packed(study: Study, form: str) -> bytes:
    # Imported here: what writes documents is loaded for whoever wants one.
    from ser_core.studies import exporting

    return exporting.packed(study, form)


def _repeat(study: Study) -> None:
    with st.popover("Repeat", icon=":material/replay:", type="tertiary"):
        st.caption("All of its networks are trained anew, under another name.")
        name = st.text_input("Name", f"{study.name} again", key=f"repeat-name-{study.id}")
        if st.button("Train all anew", type="primary", key=f"repeat-{study.id}"):
            try:
                made = starting.repeat(study, name, corpora.opened(study.corpus).corpus)
            except (jobs.JobError, CorpusError, RecipeError, RunError, StudyError, OSError) as error:
                st.error(foreign.plain(error))
                return
            st.query_params["study"] = made.id
            st.rerun()


def _delete(study: Study) -> None:
    with st.popover("Delete", icon=":material/delete:", type="tertiary"):
        st.caption("The study goes, the runs of its networks stay.")
        if st.button("Delete the study", key=f"delete-{study.id}"):
            _attempt(study.delete)


def _attempt(work: Callable[[], Any]) -> None:
    try:
        work()
    except (jobs.JobError, RunError, StudyError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.rerun(scope="app")


def _table(table: document.Table) -> None:
    st.dataframe(pd.DataFrame(list(table.rows), columns=list(table.columns)), hide_index=True, alt=table.caption)


def _drawn(picture: Picture, key: str, *, captioned: bool = True) -> None:
    st.plotly_chart(picture.figure, key=f"study-{key}", config=_BAR, alt=picture.caption)
    if captioned:
        st.caption(foreign.plain(picture.caption))


def _marks(states: list[State]) -> tuple[str, ...]:
    return tuple(network.state for network in states)


def _key(study: Study) -> str:
    """What changes when a run of the study does."""
    parts = [str(study.path)]
    for member in study.members:
        try:
            parts.append(
                f"{member.run}@{study.run(member).changed('metrics.json')}-{study.run(member).status['state']}"
            )
        except (RunError, KeyError):
            parts.append(member.run)
    return "|".join(parts)


@st.cache_resource(max_entries=8, show_spinner="Comparing …")
def _outcome(key: str, _study: Study) -> Outcome:
    return outcome.of(_study)
