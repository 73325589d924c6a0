"""How many clips a corpus has of what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import colour, dressed


def counts(groups: Sequence[str], emotions: Sequence[str], values: np.ndarray, title: str) -> go.Figure:
    """Return stacked bars, one a group, a piece an emotion in its colour; `values` are clips (groups × emotions)."""
    figure = go.Figure()
    for k, emotion in enumerate(emotions):
        figure.add_trace(
            go.Bar(
                x=list(groups),
                y=values[:, k],
                name=emotion,
                marker={"color": colour(emotion), "line": {"width": 0}},
                hovertemplate=f"{emotion}, %{{x}}: %{{y}} clips<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=len(emotions) > 1,
    )
    figure.update_xaxes(title_text=title, type="category", fixedrange=True)
    figure.update_yaxes(title_text="clips", fixedrange=True)
    return dressed(figure, 320, margin={"l": 60, "r": 10, "t": 40, "b": 60})
