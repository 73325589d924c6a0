"""How a network came to its answers: a confusion matrix an epoch, with a slider and a button that plays them; lines over the epochs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import colour, dressed
from ser_core.figures.matrix import confusion

#: Milliseconds that an epoch stands while the film plays.
FRAME_MS = 350
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
#: Room below the matrix for the button and the slider, px.
_BELOW = 140
#: From the plot's lower edge to the slider, past the axis' names, which a narrow screen turns, px.
_UNDER_AXIS = 92


def film(
    matrices: np.ndarray, labels: Sequence[str], epochs: Sequence[int], titles: Sequence[str], *, shown: int = -1
) -> go.Figure:
    """Return the confusion matrix of one epoch, rows true and columns predicted; the slider gives the others, "play" all in turn.

    matrices: epochs × labels × labels, counts, one at least. titles: an epoch. shown: the place in `epochs` of the one that stands
    there at first.
    """
    shown %= len(matrices)
    pictures = [confusion(matrix, labels, title) for matrix, title in zip(matrices, titles, strict=True)]
    figure = pictures[shown]
    figure.frames = [
        go.Frame(name=str(epoch), data=picture.data, layout={"title": {"text": title}})
        for epoch, picture, title in zip(epochs, pictures, titles, strict=True)
    ]
    at_once: dict[str, Any] = {
        "mode": "immediate",
        "frame": {"duration": 0, "redraw": True},
        "transition": {"duration": 0},
    }
    in_turn = {**at_once, "frame": {"duration": FRAME_MS, "redraw": True}}
    steps = [{"label": str(epoch), "method": "animate", "args": [[str(epoch)], at_once]} for epoch in epochs]
    height, top = figure.layout.height, figure.layout.margin.t
    # Of the plot's own height, in which Plotly places what stands below it.
    below = -_UNDER_AXIS / (height - top - 50)
    figure.update_layout(
        height=height + _BELOW - 20,
        margin_b=50 + _BELOW - 20,
        sliders=[
            {
                "active": shown,
                "steps": steps,
                "currentvalue": {"prefix": "epoch ", "xanchor": "left", "font": {"size": 13}},
                "x": 0,
                "len": 1,
                "y": below,
                "yanchor": "top",
                "pad": {"t": 0, "b": 0},
                "ticklen": 4,
                "font": {"size": 11},
            }
        ],
        updatemenus=[
            {
                "type": "buttons",
                "direction": "left",
                "showactive": False,
                "x": 0,
                "xanchor": "left",
                "y": below,
                "yanchor": "top",
                "pad": {"t": 14, "l": -84},
                "buttons": [{"label": "▶ play", "method": "animate", "args": [None, in_turn]}],
            }
        ],
    )
    return figure


def over_epochs(
    values: np.ndarray, labels: Sequence[str], epochs: Sequence[int], title: str = "", *, bold: str = "", of: str = ""
) -> go.Figure:
    """Return a line a label over the epochs, each in its emotion's colour and dash.

    values: epochs × labels, 0 to 1; what is no number is left out. bold: the label whose line is thicker. of: what the values are,
    in a word, for those who point at them.
    """
    figure = go.Figure()
    for k, (label, dash) in enumerate(zip(labels, itertools.cycle(_DASHES), strict=False)):
        figure.add_scatter(
            x=list(epochs),
            y=values[:, k],
            mode="lines+markers" if len(epochs) < 3 else "lines",
            name=label,
            line={"color": colour(label), "dash": dash, "width": 4 if label == bold else 2},
            hovertemplate=f"epoch %{{x}}: {label} {of} %{{y:.0%}}<extra></extra>",
        )
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    # Epochs are whole numbers: of few there is one tick each.
    figure.update_xaxes(title_text="epoch", **({"dtick": 1} if len(epochs) < 12 else {}))
    figure.update_layout(title=title, legend={"orientation": "h", "y": -0.27, "yanchor": "top", "x": 0})
    return dressed(figure, 360, margin={"l": 60, "r": 20, "t": 40 if title else 20, "b": 60})
