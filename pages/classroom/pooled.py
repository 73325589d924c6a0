"""What a class heard in the clips of listen and guess: its votes against what the actors were asked for and what the model said."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.widgets import foreign, numbers
from ser_core import classroom, figures
from ser_core.classroom import guesses
from ser_core.evaluation import listeners


def show(run: str, answers: pd.DataFrame, labels: Sequence[str]) -> None:
    """Draw the class' votes on these clips. answers: the run's rows (clip, true, predicted), a row a clip."""
    lesson = classroom.here()
    if lesson is None or not lesson.goes_on:
        return
    heard = listeners.heard(answers, guesses.votes(lesson, labels), labels)
    st.subheader("Our class", divider="gray", anchor=False)
    if heard.empty:
        st.caption("Nobody has guessed yet.")
        return
    votes = int(heard["voted"].sum())
    model = int((heard["predicted"] == heard["true"]).sum())
    crowd = int((heard["chosen"] == heard["true"]).sum())
    st.markdown(
        f"**{guesses.guessing(lesson)} of you named the intended emotion in {numbers.percent(listeners.vote_accuracy(heard, labels))} of {votes} "
        f"guesses.** By majority the class is right in {crowd} of {len(heard)} clips, {foreign.plain(run)} in {model}."
    )
    matrix = listeners.votes_matrix(heard, labels)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            figures.confusion(
                matrix,
                list(labels),
                f"Our class<br>n = {matrix.sum()} guesses",
                rows_are="intended",
                columns_are="named",
                counted="guesses",
            ),
            key="pooled-matrix",
            config={"displayModeBar": False},
            alt="Confusion matrix of the whole class",
        )
    with right:
        st.dataframe(_table(heard, labels), hide_index=True, height=420, column_config={"share": _SHARE})
        st.caption(
            "share: of the class' guesses that name the intended emotion; no majority where two emotions lead alike."
        )


_SHARE = st.column_config.ProgressColumn("share", min_value=0.0, max_value=1.0, format="percent")


def _table(heard: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """A row a clip, those that the class heard worst first."""
    counts = heard[[f"v_{label}" for label in labels]].to_numpy()
    right = [int(row[list(labels).index(true)]) for row, true in zip(counts, heard["true"], strict=True)]
    table = pd.DataFrame(
        {
            "intended": heard["true"],
            "the class": heard["chosen"].replace("", "no majority"),
            "the model": heard["predicted"],
            "share": [n / voted for n, voted in zip(right, heard["voted"], strict=True)],
            "guesses": heard["voted"],
        }
    )
    return table.sort_values("share", kind="stable")
