"""The filter of one unit of a network."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import dressed


def weights(values: np.ndarray, rows_are: str) -> go.Figure:
    """Return weights (rows × steps) as colours around 0: red where more there makes the unit answer more, blue where less."""
    top = float(np.abs(values).max(initial=1e-9))
    heat = go.Heatmap(
        z=values,
        zmin=-top,
        zmax=top,
        colorscale="RdBu_r",
        showscale=False,
        hovertemplate=f"step %{{x}}, {rows_are} %{{y}}: %{{z:.2f}}<extra></extra>",
    )
    figure = go.Figure(heat)
    figure.update_xaxes(title_text="steps", fixedrange=True, dtick=max(1, values.shape[1] // 5))
    figure.update_yaxes(title_text=rows_are, fixedrange=True)
    return dressed(figure, 220, margin={"l": 50, "r": 4, "t": 8, "b": 44})
