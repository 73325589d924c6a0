"""A model of one's own in three steps: collect clips class by class, train a head on a shipped model, try it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.server import visitor
from pages.train import finetuning
from pages.widgets import audio_source, cached, collecting, foreign, in_url, worth
from ser_core import audio, figures, runs
from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from ser_core.graphs import GraphError
from ser_core.personal import collected
from ser_core.personal import worth as personal
from ser_core.runs import Run, RunError

#: The model that was made last, until the page has drawn its picker.
_MADE = "personal-made"
#: Most remarks on single clips; all are in the run's log.
REMARKS = 5


def show() -> None:
    """Draw the three steps."""
    if not visitor.may_keep():
        st.info(visitor.why_not("keep recordings and make a model of them"), icon=":material/block:")
        return
    st.caption(
        "Your own voice and classes: a model that ships listens, and a small classifier on top learns your classes in seconds."
    )
    try:
        made = Recordings().list_all()
    except CorpusError as error:
        st.error(foreign.plain(error))
        return
    clips = pd.DataFrame([(clip.emotion, clip.sitting) for clip in made], columns=["emotion", "sitting"])
    st.markdown("##### 1 · Collect")
    collecting.show()
    if collected.BACKGROUND not in collected.counts(clips) and len(clips):
        st.caption(
            f"A class “{collected.BACKGROUND}”, clips of your room without any of the others, gives the model something to answer when it "
            "is none of them."
        )
    left, right = st.columns(2, gap="large")
    with left:
        model = _train(clips)
    if model is not None:
        with right:
            _try(model)
        _result(model)


def _train(clips: pd.DataFrame) -> Run | None:
    """Draw step 2 and return the model that is looked at, once there is one."""
    st.markdown("##### 2 · Train")
    below = {run.name: run for run in runs.shipped() if run.servable}
    if not below:
        st.info("No model ships with this copy, so there is nothing to build on.")
        return None
    counted = collected.counts(clips)
    with st.popover("On what, and which classes", icon=":material/tune:"):
        base = st.selectbox(
            "On the model",
            list(below),
            format_func=lambda name: worth.label(below[name]),
            key="personal-base",
            help="It listens; what it has learned of voices stays as it is.",
        )
        # A key that changes with the classes: a new one is in at once.
        picked = st.multiselect(
            "Classes",
            list(counted),
            default=[name for name, n in counted.items() if n >= collected.FEWEST],
            key=f"personal-classes-{sum(n >= collected.FEWEST for n in counted.values())}",
            disabled=not counted,
        )
    reason = collected.refusal({name: counted[name] for name in picked})
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Make my model", type="primary", icon=":material/face:", disabled=reason is not None, key="personal-make"
        )
        if reason and counted:
            st.caption(foreign.plain(reason))
    if pressed and reason is None:
        _make(below[base], tuple(picked))
    made = _made()
    finetuning.show(below[base], {name: counted[name] for name in picked})
    return made


def _make(base: Run, classes: tuple[str, ...]) -> None:
    # Imported here: it brings scikit-learn's and ONNX' tools, which the page needs for this click alone.
    from ser_core.personal import fitting

    bar = st.progress(0.0, text="Listening to your clips …")

    def heard(done: int, of: int) -> None:
        bar.progress(done / of, text=f"Listening to your clips: {done} of {of}" if done < of else "Fitting …")

    try:
        run = fitting.fit(Recordings().load(), cached.predictor(base), classes=classes, progress=heard)
    except (collected.PersonalError, CorpusError, RunError, GraphError, OSError) as error:
        bar.empty()
        st.error(foreign.plain(error))
        return
    st.session_state[_MADE] = run.name
    st.rerun()


def _made() -> Run | None:
    """Draw the picker of one's models and return the newest, or the one that is picked; None where none was made."""
    models = {run.name: run for run in runs.own() if run.servable and _is_personal(run)}
    if not models:
        return None
    names = list(models)
    if _MADE in st.session_state and st.session_state[_MADE] in names:
        st.session_state["personal-model"] = st.session_state.pop(_MADE)
    in_url.begin("own", names, names[0], key="personal-model")
    name = st.selectbox("My models", names, key="personal-model", format_func=lambda name: worth.label(models[name]))
    return models[name]


def _is_personal(run: Run) -> bool:
    try:
        return personal.of(run) is not None
    except RunError:
        return False


def _result(run: Run) -> None:
    try:
        _scores(run)
    except (RunError, KeyError) as error:
        st.error(f"The run {foreign.plain(run.name)} is damaged: {foreign.plain(error)}")


def _scores(run: Run) -> None:
    own = personal.of(run)
    scores = run.metrics["validation"]
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(worth.of_model(run))
        with st.container(horizontal=True):
            st.page_link(
                "pages/results/page.py",
                label="See its results",
                icon=":material/grid_on:",
                query_params={"view": "run", "run": run.name},
            )
        for remark in run.recipe["personal"].get("remarks", [])[:REMARKS]:
            st.caption(f":material/warning: {foreign.plain(remark)}")
    with right:
        # Per cent of three clips would say more than is known.
        norm = "true" if own is not None and own.enough else "counts"
        st.plotly_chart(
            figures.confusion(scores["confusion"], scores["labels"], norm=norm),
            key="personal-matrix",
            config={"displayModeBar": False},
            alt=f"Confusion matrix of {run.name}, cross-validated, n = {scores['n']}",
        )
        st.caption(f"Cross-validated, {scores['n']} clips: each was answered by a head that had not heard it.")


def _try(run: Run) -> None:
    # Imported here: the page of one clip brings all its pictures with it.
    from pages.analyze import answer

    st.markdown("##### 3 · Try")
    for sound in audio_source.choose()[:1]:
        try:
            clip = cached.clip(sound.data, sound.name)
        except audio.AudioError as error:
            st.error(foreign.plain(error), icon=":material/error:")
            continue
        prediction = answer.prediction_of(sound.digest, clip, run)
        if prediction is not None:
            answer.brief(sound.digest, clip, run, place="try", named=False)
            st.caption(worth.of_answer(run, prediction)[1])
    with st.container(horizontal=True):
        links = {"model": run.name}
        st.page_link("pages/analyze/page.py", label="Use it in Analyze", icon=":material/mic:", query_params=links)
        st.page_link("pages/live/page.py", label="Use it live", icon=":material/graphic_eq:", query_params=links)
