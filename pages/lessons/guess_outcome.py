"""What came of listen and guess: one's own matrix beside the model's and the crowd's, and a class' tables together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import actors, foreign, numbers, spreadsheet
from ser_core import audio, figures
from ser_core.corpora.crema_d import EMOTION_CODES
from ser_core.evaluation import groups, guessing, listeners, metrics

PLAIN = {"displayModeBar": False}


def show(
    run: str, guesses: dict[str, str], answers: pd.DataFrame, labels: list[str], votes: pd.DataFrame | str
) -> None:
    """Draw one finished round. `votes`: the listeners' table, or the sentence that says how to get it."""
    heard = None
    if not isinstance(votes, str):
        heard = listeners.heard(answers[answers["clip"].isin(guesses)], votes, labels)
    crowd = dict(zip(heard["clip"], heard["chosen"], strict=True)) if heard is not None else None
    table = guessing.table(guesses, answers, crowd)
    _headline(run, table, heard, labels)
    _matrices(run, table, heard, labels)
    if isinstance(votes, str):
        st.caption(votes)
    st.download_button(
        "Your guesses (CSV)",
        spreadsheet.csv(table),
        file_name="guesses.csv",
        mime="text/csv",
        help=spreadsheet.SAID,
        icon=":material/download:",
        on_click="ignore",
    )
    with st.expander("Clip by clip, to hear again"):
        _clips(table)


def _headline(run: str, table: pd.DataFrame, heard: pd.DataFrame | None, labels: list[str]) -> None:
    own = table["guess"] == table["true"]
    model = table["model"] == table["true"]
    n = len(table)
    low, high = groups.wilson(float(own.mean()), n)
    crowd = (
        f", a listener of CREMA-D in {numbers.percent(listeners.vote_accuracy(heard, labels))} of votes"
        if heard is not None
        else ""
    )
    st.markdown(
        f"### You named the intended emotion in {int(own.sum())} of {n}\n\n**On the same clips {foreign.plain(run)} did in {int(model.sum())} of {n}{crowd}.**"
    )
    span = f"{numbers.percent(low)} to {numbers.percent(high)}"
    st.caption(
        f"{n} clips are few: a listener who scores {int(own.sum())} of {n} may be right in anything from {span} of many such clips (95 %), and a "
        f"lead of a few clips over the model says nothing. Guessing blindly gives {n / len(labels):.0f} of {n}. What counts as right is what the "
        "actor was asked to play, which nobody can always hear."
    )


def _matrices(run: str, table: pd.DataFrame, heard: pd.DataFrame | None, labels: list[str]) -> None:
    known = table[table["model"].isin(labels)]
    drawings = [
        ("You", metrics.confusion(table["true"], table["guess"], labels), "clips"),
        (run, metrics.confusion(known["true"], known["model"], labels), "clips"),
    ]
    if heard is not None:
        drawings.append(("Listeners", listeners.votes_matrix(heard, labels), "votes"))
    for column, (who, matrix, counted) in zip(st.columns(len(drawings)), drawings, strict=True):
        title = f"{who} · crema-d<br>test part · n = {matrix.sum()} {counted}"
        column.plotly_chart(
            figures.confusion(matrix, labels, title, rows_are="intended", columns_are="named", counted=counted),
            key=f"guess-matrix-{who}",
            config=PLAIN,
            alt=f"Confusion matrix: {who}",
        )


def _clips(table: pd.DataFrame) -> None:
    for row in table.itertuples():
        left, right = st.columns([3, 2], vertical_alignment="center")
        crowd = f", most listeners {row.listeners}" if row.listeners else ""
        clip, true, guess, model = map(foreign.plain, (row.clip, row.true, row.guess, row.model))
        left.markdown(f"**{clip}** was meant as **{true}**: you said {guess}, the model {model}{crowd}")
        path = actors.file_of(str(row.clip))
        try:
            if path is not None:
                right.audio(audio.encode_wav(audio.decode(path).samples), format="audio/wav")
        except (audio.AudioError, OSError) as error:
            right.caption(foreign.plain(error))


def show_class() -> None:
    """Draw the place for several listeners' files, and their matrix together; a file that does not fit is named with the reason."""
    st.subheader("A whole class", divider="gray")
    dropped = st.file_uploader(
        "Drop the files that several listeners downloaded after their rounds",
        type=["csv"],
        accept_multiple_files=True,
        max_upload_size=1,
        key="class-files",
    )
    tables, taken = [], set()
    for file in dropped or []:
        data = file.getvalue()
        try:
            if data in taken:
                raise guessing.GuessError(f"{file.name} is the same as a file before it.")
            tables.append(guessing.read(data, file.name))
            taken.add(data)
        except guessing.GuessError as error:
            st.warning(foreign.plain(error))
    if not tables:
        return
    together = pd.concat(tables, ignore_index=True)
    named = list(EMOTION_CODES.values())
    matrix = metrics.confusion(together["true"], together["guess"], named)
    right = float((together["guess"] == together["true"]).mean())
    who = f"{len(tables)} listener{'s' if len(tables) > 1 else ''}"
    st.markdown(
        f"**{who}, {len(together)} guesses on {together['clip'].nunique()} clips: {numbers.percent(right)} named the intended emotion.**"
    )
    st.plotly_chart(
        figures.confusion(
            matrix,
            named,
            f"Class · crema-d<br>{who} · n = {matrix.sum()} guesses",
            rows_are="intended",
            columns_are="named",
            counted="guesses",
        ),
        key="class-matrix",
        config=PLAIN,
        alt="Confusion matrix of the whole class",
    )
