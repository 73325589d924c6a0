"""A model beside the listeners of CREMA-D, who heard the same voices."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.results.shown_run import Shown
from pages.widgets import foreign, listener_votes, numbers
from ser_core import figures, runs
from ser_core.corpora.splits import corpus_of
from ser_core.evaluation import listeners, metrics
from ser_core.figures import comparison as drawn
from ser_core.runs import Run

PLAIN = {"displayModeBar": False}


def show(shown: Shown) -> None:
    """Draw both matrices, who is right where, and how alike their doubts are, where the run was tested on CREMA-D and the votes are here."""
    run = shown.run
    if "test" not in run.metrics or not (corpus_of(run.predictions) == "crema-d").any():
        st.caption("People's votes are known of CREMA-D alone, and this run was not tested on it.")
        return
    stated = listener_votes.here()
    if isinstance(stated, str):
        st.info(stated)
        return
    try:
        labels = [label for label in run.metrics["test"]["labels"] if label in stated]
        rows = run.predictions
        table = listeners.heard(rows[(rows["part"] == "test") & rows["true"].isin(labels)], stated, labels)
    except (runs.RunError, KeyError) as error:
        st.error(f"This run cannot be shown beside the listeners: {foreign.plain(error)}")
        return
    if table.empty:
        st.info("Listeners heard none of the clips that this run was tested on.")
        return
    _headline(run, table, labels)
    _matrices(run, table, labels)
    _who(run, table, labels)
    _doubts(table, labels)


def _headline(run: Run, table: pd.DataFrame, labels: list[str]) -> None:
    share = listeners.vote_accuracy(table, labels)
    model = float((table["predicted"] == table["true"]).mean())
    span = metrics.interval(table, "accuracy", [*labels, *sorted(set(table["predicted"]) - set(labels))])
    st.markdown(
        f"**On the same {len(table)} clips {foreign.plain(run.name)} names the intended emotion in {numbers.percent(model)}, a listener in "
        f"{numbers.percent(share)} of cases.**"
    )
    majority = listeners.majority_accuracy(table)
    better = (
        "It tells what the actor was asked to play better than a listener does; it reads no minds."
        if span["low"] > share
        else "That is no clear lead over a listener: its interval reaches down to the listeners' figure."
        if model > share
        else "That is not better than a listener."
    )
    st.caption(
        f"{better} The model's interval: {numbers.percent(span['low'])} to {numbers.percent(span['high'])} ({span['method']}, {span['speakers']} "
        f"speakers). The listeners' majority is right in {numbers.percent(majority)}, a tie counted as wrong; {int(table['voted'].sum()):,} votes, "
        "voice only. Over all of CREMA-D a listener is right in 40 to 41 % of cases: much of what was acted cannot be heard."
    )


def _matrices(run: Run, table: pd.DataFrame, labels: list[str]) -> None:
    left, right = st.columns(2)
    heard = listeners.votes_matrix(table, labels)
    title = f"Listeners · crema-d<br>test clips of {run.name} · n = {heard.sum():,} votes"
    left.plotly_chart(
        figures.confusion(heard, labels, title, rows_are="intended", columns_are="heard", counted="votes"),
        key="listeners-votes",
        config=PLAIN,
        alt="Confusion matrix of the listeners' votes",
    )
    known = table[table["predicted"].isin(labels)]
    model = metrics.confusion(known["true"], known["predicted"], labels)
    title = f"{run.name} · crema-d<br>test part · n = {model.sum():,} clips"
    right.plotly_chart(
        figures.confusion(model, labels, title, rows_are="intended"),
        key="listeners-model",
        config=PLAIN,
        alt=f"Confusion matrix of {run.name} on the same clips",
    )


def _who(run: Run, table: pd.DataFrame, labels: list[str]) -> None:
    st.subheader("Who is right where the other is wrong")
    counts = listeners.who_is_right(table, labels)
    present = counts[counts["n"] > 0]
    shares = {case: (present[case] / present["n"]).tolist() for case in listeners.CASES}
    title = f"{run.name} and the listeners' majority · crema-d<br>test part · n = {len(table)}"
    st.plotly_chart(
        drawn.who_is_right(present["emotion"].tolist(), shares, present["n"].tolist(), title),
        key="who-is-right",
        config=PLAIN,
        alt="For every emotion, the share of clips in which both, one or neither is right",
    )
    whole = counts.iloc[-1]
    st.caption(
        f"Of all {whole['n']} clips both are right on {whole['both right']}, only the listeners' majority on {whole['only the listeners']}, "
        f"only the model on {whole['only the model']}, neither on {whole['neither']}. A tie among the votes counts as wrong."
    )
    with st.expander("The counts"):
        st.dataframe(counts, hide_index=True, width="stretch")


def _doubts(table: pd.DataFrame, labels: list[str]) -> None:
    st.subheader("Do they doubt the same clips?")
    agreements = listeners.agreement(table, labels)
    if not agreements:
        st.caption("This run states no probabilities, so its doubts cannot be held against the votes.")
        return
    rows = [
        {
            "held against the votes": agreement.who,
            "Jensen–Shannon distance": _two(agreement.distance),
            "correlation": _two(agreement.correlation),
            "correlation within an emotion": _two(agreement.beyond_label),
        }
        for agreement in agreements
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    said = "Distance: 0 = the same shares, 1 = nothing in common. "
    model, label = agreements[0], agreements[1]
    said += (
        "The model's probabilities lie nearer to the votes than the intended emotion alone would put them. "
        if model.distance < label.distance
        else "Knowing the intended emotion alone, and nothing of the clip, comes nearer to the votes than the model does: it "
        "was trained on intentions, and is surer than people are. "
    )
    beyond = listeners.beyond_label(table, labels)
    if beyond is not None:
        mean, low, high = beyond
        verdict = (
            "so among clips of one emotion, what people hear differently the model tends to hear differently too"
            if low > 0
            else "so nothing says that the model hears the same differences between clips of one emotion as people do"
        )
        said += f"Within an emotion the two correlate with {mean:.2f} ({low:.2f} to {high:.2f}, over the speakers), {verdict}."
    st.caption(said)


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
