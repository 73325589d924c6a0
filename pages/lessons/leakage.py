"""The leakage lesson: four ways to a figure that a new voice will not give, each with the honest figure beside it."""

from __future__ import annotations

import streamlit as st

from pages.widgets import in_url
from ser_core.evaluation import lesson
from ser_core.evaluation.lesson import Outcome, Step
from ser_core.figures import comparison as drawn

PLAIN = {"displayModeBar": False}


def show() -> None:
    """Draw one step of the lesson; the URL names it (`step`)."""
    outcomes = _results(_state())
    steps = [step for step in lesson.STEPS if step.key in outcomes]
    if not steps:
        st.info("The published runs of this lesson are not in this copy (artifacts/results).")
        return
    keys = [step.key for step in steps]
    titles = {step.key: f"{number}. {step.title}" for number, step in enumerate(steps, start=1)}
    number = keys.index(in_url.segmented("step", "Step", titles, key="lesson-step"))
    _step(steps[number], outcomes[keys[number]])
    if number + 1 < len(steps):
        st.button(
            f"Next: {steps[number + 1].title}",
            icon=":material/arrow_forward:",
            on_click=_go,
            args=(keys[number + 1],),
            type="primary",
        )


def _go(key: str) -> None:
    st.session_state["lesson-step"] = key


def _step(step: Step, outcomes: list[Outcome]) -> None:
    st.markdown(f"**The mistake.** {step.mistake}")
    first = outcomes[0]
    scores = [score for pair in outcomes for score in (pair.leaky, pair.honest)]
    st.plotly_chart(
        drawn.spans(
            [f"{score.name}<br>n = {score.n:,}, {score.speakers} speakers" for score in scores],
            [score.accuracy for score in scores],
            [score.low for score in scores],
            [score.high for score in scores],
            [number % 2 == 0 for number in range(len(scores))],
            f"Accuracy · {first.leaky.corpus}<br>test part, 95 % intervals · open red: with the mistake",
        ),
        key=f"lesson-{step.key}",
        config=PLAIN,
        alt="Accuracy with interval of every run, the leaky one of each pair with an open red point",
    )
    st.markdown(_moral(step, outcomes))
    with st.expander("Run by run"):
        st.markdown(f"**Instead.** {step.instead}")
        for outcome in outcomes:
            st.markdown(f"**{outcome.leaky.name}, {outcome.honest.name}.** {outcome.sentence}")
        st.caption(_clips(first))
        together = lesson.together(outcomes)
        if together:
            st.markdown(together)


def _clips(outcome: Outcome) -> str:
    said = (
        "Both were tested on the same clips, so the gap is taken clip by clip."
        if outcome.same_clips
        else "They were tested on different clips, so part of the gap may be the clips."
    )
    if outcome.leaky.train and outcome.honest.train:
        said += f" Trained on {outcome.leaky.train:,} clips (copies counted) with the mistake, on {outcome.honest.train:,} without it."
    return said


def _moral(step: Step, outcomes: list[Outcome]) -> str:
    clear = [outcome for outcome in outcomes if outcome.span.low > 0]
    if len(clear) == len(outcomes):
        return f"So {step.leak} gives a figure that clips from elsewhere will not give: report the lower one."
    if clear:
        return (
            f"So {step.leak} raised the figure in some of these runs and not clearly in others. Nobody knows beforehand in which: the honest "
            "split costs nothing, and its figure needs no such footnote."
        )
    return (
        f"So on these runs {step.leak} did not clearly raise the figure. A leak need not show to be one: the honest split costs nothing, and "
        "its figure needs no such footnote."
    )


def _state() -> tuple[tuple[str, int], ...]:
    """What stands for the published runs in the cache."""
    names = sorted({name for step in lesson.STEPS for pair in step.pairs for name in pair})
    sealed = [(name, lesson.published() / name / "files.json") for name in names]
    return tuple((name, path.stat().st_mtime_ns) for name, path in sealed if path.is_file())


@st.cache_data(max_entries=2, show_spinner="Reading the published runs …")
def _results(state: tuple[tuple[str, int], ...]) -> dict[str, list[Outcome]]:
    outcomes = {step.key: lesson.outcomes(step) for step in lesson.STEPS}
    return {key: pairs for key, pairs in outcomes.items() if pairs}
