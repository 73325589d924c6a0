"""The confusion matrix; a click on a cell, or its name in the list, gives its clips."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.results import clips
from pages.results.shown_run import Shown
from pages.widgets import foreign, in_url, numbers
from ser_core import figures
from ser_core.evaluation import metrics

NORMS = {"true": "By true class", "predicted": "By predicted class", "counts": "Counts"}
NONE = "none"


def show(shown: Shown) -> None:
    """Draw the matrix, the scores of each class, and the clips of the chosen cell."""
    matrix = metrics.confusion(shown.predictions["true"], shown.predictions["predicted"], shown.labels)
    cells = _cells(shown.labels)
    in_url.begin("cell", cells, NONE, quiet=True)
    left, right = st.columns([3, 2], gap="large")
    with left:
        norm = in_url.segmented("norm", "Cells say", NORMS)
        # The list of cells is drawn below the picture; what it holds is known already.
        chosen = st.session_state["cell"]
        key = f"matrix-{shown.link}-{shown.part}"
        st.plotly_chart(
            figures.confusion(matrix, shown.labels, shown.title("Confusion matrix"), norm=norm, marked=cells[chosen]),
            key=key,
            on_select=lambda: _clicked(key),
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"Confusion matrix: {shown.words}",
        )
        st.caption("Rows: the true emotion; columns: the model's answer. Click a cell to hear its clips.")
    with right:
        _classes(shown, matrix)
    chosen = st.selectbox(
        "Clips of", list(cells), format_func=lambda name: _said(cells[name], matrix, shown.labels), key="cell"
    )
    cell = cells[chosen]
    if cell is None:
        return
    true, predicted = cell
    rows = shown.predictions
    rows = rows[(rows["true"] == true) & (rows["predicted"] == predicted)]
    if rows.empty:
        st.caption(f"No clip of {foreign.plain(true)} was taken for {foreign.plain(predicted)}.")
        return
    if f"p_{predicted}" in rows:
        rows = rows.sort_values(f"p_{predicted}", ascending=False, kind="stable")
    st.markdown(f"##### {foreign.plain(_name(true, predicted))}: {len(rows)} clips")
    st.caption(f"{foreign.plain(shown.words)}. Select a row to hear its clip.")
    clips.show(shown, rows.reset_index(drop=True), f"cell-{shown.link}-{shown.part}-{chosen}")


def _cells(labels: tuple[str, ...]) -> dict[str, tuple[str, str] | None]:
    named: dict[str, tuple[str, str] | None] = {
        f"{true},{predicted}": (true, predicted) for true in labels for predicted in labels
    }
    return {NONE: None, **named}


def _said(cell: tuple[str, str] | None, matrix: np.ndarray, labels: tuple[str, ...]) -> str:
    if cell is None:
        return "no cell yet"
    return f"{_name(*cell)} ({int(matrix[labels.index(cell[0]), labels.index(cell[1])])})"


def _name(true: str, predicted: str) -> str:
    return f"{true}, recognised" if true == predicted else f"{true}, taken for {predicted}"


def _clicked(key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    # A redrawn chart reports an empty selection: the cell stays.
    if points:
        st.session_state["cell"] = ",".join(points[0]["customdata"])


def _classes(shown: Shown, matrix: np.ndarray) -> None:
    table = metrics.per_class(matrix, shown.labels)
    st.markdown("##### Each class")
    two = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        table.rename(columns={"f1": "F1"}),
        hide_index=True,
        column_config=dict.fromkeys(("precision", "recall", "F1"), two),
        alt=f"Precision, recall, F1 and support of each class: {shown.words}",
    )
    best, worst = table.loc[table["recall"].idxmax()], table.loc[table["recall"].idxmin()]
    st.caption(
        f"{foreign.plain(shown.words)}. Recall: how many of a class were found, {numbers.percent(worst['recall'])} of {foreign.plain(worst['emotion'])} to "
        f"{numbers.percent(best['recall'])} of {foreign.plain(best['emotion'])}. Precision: how many answers of a class were right."
    )
    if "folds" in shown.summary():
        _pieces(shown)


def _pieces(shown: Shown) -> None:
    found = shown.summary()
    table = pd.DataFrame(found["folds"])
    st.markdown(f"##### {len(table)} trainings, pooled in the matrix")
    st.dataframe(
        table.rename(columns={"uar": "UAR", "macro_f1": "macro-F1"}),
        hide_index=True,
        height=min(38 + 35 * len(table), 240),
        column_config={name: st.column_config.NumberColumn(format="%.2f") for name in ("accuracy", "UAR", "macro-F1")},
    )
    mean, deviation = found["mean"]["accuracy"], found["deviation"]["accuracy"]
    st.caption(
        f"Accuracy of the single trainings: mean {numbers.percent(mean)}, deviation {100 * deviation:.1f} points."
    )
