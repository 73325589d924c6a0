"""Several runs in one picture: the difference of two confusion matrices, bars a class, learning curves, scores with intervals and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import DIFFERENCES, dressed, interval_bars, matrix_cells

#: One colour and one pattern a run, in the order in which they were picked; none is an emotion's.
RUN_COLOURS = ("#4C6FD1", "#C98A2B", "#3E9C8F", "#B0568F", "#7D8F2E", "#5E6B7D")
_PATTERNS = ("", "/", ".", "x", "\\", "-")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
#: Differences of this many points and more have the full colour.
_FULL = 40
#: Dark enough for white figures on them; the order of the cases in the legend is that of the bars.
_CASE_COLOURS = ("#3A57B0", "#9A6410", "#2A7A70", "#6B7385")


def difference(first: np.ndarray, second: np.ndarray, labels: Sequence[str], title: str = "") -> go.Figure:
    """Return how the shares of each true class (row) of two count matrices differ, first minus second, in points.

    Diverging scale with its middle at 0: blue where the first answers so more often, red where the second does.
    """
    one, other = 100 * _shares(first), 100 * _shares(second)
    gap = one - other
    size = range(len(labels))
    text = [[f"{gap[i, j]:+.0f}" if round(gap[i, j]) else "0" for j in size] for i in size]
    words = [
        [f"{labels[i]} taken for {labels[j]}: {one[i, j]:.0f} % and {other[i, j]:.0f} %" for j in size] for i in size
    ]
    figure = go.Figure(
        matrix_cells(
            gap,
            labels,
            text,
            np.abs(gap) / _FULL,
            customdata=words,
            zmin=-_FULL,
            zmax=_FULL,
            zmid=0,
            colorscale=DIFFERENCES,
            colorbar={"title": {"text": "points"}, "tickformat": "+d", "thickness": 12},
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    limits = [-0.5, len(labels) - 0.5]
    figure.update_xaxes(title_text="predicted", fixedrange=True, range=limits, showgrid=False)
    figure.update_yaxes(title_text="true", fixedrange=True, range=limits[::-1], showgrid=False)
    return _titled(figure, title, 80 + 58 * len(labels), left=90)


def class_bars(
    labels: Sequence[str], values: Mapping[str, Sequence[float]], measure: str, title: str = ""
) -> go.Figure:
    """Return a group of bars a class, a bar a run (by colour and pattern), of a measure between 0 and 1 such as recall."""
    figure = go.Figure()
    for number, (run, heights) in enumerate(values.items()):
        figure.add_bar(
            x=list(labels),
            y=list(heights),
            name=run,
            marker={"color": RUN_COLOURS[number], "pattern": {"shape": _PATTERNS[number]}},
            hovertemplate=f"{run}: {measure} of %{{x}} %{{y:.2f}}<extra></extra>",
        )
    figure.update_layout(barmode="group", bargap=0.25, legend=_LEGEND)
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(title_text=measure, range=[0, 1], fixedrange=True)
    return _titled(figure, title, 320)


def curves(
    courses: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    measure: str,
    title: str = "",
    *,
    each: Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]] | None = None,
) -> go.Figure:
    """Return learning curves over one axis of epochs: run → (epochs, values); the best epoch of each is marked.

    each: run → the curves of its trainings, drawn thin behind its own.
    """
    figure = go.Figure()
    for number, (run, (epochs, values)) in enumerate(courses.items()):
        tone = RUN_COLOURS[number]
        for own_epochs, own_values in (each or {}).get(run, ()):
            figure.add_scatter(
                x=list(own_epochs),
                y=list(own_values),
                mode="lines",
                line={"color": tone, "width": 1},
                opacity=0.4,
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=list(epochs),
            y=list(values),
            mode="lines",
            name=run,
            line={"color": tone, "dash": _DASHES[number]},
            hovertemplate=f"{run}, epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        )
        best = int(np.nanargmax(values))
        figure.add_scatter(
            x=[epochs[best]],
            y=[values[best]],
            mode="markers",
            marker={"color": tone, "size": 9},
            showlegend=False,
            hovertemplate=f"{run}, best epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    figure.update_layout(legend=_LEGEND)
    figure.update_xaxes(title_text="epoch", fixedrange=True)
    figure.update_yaxes(title_text=measure, fixedrange=True)
    return _titled(figure, title, 320)


def spans(
    names: Sequence[str],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    wrong: Sequence[bool],
    title: str = "",
) -> go.Figure:
    """Return a share with its interval a row, the first on top; rows marked `wrong` have an open, red point."""
    middle = np.asarray(values, float)
    tones = ["#C0392B" if bad else RUN_COLOURS[0] for bad in wrong]
    figure = go.Figure()
    for k, name in enumerate(names):
        figure.add_scatter(
            x=[middle[k]],
            y=[name],
            mode="markers+text",
            text=[f"{100 * middle[k]:.0f} %"],
            textposition="top center",
            marker={
                "color": tones[k],
                "size": 12,
                "symbol": "circle-open" if wrong[k] else "circle",
                "line": {"width": 2.5},
            },
            error_x=interval_bars(middle[k : k + 1], low[k : k + 1], high[k : k + 1])
            | {"color": tones[k], "thickness": 2},
            hovertemplate=f"{name}: {100 * middle[k]:.1f} % ({100 * low[k]:.1f} to {100 * high[k]:.1f} %)<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title_text="accuracy", tickformat=".0%", range=[0, 1], fixedrange=True)
    figure.update_yaxes(fixedrange=True, range=[len(names) - 0.5, -0.6], automargin=True)
    return _titled(figure, title, 90 + 56 * len(names))


def spread(
    names: Sequence[str],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    each: Sequence[Sequence[float]],
    measure: str = "UAR",
    title: str = "",
) -> go.Figure:
    """Return a share with its interval a row, the first on top, and in a line below it the share of each of its trainings (`each`)."""
    middle = np.asarray(values, float)
    rows = np.arange(len(names))
    figure = go.Figure()
    figure.add_scatter(
        x=middle,
        y=rows,
        mode="markers+text",
        text=[f"{100 * value:.0f} %" for value in middle],
        textposition="top center",
        marker={"color": RUN_COLOURS[0], "size": 11},
        error_x=interval_bars(middle, low, high) | {"color": RUN_COLOURS[0], "thickness": 2},
        customdata=[[name, 100 * one, 100 * other] for name, one, other in zip(names, low, high, strict=True)],
        hovertemplate="%{customdata[0]}: %{x:.1%} (%{customdata[1]:.0f} to %{customdata[2]:.0f})<extra></extra>",
        showlegend=False,
    )
    seeds = [(value, row + 0.24) for row, own in zip(rows, each, strict=True) for value in own]
    if seeds:
        figure.add_scatter(
            x=[value for value, _ in seeds],
            y=[row for _, row in seeds],
            mode="markers",
            marker={"color": RUN_COLOURS[1], "size": 8, "symbol": "diamond"},
            hovertemplate="a seed: %{x:.1%}<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title_text=measure, tickformat=".0%", range=[0, 1], fixedrange=True)
    figure.update_yaxes(
        tickvals=rows,
        ticktext=list(names),
        fixedrange=True,
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
        automargin=True,
    )
    return _titled(figure, title, 90 + 56 * len(names))


def who_is_right(
    emotions: Sequence[str], shares: Mapping[str, Sequence[float]], counts: Sequence[int], title: str = ""
) -> go.Figure:
    """Return a stacked bar an emotion that sums to 1: which share of its clips falls in each case; n beside its name.

    shares: case (at most four) → a share an emotion.
    """
    names = [f"{emotion} · n = {count}" for emotion, count in zip(emotions, counts, strict=True)]
    figure = go.Figure()
    for number, (case, values) in enumerate(shares.items()):
        figure.add_bar(
            y=names,
            x=list(values),
            orientation="h",
            name=case,
            marker={"color": _CASE_COLOURS[number], "line": {"width": 1, "color": "#FFFFFF"}},
            text=[f"{100 * value:.0f} %" if value >= 0.06 else "" for value in values],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            insidetextfont={"color": "#FFFFFF"},
            hovertemplate=f"%{{y}}: {case} %{{x:.0%}}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.25, legend={**_LEGEND, "traceorder": "normal"})
    figure.update_xaxes(title_text="share of clips", tickformat=".0%", range=[0, 1], fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    return _titled(figure, title, 110 + 40 * len(names))


_LEGEND = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}


def _shares(matrix: np.ndarray) -> np.ndarray:
    counts = np.asarray(matrix, float)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _titled(figure: go.Figure, title: str, height: int, left: int = 60) -> go.Figure:
    lines = title.count("<br>") + 1 if title else 0
    figure.update_layout(title=title)
    return dressed(figure, height + 22 * lines, margin={"l": left, "r": 10, "t": 14 + 22 * lines, "b": 60})
