"""What models say: probabilities of one answer, and along a clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import TIME_MARGIN, colour, dressed


def probabilities(labels: Sequence[str], values: np.ndarray, height: int | None = None) -> go.Figure:
    """Return a bar an emotion, the largest on top, its name and percentage written beside it."""
    order = np.argsort(values, kind="stable")
    names = [labels[k] for k in order]
    shares = [float(values[k]) for k in order]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=names,
            orientation="h",
            marker_color=[colour(name) for name in names],
            text=[f"{100 * share:.0f} %" for share in shares],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, max(1.0, max(shares)) * 1.12], visible=False, fixedrange=True)
    figure.update_yaxes(fixedrange=True, ticklabelposition="outside", ticks="")
    return dressed(figure, height or 34 * len(names) + 12, margin={"l": 4, "r": 4, "t": 4, "b": 4})


def timeline(
    labels: Sequence[str],
    start_s: np.ndarray,
    end_s: np.ndarray,
    values: np.ndarray,
    speech: np.ndarray,
    duration_s: float,
) -> go.Figure:
    """Return stacked probabilities over time, a column a window centred in it; windows without speech are left empty."""
    centre = (start_s + end_s) / 2
    width = float(np.median(np.diff(start_s))) if len(start_s) > 1 else float(duration_s)
    shown = np.where(speech[:, None], values, 0.0)
    figure = go.Figure()
    for k, label in enumerate(labels):
        figure.add_trace(
            go.Bar(
                x=centre,
                y=shown[:, k],
                width=width,
                name=label,
                marker={"color": colour(label), "line": {"width": 0}},
                hovertemplate=f"{label} %{{y:.0%}} at %{{x:.1f}} s<extra></extra>",
            )
        )
    for at in centre[~speech]:
        figure.add_annotation(x=at, y=0.5, text="no speech", textangle=-90, showarrow=False, opacity=0.6)
    figure.update_layout(barmode="stack", bargap=0, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title_text="time (s)", range=[0, duration_s])
    figure.update_yaxes(title_text="probability", range=[0, 1], tickformat=".0%", fixedrange=True)
    return dressed(figure, 260, margin={**TIME_MARGIN, "t": 30})
