"""How far a model's confidence can be trusted, and with whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import WAVE_COLOUR, dressed

_QUIET = "#9AA3B5"
_MARK = "#D55E00"


def reliability(
    confidence: Sequence[float],
    right: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    n: Sequence[int],
    title: str,
) -> go.Figure:
    """Return the reliability diagram: share right against mean confidence, a point a bin with its interval; on the diagonal = calibrated."""
    said, shares = np.asarray(confidence), np.asarray(right)
    figure = go.Figure(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", line={"color": _QUIET, "dash": "dot"}, hoverinfo="skip", name="calibrated"
        )
    )
    figure.add_scatter(
        x=said,
        y=shares,
        error_y=_interval(shares, low, high),
        mode="lines+markers",
        marker={"size": 8, "color": WAVE_COLOUR},
        line={"color": WAVE_COLOUR, "width": 1},
        customdata=list(n),
        hovertemplate="confidence %{x:.0%}: %{y:.0%} of %{customdata} clips right<extra></extra>",
        name="this run",
    )
    figure.update_xaxes(title_text="mean confidence", range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(title_text="right", range=[0, 1], tickformat=".0%", fixedrange=True)
    return _finished(figure, title, 380)


def thresholds(
    threshold: Sequence[float],
    coverage: Sequence[float],
    right: Sequence[float | None],
    chosen: float | None,
    title: str,
) -> go.Figure:
    """Return, at every threshold, the share of clips that are answered and the share of answers that are right; `chosen` is marked."""
    figure = go.Figure()
    for name, values, tone, dash in (
        ("answered", coverage, _QUIET, "dash"),
        ("right of those", right, WAVE_COLOUR, "solid"),
    ):
        figure.add_scatter(
            x=list(threshold),
            y=list(values),
            mode="lines",
            name=name,
            line={"color": tone, "dash": dash},
            hovertemplate=f"threshold %{{x:.0%}}: %{{y:.0%}} {name}<extra></extra>",
        )
    if chosen is not None:
        figure.add_vline(
            x=chosen, line={"color": _MARK, "dash": "dot"}, annotation_text=f"this run: {100 * chosen:.0f} %"
        )
    figure.update_xaxes(title_text="confidence threshold", range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(title_text="share of clips", range=[0, 1.02], tickformat=".0%", fixedrange=True)
    return _finished(figure, title, 380)


def by_group(
    groups: Sequence[str],
    accuracy: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    n: Sequence[int],
    overall: float,
    title: str,
) -> go.Figure:
    """Return a point a group with its 95 % interval, n beside its name; the dotted line is all clips together."""
    shares = np.asarray(accuracy, float)
    names = [f"{group} · n = {count}" for group, count in zip(groups, n, strict=True)]
    figure = go.Figure(
        go.Scatter(
            x=shares,
            y=names,
            error_x=_interval(shares, low, high),
            mode="markers",
            marker={"size": 9, "color": WAVE_COLOUR},
            customdata=np.column_stack([low, high]) if len(shares) else None,
            hovertemplate="%{y}: %{x:.0%} (%{customdata[0]:.0%} to %{customdata[1]:.0%})<extra></extra>",
            showlegend=False,
        )
    )
    figure.add_vline(x=overall, line={"color": _QUIET, "dash": "dot"})
    figure.update_xaxes(title_text="accuracy", range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(autorange="reversed", type="category", fixedrange=True, automargin=True)
    return _finished(figure, title, 110 + 24 * len(names))


def _interval(shares: np.ndarray, low: Sequence[float], high: Sequence[float]) -> dict[str, object]:
    sides = {"array": np.asarray(high) - shares, "arrayminus": shares - np.asarray(low)}
    return {"type": "data", "symmetric": False, **sides, "thickness": 1, "width": 4}


def _finished(figure: go.Figure, title: str, height: int) -> go.Figure:
    lines = title.count("<br>") + 1
    # The legend below the picture, the title above it: they never meet, however narrow the page.
    figure.update_layout(title=title, legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0})
    return dressed(figure, height + 26 * lines, margin={"l": 60, "r": 20, "t": 24 + 24 * lines, "b": 60})
