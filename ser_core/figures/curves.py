"""Learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser_core.figures.look import WAVE_COLOUR, dressed, titled

_TRAIN = "#9AA3B5"
_UAR = "#009E73"
#: Columns of history.csv: row of the figure, name, colour, dash.
_LINES = {
    "loss": (1, "train", _TRAIN, "dash"),
    "val_loss": (1, "validation", WAVE_COLOUR, "solid"),
    "accuracy": (2, "train", _TRAIN, "dash"),
    "val_accuracy": (2, "validation", WAVE_COLOUR, "solid"),
    "val_uar": (2, "validation UAR", _UAR, "dot"),
}


def learning(history: pd.DataFrame) -> go.Figure:
    """Return loss and accuracy of the train and the validation part over the epochs, one above the other.

    history: a row an epoch, as in history.csv (epoch, and what there is of loss, val_loss, accuracy, val_accuracy, val_uar).
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.12)
    named: set[str] = set()
    for column, (row, name, tone, dash) in _LINES.items():
        if column not in history:
            continue
        say = ".3f" if row == 1 else ".0%"
        figure.add_scatter(
            x=history["epoch"],
            y=history[column],
            row=row,
            col=1,
            mode="lines+markers" if len(history) < 3 else "lines",
            name=name,
            legendgroup=name,
            showlegend=name not in named,
            line={"color": tone, "dash": dash},
            hovertemplate=f"epoch %{{x}}: {name} %{{y:{say}}}<extra></extra>",
        )
        named.add(name)
    titled(figure, 1, "loss")
    titled(figure, 2, "accuracy")
    figure.update_yaxes(tickformat=".0%", row=2, col=1)
    figure.update_yaxes(fixedrange=True)
    # Between two epochs there is nothing.
    figure.update_xaxes(dtick=max(1, round(len(history) / 12)), tickformat="d")
    figure.update_xaxes(title_text="epoch", row=2, col=1)
    figure.update_layout(legend={"orientation": "h", "y": -0.16, "yanchor": "top", "x": 0})
    return dressed(figure, 440, margin={"l": 60, "r": 20, "t": 26, "b": 60})


def by_people(lines: Mapping[str, Sequence[tuple[int, float, float]]], title: str = "") -> go.Figure:
    """Return shares over the number of people that were learned from, a line each: (people, mean, deviation of the draws)."""
    figure = go.Figure()
    tones = (WAVE_COLOUR, "#D55E00", _UAR)
    for number, (name, points) in enumerate(lines.items()):
        people, means, deviations = zip(*points, strict=True)
        figure.add_scatter(
            x=people,
            y=means,
            error_y={"type": "data", "array": deviations, "thickness": 1.5},
            mode="lines+markers+text",
            name=name,
            text=[f"{100 * mean:.0f} %" for mean in means],
            textposition="top left",
            line={"color": tones[number % len(tones)], "dash": ("solid", "dash", "dot")[number % 3]},
            marker={"symbol": number, "size": 9},
            hovertemplate=f"{name}: %{{x}} people, %{{y:.0%}}<extra></extra>",
        )
    ticks = sorted({people for points in lines.values() for people, _, _ in points})
    figure.update_xaxes(title_text="people learned from", type="log", tickvals=ticks, ticktext=[str(n) for n in ticks])
    figure.update_yaxes(title_text="accuracy", tickformat=".0%", range=[0.1, 0.9], fixedrange=True)
    figure.update_layout(title=title, legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0})
    return dressed(figure, 420, margin={"l": 60, "r": 20, "t": 60, "b": 80})


def loss_over_rate(
    rates: Sequence[float], losses: Sequence[float], smoothed: Sequence[float], proposed: float | None, now: float
) -> go.Figure:
    """Return the loss of a range test's steps over the learning rate, on a logarithmic axis; the proposed rate and the one that is set are marked."""
    figure = go.Figure()
    figure.add_scatter(
        x=list(rates),
        y=list(losses),
        mode="markers",
        name="a batch",
        marker={"color": _TRAIN, "size": 5},
        hovertemplate="%{x:.1e}: %{y:.3f}<extra></extra>",
    )
    figure.add_scatter(
        x=list(rates),
        y=list(smoothed),
        mode="lines",
        name="smoothed",
        line={"color": WAVE_COLOUR, "width": 3},
        hovertemplate="%{x:.1e}: smoothed %{y:.3f}<extra></extra>",
    )
    for rate, name, tone, dash in ((now, "set", _TRAIN, "dot"), (proposed, "proposed", _UAR, "solid")):
        if rate is not None:
            figure.add_scatter(
                x=[rate, rate],
                y=[min(losses), max(losses)],
                mode="lines",
                name=f"{name}: {rate:g}",
                line={"color": tone, "dash": dash, "width": 2},
                hoverinfo="skip",
            )
    figure.update_xaxes(title_text="learning rate", type="log", dtick=1, exponentformat="power", fixedrange=True)
    figure.update_yaxes(title_text="loss", fixedrange=True)
    figure.update_layout(legend={"orientation": "h", "y": -0.34, "yanchor": "top", "x": 0})
    return dressed(figure, 340, margin={"l": 60, "r": 20, "t": 20, "b": 60})
