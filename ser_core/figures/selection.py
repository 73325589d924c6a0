"""The path of an incremental feature selection."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ser_core.figures.look import WAVE_COLOUR, dressed

_LEFT_OUT = "#9AA3B5"


def selection_path(groups: Sequence[str], scores: Sequence[float], deviations: Sequence[float], kept: int) -> go.Figure:
    """Return the score after each step with its deviation over the folds; the first `kept` steps are coloured as kept."""
    steps = [f"{number}. {group}" for number, group in enumerate(groups, start=1)]
    figure = go.Figure()
    for name, part, tone in (("kept", slice(0, kept), WAVE_COLOUR), ("left out", slice(kept, None), _LEFT_OUT)):
        figure.add_trace(
            go.Scatter(
                x=steps[part],
                y=list(scores)[part],
                error_y={"type": "data", "array": list(deviations)[part], "thickness": 1, "width": 3},
                mode="markers",
                marker={"size": 9, "color": tone},
                name=name,
                hovertemplate="%{x}: %{y:.3f} ± %{error_y.array:.3f}<extra></extra>",
            )
        )
    figure.update_xaxes(tickangle=-40, fixedrange=True, categoryorder="array", categoryarray=steps)
    figure.update_yaxes(title_text="UAR", fixedrange=True)
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return dressed(figure, 340, margin={"l": 60, "r": 20, "t": 30, "b": 110})
