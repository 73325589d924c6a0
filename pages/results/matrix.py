"""The confusion matrix; a click on a cell, or its name in the list, gives its clips."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.results import clips, shown_run
from pages.results.shown_run import Shown
from pages.widgets import foreign, in_url, numbers
from ser_core import figures
from ser_core.evaluation import metrics

NORMS = {"true": "By true class", "predicted": "By predicted class", "counts": "Counts"}
NONE = "none"


def show(shown: Shown) -> None:
    """Draw the matrix; beside it the scores, or the clips of the chosen cell."""
    matrix = metrics.confusion(shown.predictions["true"], shown.predictions["predicted"], shown.labels)
    cells = _cells(shown.labels)
    in_url.begin("cell", cells, NONE, quiet=True)
    left, right = st.columns(2, gap="large")
    with left:
        key = f"matrix-{shown.link}-{shown.part}"
        # The choices stand below the picture; what they hold is known already.
        in_url.begin("norm", NORMS, "true")
        st.plotly_chart(
            figures.confusion(
                matrix,
                shown.labels,
                norm=st.session_state["norm"],
                marked=cells[st.session_state["cell"]],
            ),
            key=key,
            on_select=lambda: _clicked(key),
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"Confusion matrix: {shown.words}",
        )
        st.caption("Rows: the true emotion; columns: the model's answer. Click a cell to hear its clips.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.segmented_control(
                "Cells say",
                list(NORMS),
                format_func=NORMS.__getitem__,
                required=True,
                key="norm",
                label_visibility="collapsed",
            )
            st.selectbox(
                "Clips of",
                list(cells),
                format_func=lambda name: _said(cells[name], matrix, shown.labels),
                key="cell",
                label_visibility="collapsed",
                width=300,
            )
    with right:
        cell = cells[st.session_state["cell"]]
        if cell is None:
            shown_run.headline(shown)
            _classes(shown, matrix)
        else:
            _clips(shown, *cell)


def _clips(shown: Shown, true: str, predicted: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        place = st.container()
        st.button("Scores", icon=":material/close:", key="cell-close", on_click=_close, type="tertiary")
    rows = shown.predictions
    rows = rows[(rows["true"] == true) & (rows["predicted"] == predicted)]
    place.markdown(f"##### {foreign.plain(_name(true, predicted))}: {len(rows)} clips")
    if rows.empty:
        st.caption(f"No clip of {foreign.plain(true)} was taken for {foreign.plain(predicted)}.")
        return
    if f"p_{predicted}" in rows:
        rows = rows.sort_values(f"p_{predicted}", ascending=False, kind="stable")
    clips.show(shown, rows.reset_index(drop=True), f"cell-{shown.link}-{shown.part}-{true},{predicted}")


def _close() -> None:
    st.session_state["cell"] = NONE


def _cells(labels: tuple[str, ...]) -> dict[str, tuple[str, str] | None]:
    named: dict[str, tuple[str, str] | None] = {
        f"{true},{predicted}": (true, predicted) for true in labels for predicted in labels
    }
    return {NONE: None, **named}


def _said(cell: tuple[str, str] | None, matrix: np.ndarray, labels: tuple[str, ...]) -> str:
    if cell is None:
        return "Choose a cell"
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
    shares = {"precision": "precision", "recall": "recall", "f1": "F1"}
    said = table.assign(**{name: 100 * table[name] for name in shares}).rename(columns=shares)
    st.dataframe(
        said,
        hide_index=True,
        column_config=dict.fromkeys(shares.values(), st.column_config.NumberColumn(format="%.0f %%")),
        alt=f"Precision, recall, F1 and support of each class: {shown.words}",
    )
    st.caption("Recall: how many of a class were found. Precision: how many answers of a class were right.")
    if "folds" in shown.summary():
        _pieces(shown)


def _pieces(shown: Shown) -> None:
    summary = shown.summary()
    table = pd.DataFrame(summary["folds"])
    st.markdown(f"##### {len(table)} trainings, pooled in the matrix")
    shares = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro-F1"}
    st.dataframe(
        table.assign(**{name: 100 * table[name] for name in shares}).rename(columns=shares),
        hide_index=True,
        height=min(38 + 35 * len(table), 240),
        column_config=dict.fromkeys(shares.values(), st.column_config.NumberColumn(format="%.0f %%")),
    )
    mean, deviation = summary["mean"]["accuracy"], summary["deviation"]["accuracy"]
    st.caption(
        f"Accuracy of the single trainings: mean {numbers.percent(mean)}, deviation {100 * deviation:.1f} points."
    )
