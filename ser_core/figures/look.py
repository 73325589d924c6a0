"""One look for all figures, readable in the light and the dark theme: colours, sizes, margins."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.colors import sequential

EMOTION_COLOURS = {
    "anger": "#D55E00",
    "disgust": "#009E73",
    "fear": "#7B4FA3",
    "happiness": "#E69F00",
    "neutral": "#7F7F7F",
    "sadness": "#0072B2",
    "surprise": "#CC79A7",
    "calm": "#56B4E9",
    "boredom": "#8C6D31",
}
#: For emotions that a user names; colour-blind safe (Tol, muted), none of the colours above.
FALLBACK_COLOURS = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499")
WAVE_COLOUR = "#5B7BD5"
#: Magma, its first colour a shade lighter: Streamlit's theme takes #000004 for a placeholder of its own and repaints it.
PICTURE_MAP = ["#02010A", *sequential.Magma[1:]]
#: Range of every spectrogram, dB below its maximum.
PICTURE_RANGE_DB = 80.0
#: Shares from none to all, and differences from one to the other: they begin at the page's own ground, whatever its colour.
SHARES = [[0.0, "rgba(8,81,156,0.02)"], [1.0, "rgba(8,81,156,1)"]]
DIFFERENCES = [
    [0.0, "rgba(165,15,21,1)"],
    [0.5, "rgba(165,15,21,0.02)"],
    [0.5, "rgba(8,81,156,0.02)"],
    [1.0, "rgba(8,81,156,1)"],
]
#: Nearly black; Streamlit's theme takes it for a placeholder of its own, the colour of its text in the light or the dark theme.
TEXT_COLOUR = "#000037"
#: From this strength of a cell's colour on its text is white.
_STRONG = 0.7
#: Margins of every figure with a time axis in pixels: the axes of two figures one above the other line up.
TIME_MARGIN = {"l": 60, "r": 70, "t": 26, "b": 40}
#: How a link begins in the words that Plotly draws.
_LINK = re.compile(r"<(?=\s*a\b)", re.IGNORECASE)


def colour(emotion: str) -> str:
    """Return an emotion's one colour; a name that the palette does not know always gets the same fallback."""
    if emotion in EMOTION_COLOURS:
        return EMOTION_COLOURS[emotion]
    return FALLBACK_COLOURS[sum(emotion.encode()) % len(FALLBACK_COLOURS)]


def dressed(figure: go.Figure, height: int, margin: Mapping[str, int] | None = None) -> go.Figure:
    """Give a figure its height and margins (px) and the common look, and return it; a link in a name that it shows stays text."""
    for part in (*figure.data, figure.layout):
        stated = part.to_plotly_json()
        if any(_LINK.search(text) for text in _strings(stated)):
            part.update(_unlinked(stated), overwrite=True)
    figure.update_layout(
        height=height,
        margin=dict(margin or TIME_MARGIN),
        font={"size": 13},
        hoverlabel={"namelength": -1},
        uirevision="stay",
    )
    return figure


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(_strings, value.values()))
    elif _holds_words(value):
        yield from itertools.chain.from_iterable(map(_strings, value))


def _holds_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.dtype.kind in "OU")


def _unlinked(value: Any) -> Any:
    """What a figure states, with no string left that Plotly would make a link of."""
    if isinstance(value, str):
        return _LINK.sub("&lt;", value)
    if isinstance(value, dict):
        return {name: _unlinked(inner) for name, inner in value.items()}
    if _holds_words(value):
        return [_unlinked(inner) for inner in value]
    return value


def interval_bars(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> dict[str, Any]:
    """Return Plotly's error bars that reach from `low` to `high` around the values."""
    middle = np.asarray(values)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.asarray(high) - middle,
        "arrayminus": middle - np.asarray(low),
    }


def titled(figure: go.Figure, row: int, title: str) -> None:
    """Write a title above the left end of a row of subplots."""
    top = next(figure.select_yaxes(row=row, col=1)).domain[1]
    figure.add_annotation(
        text=title, x=0, y=top, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False
    )


def colourbar(title: str, bottom: float, top: float) -> dict[str, Any]:
    """Return the scale of a picture that stands from `bottom` to `top` of the figure's height, to its right."""
    place = {"y": (bottom + top) / 2, "len": top - bottom, "x": 1.005, "xpad": 0, "ypad": 0}
    return {"title": {"text": title, "side": "top"}, "thickness": 10, "nticks": 5, **place}


def matrix_cells(
    values: np.ndarray, labels: Sequence[str], text: Sequence[Sequence[str]], strength: np.ndarray, **more: Any
) -> list[go.Heatmap | go.Scatter]:
    """Return the traces of a matrix over labels, rows and columns alike: a heatmap and each cell's text.

    strength: how strongly each cell is coloured, 0 (not at all: the page's own ground shows through, light or dark) to 1. On strong
    cells the text is white, elsewhere the page's own colour.
    """
    names = list(labels)
    strong = np.asarray(strength) >= _STRONG
    traces: list[go.Heatmap | go.Scatter] = [go.Heatmap(z=values, x=names, y=names, text=text, xgap=1, ygap=1, **more)]
    for cells, text_colour in ((~strong, TEXT_COLOUR), (strong, "#FFFFFF")):
        at = [(int(i), int(j)) for i, j in np.argwhere(cells)]
        traces.append(
            go.Scatter(
                x=[names[j] for _, j in at],
                y=[names[i] for i, _ in at],
                text=[text[i][j] for i, j in at],
                mode="text",
                textfont={"color": text_colour, "size": 12},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    return traces
