"""A network drawn as boxes from its input to its answer: as wide as there are steps, as high as there are channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ser_core.figures.look import dressed

#: Kind of box → colour.
TONES = {"input": "#9AA3B5", "block": "#5B7BD5", "time": "#009E73", "head": "#D55E00"}


@dataclass(frozen=True)
class Box:
    """One part of a network. steps: how many it gives over time; bands: over frequency, 1 where there are none; channels: of each."""

    name: str
    kind: str
    steps: int
    bands: int
    channels: int
    said: str
    """What is said of it to those who point at it."""


def network(boxes: Sequence[Box]) -> go.Figure:
    """Return the boxes from left to right: a box's width grows with the logarithm of its steps, its height with the root of its values a step."""
    figure = go.Figure()
    left, middles, tops = 0.0, [], []
    for box in boxes:
        width = 0.5 + 0.28 * math.log2(1 + box.steps)
        height = 0.4 + 0.12 * math.sqrt(box.channels * box.bands)
        figure.add_shape(
            type="rect",
            x0=left,
            x1=left + width,
            y0=-height / 2,
            y1=height / 2,
            line={"width": 0},
            fillcolor=TONES[box.kind],
            opacity=0.85,
        )
        middles.append(left + width / 2)
        tops.append(height / 2)
        left += width + 0.35
    highest = max(tops)
    figure.add_scatter(
        x=middles,
        y=[0.0] * len(boxes),
        mode="markers",
        marker={"size": 40, "opacity": 0},
        hovertext=[box.said for box in boxes],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    for number, (box, middle) in enumerate(zip(boxes, middles, strict=True)):
        size = " × ".join(str(n) for n in (box.steps, box.bands) if n > 1)
        about = f"{size} × {box.channels}" if size else f"{box.channels}"
        # Every other name stands higher: on a phone two beside each other would touch.
        above = highest * (1.06 if number % 2 else 1.26)
        figure.add_annotation(x=middle, y=above, text=box.name, showarrow=False, yanchor="bottom")
        figure.add_annotation(
            x=middle, y=-highest * 1.06, text=about, showarrow=False, yanchor="top", font={"size": 11}
        )
    figure.update_xaxes(visible=False, range=[-0.2, left], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-highest * 1.4, highest * 1.7], fixedrange=True)
    return dressed(figure, 200, margin={"l": 4, "r": 4, "t": 4, "b": 4})
