"""What a model looked at: a map over the mel-spectrogram, and the contributions of feature groups as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import colour, colourbar, dressed
from ser_core.figures.time_rows import Picture, mel_picture

_AGAINST = "#0072B2"
#: Blue speaks against, orange for; between them the picture shows through.
_VEIL = [
    [0.0, "rgba(70,150,255,0.85)"],
    [0.42, "rgba(70,150,255,0.05)"],
    [0.5, "rgba(0,0,0,0)"],
    [0.58, "rgba(255,140,0,0.05)"],
    [1.0, "rgba(255,140,0,0.9)"],
]


@dataclass(frozen=True, eq=False)
class ExplainedPicture(Picture):
    """A picture in grey with a map (rows × frames, in probability) over it; its colour bar is the map's."""

    marks: np.ndarray | None = None
    label: str = ""

    def draw(self, figure: go.Figure, row: int, start_s: float) -> None:
        """Add the picture and the map to a row of the figure."""
        super().draw(figure, row, start_s)
        figure.data[-1].update(showscale=False, hoverinfo="skip", hovertemplate=None)
        assert self.marks is not None
        axis = next(figure.select_yaxes(row=row, col=1))
        bottom, top = axis.domain
        points = 100 * self.marks
        most = max(float(np.abs(points).max(initial=0.0)), 1e-3)
        figure.add_trace(
            go.Heatmap(
                z=points.astype(np.float32),
                x=start_s + np.arange(points.shape[1]) * self.hop_s,
                y=list(self.labels),
                zmin=-most,
                zmax=most,
                colorscale=_VEIL,
                colorbar=colourbar("points", bottom, top),
                hovertemplate=f"%{{x:.2f}} s, %{{y}}: %{{z:+.1f}} points of {self.label}<extra></extra>",
            ),
            row=row,
            col=1,
        )


def explained_picture(
    logmel: np.ndarray, mel_hz: np.ndarray, hop_s: float, values: np.ndarray, label: str, *, height: int = 280
) -> ExplainedPicture:
    """Return a log-mel spectrogram (frames × bands, dB) in grey as a row, with what speaks for `label` over it.

    values: frames × bands, in probability (0.1 = 10 points); orange speaks for the label, blue against it.
    """
    plain = mel_picture(logmel, mel_hz, hop_s, title=f"What speaks for {label}, and against it", height=height)
    stated = {field.name: getattr(plain, field.name) for field in fields(Picture)}
    grey = {**stated, "colours": ["#02010A", "#F2F2F2"]}
    return ExplainedPicture(**grey, marks=values.T, label=label)


def contributions(groups: Sequence[str], values: np.ndarray, label: str, title: str) -> go.Figure:
    """Return a bar a group of features, the strongest on top: how many points of the label's probability it brings (0.1 = 10)."""
    order = np.argsort(np.abs(values), kind="stable")
    points = 100 * np.asarray(values, float)[order]
    figure = go.Figure(
        go.Bar(
            x=points,
            y=[groups[k] for k in order],
            orientation="h",
            marker_color=[colour(label) if point >= 0 else _AGAINST for point in points],
            text=[f"{point:+.1f}" for point in points],
            hovertemplate=f"%{{y}}: %{{x:+.1f}} points of {label}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text=f"points of {label}", zeroline=True, fixedrange=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    figure.update_layout(title=title)
    lines = title.count("<br>") + 1
    return dressed(
        figure, 110 + 26 * len(groups) + 24 * lines, margin={"l": 60, "r": 30, "t": 20 + 24 * lines, "b": 50}
    )
