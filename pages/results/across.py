"""Trained here, tested there: a row a run, a column a corpus, each figure with its interval."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import corpora, foreign
from ser_core.evaluation import across
from ser_core.evaluation.across import Cell


def show() -> None:
    """Draw the table train x test; nothing where no run was measured on a corpus that it never heard."""
    cells = across.cells()
    if not any(cell.unheard for cell in cells):
        return
    st.subheader("Trained here, tested there", anchor="across")
    st.caption(
        "Accuracy on unseen voices, and its 95 % interval. A figure in brackets is of a corpus that the run learned from, by people whom it "
        "did not hear; emotions are those that both have."
    )
    adapted = st.toggle(
        "Minus the speaker's mean",
        key="across-adapted",
        disabled=not any(cell.adapted for cell in cells),
        help="With the mean of each speaker's tested clips taken out, without labels; for runs that take a voice profile: evaluate RUN "
        "--corpus A,B,C --adapt speaker --keep.",
    )
    chosen = [cell for cell in cells if cell.adapted == adapted]
    # Runs that left each corpus out first: the others are often of one corpus.
    several = {
        cell.run
        for cell in chosen
        if cell.unheard and len({other.trained for other in chosen if other.run == cell.run}) > 1
    }
    names = sorted({cell.run for cell in chosen if cell.unheard}, key=lambda name: (name not in several, name))
    tested = list(dict.fromkeys(cell.tested for cell in chosen if cell.run in names))
    st.dataframe(
        pd.DataFrame([_row(name, [cell for cell in chosen if cell.run == name], tested) for name in names]),
        hide_index=True,
        key="across-table",
    )
    narrow = [f"{cell.run} on {cell.tested}" for cell in chosen if cell.run in names and "too narrow" in cell.method]
    if narrow:
        st.caption(
            f"Under 8 speakers, so the interval is over clips and too narrow: {foreign.plain(', '.join(narrow))}."
        )


def _row(name: str, cells: list[Cell], tested: list[str]) -> dict[str, str]:
    trained = sorted({corpus for cell in cells for corpus in cell.trained})
    left_out = {cell.trained for cell in cells if cell.unheard}
    said = " + ".join(corpora.title(corpus) for corpus in trained)
    row = {"run": name, "trained on": f"all of {said} but the tested one" if len(left_out) > 1 else said}
    of = {cell.tested: cell for cell in cells}
    return row | {corpora.title(corpus): _cell(of[corpus]) if corpus in of else "" for corpus in tested}


def _cell(cell: Cell) -> str:
    said = f"{100 * cell.accuracy:.0f} % ({100 * cell.low:.0f} to {100 * cell.high:.0f})"
    return said if cell.unheard else f"[{said}]"
