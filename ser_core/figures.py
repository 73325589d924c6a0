"""Plotly figures from arrays. Pure functions; one look for all of them, readable in the light and the dark theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sequential
from plotly.subplots import make_subplots

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
#: A waveform is drawn as the envelope of at most this many columns.
WAVE_COLUMNS = 2000


def colour(emotion: str) -> str:
    """Return an emotion's one colour; a name that the palette does not know always gets the same fallback."""
    if emotion in EMOTION_COLOURS:
        return EMOTION_COLOURS[emotion]
    return FALLBACK_COLOURS[sum(emotion.encode()) % len(FALLBACK_COLOURS)]


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
    return _dressed(figure, height or 34 * len(names) + 12, margin={"l": 4, "r": 4, "t": 4, "b": 4})


def envelope(samples: np.ndarray, columns: int = WAVE_COLUMNS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (first sample, minimum, maximum) of each of at most `columns` equal stretches of a waveform."""
    n = len(samples)
    edges = np.unique(np.linspace(0, n, min(columns, n) + 1).astype(int))[:-1]
    return edges, np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)


def wave_and_mel(
    samples: np.ndarray,
    sample_rate: int,
    logmel: np.ndarray,
    mel_hz: np.ndarray,
    hop_s: float,
    region: tuple[float, float] | None = None,
    mask: np.ndarray | None = None,
) -> go.Figure:
    """Return waveform above mel-spectrogram (frames × bands, dB) on one time axis; `region` (s) is marked in both.

    `mask` (frames × bands, 0 to 1) brightens the picture where it is 1 and dims it where it is 0.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.3, 0.7], vertical_spacing=0.04)
    edges, low, high = envelope(samples)
    times = edges / sample_rate
    figure.add_trace(
        go.Scatter(
            x=np.r_[times, times[::-1]],
            y=np.r_[high, low[::-1]],
            fill="toself",
            mode="lines",
            line={"width": 0.5, "color": WAVE_COLOUR},
            fillcolor=WAVE_COLOUR,
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=1,
    )
    shown = logmel - logmel.max() if len(logmel) else logmel
    if mask is not None:
        shown = np.maximum(shown, -PICTURE_RANGE_DB) * mask - PICTURE_RANGE_DB * (1 - mask)
    figure.add_trace(
        mel_picture(shown, mel_hz, hop_s, y_title="", colourbar_y=0.35, colourbar_length=0.7), row=2, col=1
    )
    _mel_axis(figure, mel_hz, row=2, col=1)
    duration = len(samples) / sample_rate
    figure.update_xaxes(range=[0, max(duration, hop_s)], minallowed=0, maxallowed=max(duration, hop_s))
    figure.update_xaxes(title_text="time (s)", row=2, col=1)
    peak = float(max(0.05, np.abs(samples).max(initial=0.0))) * 1.05
    figure.update_yaxes(title_text="amplitude", range=[-peak, peak], fixedrange=True, nticks=5, row=1, col=1)
    if region:
        for row in (1, 2):
            figure.add_vrect(
                x0=region[0],
                x1=region[1],
                line={"width": 1.5, "color": "#FFFFFF" if row == 2 else WAVE_COLOUR},
                fillcolor="rgba(91,123,213,0.15)",
                row=row,
                col=1,
            )
    return _dressed(figure, 460)


def mel_picture(
    shown: np.ndarray,
    mel_hz: np.ndarray,
    hop_s: float,
    *,
    y_title: str,
    colourbar_y: float = 0.5,
    colourbar_length: float = 1.0,
) -> go.Heatmap:
    """Return the heatmap of a picture (frames × bands, dB below its maximum), bands equally spaced, hover in Hz."""
    times = np.arange(len(shown)) * hop_s
    hertz = np.broadcast_to(np.asarray(mel_hz)[:, None], shown.T.shape)
    return go.Heatmap(
        z=np.round(np.maximum(shown.T, -PICTURE_RANGE_DB), 1),
        x=times,
        y=np.arange(shown.shape[1]),
        customdata=np.round(hertz),
        zmin=-PICTURE_RANGE_DB,
        zmax=0,
        colorscale=PICTURE_MAP,
        colorbar={
            "title": {"text": "dB", "side": "top"},
            "thickness": 12,
            "y": colourbar_y,
            "len": colourbar_length,
            "x": 1.005,
            "xpad": 0,
        },
        hovertemplate="%{x:.2f} s, %{customdata:.0f} Hz: %{z:.0f} dB<extra></extra>",
    )


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
    return _dressed(figure, 260, margin={"l": 60, "r": 80, "t": 30, "b": 40})


def confusion(matrix: np.ndarray, labels: Sequence[str], title: str = "") -> go.Figure:
    """Return the confusion matrix, rows true and columns predicted; cells say per cent of the row and, below, the count."""
    counts = np.asarray(matrix)
    rows = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    share = counts / rows
    text = [[f"{100 * share[i, j]:.0f} %<br>{counts[i, j]}" for j in range(len(labels))] for i in range(len(labels))]
    words = [
        [
            f"{counts[i, j]} of {int(counts[i].sum())} clips of {labels[i]} were called {labels[j]}"
            for j in range(len(labels))
        ]
        for i in range(len(labels))
    ]
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=list(labels),
            y=list(labels),
            text=text,
            texttemplate="%{text}",
            customdata=words,
            zmin=0,
            zmax=1,
            colorscale="Blues",
            colorbar={"title": "of row", "tickformat": ".0%", "thickness": 12},
            hovertemplate="%{customdata}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_xaxes(title_text="predicted", side="bottom", fixedrange=True)
    figure.update_yaxes(title_text="true", autorange="reversed", fixedrange=True)
    figure.update_layout(title=title)
    return _dressed(figure, 80 + 58 * len(labels), margin={"l": 90, "r": 10, "t": 40 if title else 10, "b": 50})


def _mel_axis(figure: go.Figure, mel_hz: np.ndarray, **place: int) -> None:
    wanted = [hertz for hertz in (100, 250, 500, 1000, 2000, 4000, 8000) if mel_hz[0] <= hertz <= mel_hz[-1] * 1.05]
    bands = np.interp(wanted, mel_hz, np.arange(len(mel_hz)))
    figure.update_yaxes(
        title_text="frequency (Hz)", tickvals=bands, ticktext=[str(hertz) for hertz in wanted], fixedrange=True, **place
    )


def _dressed(figure: go.Figure, height: int, margin: Mapping[str, int] | None = None) -> go.Figure:
    figure.update_layout(
        height=height,
        margin=dict(margin or {"l": 60, "r": 80, "t": 10, "b": 40}),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 13},
        hoverlabel={"namelength": -1},
        uirevision="stay",
    )
    return figure
