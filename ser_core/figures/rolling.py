"""What is heard now: figures that are built once and then filled with the newest numbers, because building one takes
longer than all that goes into it. Time runs from -span to 0, the present."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser_core.figures.look import TIME_MARGIN, colour, dressed
from ser_core.figures.stack import stacked
from ser_core.figures.time_rows import Row, Wave, envelope, mel_picture

#: A waveform that is redrawn twice a second is drawn as the envelope of this many columns.
COLUMNS = 500
#: The loudest cell of a rolling mel-spectrogram is at least this loud, in dB: a quiet room stays dark.
LOUDEST_DB = 0.0
#: Ends of the amplitude axis: it moves in steps, not with every sample.
PEAKS = (0.05, 0.1, 0.2, 0.5, 1.0)
MEL_TITLE = "Mel-spectrogram (bright is loud; black is 80 dB below the loudest)"
UNCERTAIN, NO_SPEECH = "uncertain", "no speech"
#: A name is written on the strip where its state lasts long enough: this share of the time axis a letter.
_SHARE_A_LETTER = 0.0085
#: Readable on the page's ground in both themes.
INK = "#808592"
_GREY, _FAINT = "rgba(127,127,127,0.55)", "rgba(127,127,127,0.16)"


def rolling_sound(sample_rate: int, span_s: float, mel_hz: np.ndarray, hop_s: float) -> go.Figure:
    """Return an empty waveform above an empty mel-spectrogram of the last `span_s` seconds, for `fill_rolling_sound`."""
    samples = np.zeros(round(span_s * sample_rate), np.float32)
    frames = np.full((1 + round(span_s / hop_s), len(mel_hz)), -100.0, np.float32)
    rows: list[Row] = [
        Wave(samples, sample_rate, height=90),
        mel_picture(frames, mel_hz, hop_s, title=MEL_TITLE, height=170),
    ]
    figure = stacked(rows, start_s=-span_s)
    edges, _, _ = envelope(samples, COLUMNS)
    times = edges / sample_rate - span_s
    figure.data[0].x = np.r_[times, times[::-1]].astype(np.float32)
    # The colour bar alone takes a third of the time in which a browser draws the figure.
    figure.data[1].showscale = False
    figure.update_xaxes(fixedrange=True)
    figure.update_xaxes(title_text="time (s), 0 is now", row=2, col=1)
    return figure


def fill_rolling_sound(figure: go.Figure, samples: np.ndarray, logmel: np.ndarray, mel_hz: np.ndarray) -> None:
    """Show samples and their log-mel spectrogram (frames × bands, dB), both as long as the figure's time axis."""
    _, low, high = envelope(samples, COLUMNS)
    peak = next((peak for peak in PEAKS if peak >= max(-low.min(), high.max())), 1.0)
    shown = mel_picture(logmel, mel_hz, 1.0, loudest_db=max(float(logmel.max()), LOUDEST_DB))
    figure.data[0].y = np.r_[high, low[::-1]].astype(np.float32)
    figure.data[1].z = shown.values
    figure.layout.yaxis.range = (-1.05 * peak, 1.05 * peak)


def rolling_timeline(labels: Sequence[str], span_s: float, hop_s: float) -> go.Figure:
    """Return an empty timeline of the last `span_s` seconds in steps of `hop_s`, for `fill_rolling_timeline`.

    Above, the probabilities stacked; below, the state of every step: an emotion, uncertain or no speech.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.82, 0.18], vertical_spacing=0.06)
    times = np.linspace(-span_s, 0.0, round(span_s / hop_s) + 1).astype(np.float32)
    empty = np.zeros(len(times), np.float32)
    for label in labels:
        figure.add_trace(_steps(times, empty, label, colour(label), stackgroup="probabilities"), row=1, col=1)
    for state in (*labels, UNCERTAIN, NO_SPEECH):
        own = state in (UNCERTAIN, NO_SPEECH)
        fill = {UNCERTAIN: _GREY, NO_SPEECH: _FAINT}.get(state) or colour(state)
        trace = _steps(times, empty, state, fill, stackgroup="states", showlegend=own)
        trace.hovertemplate = f"{state} at %{{x:.1f}} s<extra></extra>"
        if state == UNCERTAIN:
            trace.fillpattern = {"shape": "/", "fgcolor": _GREY, "bgcolor": "rgba(0,0,0,0)", "size": 6}
        figure.add_trace(trace, row=2, col=1)
    figure.add_trace(
        go.Scatter(
            x=[], y=[], text=[], mode="text", hoverinfo="skip", showlegend=False, textfont={"size": 11, "weight": 600}
        ),
        row=2,
        col=1,
    )
    figure.update_layout(
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemclick": False, "traceorder": "normal"}
    )
    figure.update_xaxes(range=[-span_s, 0], fixedrange=True, showgrid=False)
    figure.update_xaxes(title_text="time (s), 0 is now", row=2, col=1)
    figure.update_yaxes(range=[0, 1], fixedrange=True, showgrid=False)
    figure.update_yaxes(title_text="probability", tickformat=".0%", nticks=3, row=1, col=1)
    figure.update_yaxes(title_text="state", showticklabels=False, row=2, col=1)
    return dressed(figure, 270, margin={**TIME_MARGIN, "t": 30})


def fill_rolling_timeline(
    figure: go.Figure, labels: Sequence[str], values: np.ndarray, states: Sequence[str | None]
) -> None:
    """Show probabilities (steps × labels; NaN or 0 where there are none) and each step's state, oldest first.

    A state is a label, UNCERTAIN, NO_SPEECH, or None where nothing was judged. Steps must fill the figure's time axis.
    """
    shares = np.nan_to_num(values).astype(np.float32)
    for k in range(len(labels)):
        figure.data[k].y = _closed(shares[:, k])
    for k, state in enumerate((*labels, UNCERTAIN, NO_SPEECH), start=len(labels)):
        figure.data[k].y = _closed(np.array([one == state for one in states], np.float32))
    times = np.asarray(figure.data[0].x)
    names = figure.data[-1]
    middles, texts, inks = [], [], []
    for first, stop in _runs(states):
        text = states[first] or ""
        if text and stop - first >= _SHARE_A_LETTER * len(text) * len(states):
            middles.append(float(times[first] + times[stop]) / 2)
            texts.append(text)
            inks.append("#FFFFFF" if text in labels else INK)
    names.x, names.y, names.text, names.textfont.color = middles, [0.5] * len(middles), texts, inks


def _steps(times: np.ndarray, values: np.ndarray, name: str, fill: str, **more: object) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=values,
        name=name,
        mode="none",
        line={"shape": "hv", "width": 0},
        fillcolor=fill,
        hovertemplate=f"{name} %{{y:.0%}} at %{{x:.1f}} s<extra></extra>",
        **more,
    )


def _closed(values: np.ndarray) -> np.ndarray:
    """Steps need the last value twice: it lasts until the end of the axis."""
    return np.r_[values, values[-1:]]


def _runs(states: Sequence[str | None]) -> list[tuple[int, int]]:
    """Return (first, one past the last) of every stretch of one state."""
    edges = [0, *(k for k in range(1, len(states)) if states[k] != states[k - 1]), len(states)]
    return list(itertools.pairwise(edges)) if states else []
