"""Confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import SHARES, dressed, matrix_cells

#: How cells may be read: numbers alone, shares of the true class (rows), shares of the predicted class (columns).
NORMS = ("counts", "true", "predicted")


def confusion(
    matrix: np.ndarray,
    labels: Sequence[str],
    title: str = "",
    *,
    rows_are: str = "true",
    columns_are: str = "predicted",
    counted: str = "clips",
    norm: str = "true",
    marked: tuple[str, str] | None = None,
) -> go.Figure:
    """Return the confusion matrix, rows true and columns predicted; hovering says each cell in words.

    matrix: counts. norm: of NORMS; with `true` and `predicted` cells say per cent and, below, the count. marked: the (row, column)
    that is framed. An invisible point lies over every cell, with (row label, column label) as its customdata: cells of a heatmap
    cannot be selected in Streamlit, points can.
    """
    counts = np.asarray(matrix, dtype=int)
    whole = counts.sum(axis=0 if norm == "predicted" else 1, keepdims=True)
    share = counts / np.maximum(whole, 1)
    shown, top = (counts, max(1, int(counts.max()))) if norm == "counts" else (share, 1)
    size = range(len(labels))
    text = [[_text(counts[i, j], share[i, j], norm) for j in size] for i in size]
    figure = go.Figure(
        matrix_cells(
            shown,
            labels,
            text,
            shown / top,
            zmin=0,
            zmax=top,
            colorscale=SHARES,
            # Every cell states its number; a scale beside it would take the room that cells need on a phone.
            showscale=False,
            hoverinfo="skip",
        )
    )
    cells = [(i, j) for i in size for j in size]
    figure.add_scatter(
        x=[labels[j] for _, j in cells],
        y=[labels[i] for i, _ in cells],
        mode="markers",
        marker={"size": 44, "symbol": "square", "opacity": 0},
        customdata=[[labels[i], labels[j]] for i, j in cells],
        hovertext=[_words(counts, labels, i, j, norm, counted) for i, j in cells],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    if marked is not None:
        row, column = labels.index(marked[0]), labels.index(marked[1])
        figure.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": "#D55E00", "width": 3},
        )
    limits = [-0.5, len(labels) - 0.5]
    figure.update_xaxes(title_text=columns_are, side="bottom", fixedrange=True, range=limits, showgrid=False)
    figure.update_yaxes(title_text=rows_are, range=limits[::-1], fixedrange=True, showgrid=False)
    figure.update_layout(title=title)
    lines = title.count("<br>") + 1 if title else 0
    return dressed(figure, 80 + 58 * len(labels) + 22 * lines, margin={"l": 90, "r": 10, "t": 14 + 24 * lines, "b": 50})


def _text(count: int, share: float, norm: str) -> str:
    return f"{count}" if norm == "counts" else f"{100 * share:.0f} %<br>{count}"


def _words(counts: np.ndarray, labels: Sequence[str], i: int, j: int, norm: str, counted: str) -> str:
    """One cell in words: `12 of 82 anger clips (15 %) were taken for disgust`."""
    count, row, column = int(counts[i, j]), int(counts[i].sum()), int(counts[:, j].sum())
    if counted != "clips":
        return f"{count} of {row} {counted} on {labels[i]} ({100 * count / max(row, 1):.0f} %) say {labels[j]}"
    if norm == "predicted":
        return f"{count} of {column} {counted} taken for {labels[j]} ({100 * count / max(column, 1):.0f} %) were {labels[i]}"
    return f"{count} of {row} {labels[i]} {counted} ({100 * count / max(row, 1):.0f} %) were taken for {labels[j]}"
