"""The answer of each picked model: the emotion, the probabilities, what the confidence is worth, the quality findings."""

from __future__ import annotations

import html

import streamlit as st

from pages.analyze import correction
from pages.widgets import cached, foreign, model_picker, numbers, voice_profile, words, worth
from ser_core import audio, figures
from ser_core.graphs import GraphError
from ser_core.predictor import Prediction
from ser_core.runs import Run, RunError

_SIGNS = {"info": ":material/info:", "warning": ":material/warning:", "error": ":material/error:"}


def show(key: str, clip: audio.Clip, models: list[Run], region: tuple[float, float] | None) -> None:
    """Draw a column a model, and the clip's quality findings."""
    if region is not None:
        st.caption(f"Only the part from {region[0]:.1f} s to {region[1]:.1f} s is analyzed.")
    if not models:
        findings(audio.findings(clip))
        return
    if clip.apart:
        _each(key, clip, models)
        correction.show(key, clip, models)
        return
    if len(models) == 1:
        alone(key, clip, models[0])
        correction.show(key, clip, models)
        return
    tuned = None
    for run, column in zip(models, st.columns(len(models), gap="large"), strict=True):
        with column, st.container(key=f"answer-{run.name}"):
            prediction = prediction_of(key, clip, run)
            if prediction is not None and tuned is None and voice_profile.takes_one([run]):
                tuned = run, prediction
            if prediction is not None:
                st.markdown(f"##### {foreign.plain(worth.label(run))}")
                _headline(prediction)
                _bars(prediction, run.name)
                _worth(key, run, prediction)
                model_picker.about(run)
    if tuned is not None:
        voice_profile.show(key, clip, *tuned)
    findings(audio.findings(clip))
    correction.show(key, clip, models)


def _each(key: str, clip: audio.Clip, models: list[Run]) -> None:
    """Draw a column a channel, with every model's answer in it."""
    whole = audio.findings(clip)
    answers = [(run, prediction) for run in models if (prediction := prediction_of(key, clip, run)) is not None]
    names = list(clip.each())
    for name, column in zip(names, st.columns(len(names), gap="large"), strict=True):
        with column, st.container(key=f"answer-{name}"):
            st.markdown(f"##### {foreign.plain(name.capitalize())}")
            for run, prediction in answers:
                if len(models) > 1:
                    st.markdown(f"**{foreign.plain(run.name)}**")
                _headline(prediction.channels[name])
                _bars(prediction.channels[name], run.name, f"{name}-bars")
                _worth(key, run, prediction.channels[name])
                if its_own := tuple(finding for finding in prediction.channels[name].findings if finding not in whole):
                    findings(its_own)
    findings(whole)


def alone(key: str, clip: audio.Clip, run: Run, *, wide: bool = False) -> None:
    """Draw one model's answer: what it says, its probabilities and what that is worth; `wide`: the probabilities beside it."""
    prediction = prediction_of(key, clip, run)
    if prediction is None:
        return
    if not wide:
        with st.container(key=f"answer-{run.name}"):
            _headline(prediction)
            _bars(prediction, run.name)
            _worth(key, run, prediction)
            voice_profile.show(key, clip, run, prediction)
            findings(prediction.findings)
        return
    said, bars = st.columns([2, 3], gap="large")
    with said, st.container(key=f"answer-{run.name}"):
        _headline(prediction)
        _worth(key, run, prediction)
        voice_profile.show(key, clip, run, prediction)
        findings(prediction.findings)
    with bars:
        _bars(prediction, run.name)


def brief(key: str, clip: audio.Clip, run: Run, *, place: str, named: bool) -> None:
    """Draw one model's answer without what it is worth, for a comparison; `place` is unique on the page."""
    prediction = prediction_of(key, clip, run)
    if prediction is None:
        return
    with st.container(key=f"{place}-{run.name}"):
        if named:
            st.markdown(f"**{foreign.plain(run.name)}**")
        _headline(prediction)
        _bars(prediction, run.name, f"{place}-bars")


def prediction_of(key: str, clip: audio.Clip, run: Run) -> Prediction | None:
    """Return the model's prediction, or None after the reason was drawn."""
    try:
        judge = voice_profile.judge(run, key)
        return cached.prediction(key, *cached.judge_key(judge), clip, judge)
    except (RunError, GraphError, OSError) as error:
        st.error(f"{foreign.plain(run.name)} cannot answer: {foreign.plain(error)}")
        return None


def over_time(key: str, clip: audio.Clip, run: Run, *, named: bool) -> None:
    """Draw one model's probabilities along the clip."""
    try:
        judge = voice_profile.judge(run, key)
        timeline = cached.timeline(key, *cached.judge_key(judge), clip, judge)
    except (RunError, GraphError, OSError) as error:
        st.error(f"{foreign.plain(run.name)} cannot answer: {foreign.plain(error)}")
        return
    st.markdown(f"##### Over time{f': {foreign.plain(run.name)}' if named else ''}")
    figure = figures.timeline(
        timeline.labels, timeline.start_s, timeline.end_s, timeline.probabilities, timeline.speech, clip.duration
    )
    st.plotly_chart(figure, key=f"time-{run.name}", config={"displayModeBar": False}, alt="Probabilities over time")
    st.caption("Each column is what the model says of the 2.5 s around it; where there is no voice it is left empty.")


def findings(reported: tuple[audio.Finding, ...]) -> None:
    """Draw the quality findings, or that there are none."""
    if not reported:
        st.caption(":material/check: Sound quality: nothing to report")
    for finding in reported:
        st.caption(f"{_SIGNS[finding.severity]} {foreign.plain(finding.message)}")


def _headline(prediction: Prediction) -> None:
    emotion = prediction.label if prediction.decision == "emotion" else "neutral"
    # The colour is the emotion's. A model may have classes of any names.
    st.html(
        f'<div style="border-left:6px solid {figures.colour(emotion)};padding-left:.75rem">'
        f'<div style="font-size:2.1rem;font-weight:650;line-height:1.2" data-testid="answer">{html.escape(words.headline(prediction))}</div>'
        f'<div style="opacity:.8">{html.escape(words.subline(prediction))}</div></div>'
    )


def _worth(key: str, run: Run, prediction: Prediction) -> None:
    one_of, often = worth.of_answer(run, prediction, elsewhere=voice_profile.of_somebody(key))
    if one_of:
        st.markdown(one_of)
    st.caption(often)


def _bars(prediction: Prediction, name: str, place: str = "bars") -> None:
    if prediction.decision == "no-speech":
        return
    said = ", ".join(
        f"{label} {numbers.percent(p)}" for label, p in zip(prediction.labels, prediction.probabilities, strict=True)
    )
    st.plotly_chart(
        figures.probabilities(prediction.labels, prediction.probabilities),
        key=f"{place}-{name}",
        config={"displayModeBar": False},
        alt=f"Probabilities by {name}: {said}",
    )
