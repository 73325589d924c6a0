"""Clips as points on a map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import EMOTION_COLOURS, FALLBACK_COLOURS, colour, dressed

#: The groups' marks differ too, not only their colours.
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "pentagon")
#: More groups than this have no legend; hovering names them.
MOST_NAMED = 12


def clip_points(
    points: np.ndarray,
    names: Sequence[str],
    groups: Sequence[str],
    said: Sequence[str],
    *,
    axes: tuple[str, str],
    equal: bool = True,
    marked: tuple[float, float] | None = None,
) -> go.Figure:
    """Return a point a clip (n × 2) with the colour and mark of its group; each carries its clip's name as customdata.

    said: what hovering says of each. `equal`: both axes have one scale. `marked`: a place that is ringed.
    """
    of_group = np.asarray(groups, dtype=str)
    order = sorted(set(of_group.tolist()), key=lambda group: (_rank(group), group))
    figure = go.Figure()
    for number, group in enumerate(order):
        rows = np.flatnonzero(of_group == group).tolist()
        figure.add_trace(
            go.Scatter(
                x=points[rows, 0].astype(np.float32),
                y=points[rows, 1].astype(np.float32),
                mode="markers",
                name=group or "not stated",
                marker={
                    "color": colour(group) if group in EMOTION_COLOURS else _fallback(number),
                    "symbol": SYMBOLS[number % len(SYMBOLS)],
                    "size": 8,
                    "opacity": 0.8,
                    "line": {"width": 0},
                },
                customdata=[names[row] for row in rows],
                text=[said[row] for row in rows],
                hovertemplate="%{text}<extra></extra>",
                selected={"marker": {"opacity": 1.0, "size": 12}},
                unselected={"marker": {"opacity": 0.35}},
            )
        )
    if marked is not None:
        figure.add_trace(
            go.Scatter(
                x=[marked[0]],
                y=[marked[1]],
                mode="markers",
                name="chosen",
                marker={"symbol": "circle-open", "size": 18, "color": "#E0218A", "line": {"width": 3}},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    named = len(order) <= MOST_NAMED
    figure.update_layout(
        showlegend=named,
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "itemsizing": "constant"},
    )
    figure.update_xaxes(title_text=axes[0], zeroline=False)
    figure.update_yaxes(title_text=axes[1], zeroline=False)
    if equal:
        figure.update_yaxes(scaleanchor="x", scaleratio=1)
    return dressed(figure, 560, margin={"l": 60, "r": 10, "t": 40, "b": 50})


def _rank(group: str) -> int:
    known = list(EMOTION_COLOURS)
    return known.index(group) if group in known else len(known)


def _fallback(number: int) -> str:
    return FALLBACK_COLOURS[number % len(FALLBACK_COLOURS)]
