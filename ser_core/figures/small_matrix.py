"""A confusion matrix so small that a board holds a class' worth of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import SHARES, dressed

#: Width and height in pixels.
SIZE = 210


def small_confusion(counts: np.ndarray, labels: Sequence[str]) -> go.Figure:
    """Return the matrix (rows true, columns predicted; shares of the row) with the labels' first letters; touching a cell says it."""
    counts = np.asarray(counts, dtype=float)
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros_like(counts), where=rows > 0)
    size = range(len(labels))
    words = [[f"{labels[i]} taken for {labels[j]}: {counts[i, j]:.0f} of {rows[i, 0]:.0f}" for j in size] for i in size]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            zmin=0,
            zmax=1,
            colorscale=SHARES,
            showscale=False,
            xgap=1,
            ygap=1,
            text=words,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    ticks = {
        "tickvals": list(size),
        "ticktext": [label[:2] for label in labels],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }
    figure.update_xaxes(**ticks)
    figure.update_yaxes(**ticks, autorange="reversed")
    return dressed(figure, SIZE, margin={"l": 28, "r": 4, "t": 4, "b": 22})
