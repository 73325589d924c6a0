"""Confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import dressed


def confusion(
    matrix: np.ndarray,
    labels: Sequence[str],
    title: str = "",
    *,
    rows_are: str = "true",
    columns_are: str = "predicted",
    counted: str = "clips",
) -> go.Figure:
    """Return the confusion matrix, rows true and columns predicted; cells say per cent of the row and, below, the count."""
    counts = np.asarray(matrix)
    rows = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    share = counts / rows
    text = [[f"{100 * share[i, j]:.0f} %<br>{counts[i, j]}" for j in range(len(labels))] for i in range(len(labels))]
    words = [
        [
            f"{counts[i, j]} of {int(counts[i].sum())} {counted} of {labels[i]} say {labels[j]}"
            for j in range(len(labels))
        ]
        for i in range(len(labels))
    ]
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=list(labels),
            y=list(labels),
            text=text,
            texttemplate="%{text}",
            customdata=words,
            zmin=0,
            zmax=1,
            colorscale="Blues",
            colorbar={"title": "of row", "tickformat": ".0%", "thickness": 12},
            hovertemplate="%{customdata}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_xaxes(title_text=columns_are, side="bottom", fixedrange=True)
    figure.update_yaxes(title_text=rows_are, autorange="reversed", fixedrange=True)
    figure.update_layout(title=title)
    return dressed(figure, 80 + 58 * len(labels), margin={"l": 90, "r": 10, "t": 40 if title else 10, "b": 50})
