"""Averages over groups of clips: spectra as lines, modulation spectra as pictures on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser_core.figures.look import PICTURE_MAP, colour, dressed
from ser_core.figures.modulation import TICKS
from ser_core.figures.time_rows import DIVERGING_MAP, MEL_TICKS

#: The lines' strokes differ too, not only their colours.
STROKES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
COLUMNS = 3


def average_spectra(emotions: Sequence[str], hz: np.ndarray, levels_db: np.ndarray, y_title: str) -> go.Figure:
    """Return a line an emotion in its colour: its level (emotions × bands, dB) over the bands' frequencies in Hz."""
    figure = go.Figure()
    for number, (emotion, level) in enumerate(zip(emotions, levels_db, strict=True)):
        figure.add_trace(
            go.Scatter(
                x=hz,
                y=level.astype(np.float32),
                name=emotion,
                mode="lines",
                line={"color": colour(emotion), "width": 2, "dash": STROKES[number % len(STROKES)]},
                hovertemplate=f"{emotion}: %{{y:.1f}} dB<extra></extra>",
            )
        )
    wanted = [tick for tick in MEL_TICKS if hz[0] <= tick <= hz[-1] * 1.05]
    figure.update_xaxes(title_text="frequency (Hz)", type="log", tickvals=wanted, ticktext=[str(t) for t in wanted])
    figure.update_yaxes(title_text=y_title)
    figure.update_layout(hovermode="x unified", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return dressed(figure, 360, margin={"l": 60, "r": 10, "t": 40, "b": 50})


def average_modulations(
    emotions: Sequence[str],
    energies: np.ndarray,
    acoustic_hz: np.ndarray,
    modulation_hz: np.ndarray,
    *,
    difference: bool = False,
) -> go.Figure:
    """Return a picture an emotion (emotions × bands × modulations, shares), all with one scale of colours.

    `difference`: the values are differences from a mean; blue is less, red is more.
    """
    rows = math.ceil(len(emotions) / COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=COLUMNS,
        subplot_titles=list(emotions),
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.13 if rows > 1 else 0,
    )
    shares = 100.0 * energies
    top = float(np.nanmax(np.abs(shares), initial=0.0)) or 1.0
    said = [[f"{hz:.0f} Hz changing {rate:.3g} times a second" for rate in modulation_hz] for hz in acoustic_hz]
    wanted = [tick for tick in TICKS if acoustic_hz[0] * 0.99 <= tick <= acoustic_hz[-1] * 1.05]
    for number, emotion in enumerate(emotions):
        row, col = number // COLUMNS + 1, number % COLUMNS + 1
        heat = go.Heatmap(
            z=shares[number].astype(np.float32),
            customdata=said,
            coloraxis="coloraxis",
            hovertemplate=f"{emotion}, %{{customdata}}: %{{z:{'+' if difference else ''}.2f}} %<extra></extra>",
        )
        figure.add_trace(heat, row=row, col=col)
    figure.update_xaxes(
        # Every second one: on a phone the pictures are narrow.
        tickvals=np.arange(0, len(modulation_hz), 2),
        ticktext=[f"{rate:.3g}" for rate in modulation_hz[::2]],
        tickangle=0,
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=np.interp(wanted, acoustic_hz, np.arange(len(acoustic_hz))),
        ticktext=[str(tick) for tick in wanted],
        fixedrange=True,
    )
    for col in range(1, min(COLUMNS, len(emotions)) + 1):
        last = (len(emotions) - col) // COLUMNS + 1
        figure.update_xaxes(showticklabels=True, row=last, col=col)
    middle = min(COLUMNS, len(emotions)) // 2 + 1
    figure.update_xaxes(title_text="modulation frequency (Hz)", row=(len(emotions) - middle) // COLUMNS + 1, col=middle)
    figure.update_yaxes(title_text="acoustic band (Hz)", col=1)
    figure.update_layout(
        coloraxis={
            "colorscale": DIVERGING_MAP if difference else PICTURE_MAP,
            "cmin": -top if difference else 0.0,
            "cmax": top,
            "colorbar": {"title": {"text": "% of energy", "side": "right"}, "thickness": 10, "xpad": 4},
        }
    )
    return dressed(figure, 60 + 240 * rows, margin={"l": 60, "r": 10, "t": 30, "b": 50})
