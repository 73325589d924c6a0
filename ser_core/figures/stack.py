"""Waveforms, pictures and courses one below the other on one time axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser_core.figures.look import TIME_MARGIN, WAVE_COLOUR, dressed, titled
from ser_core.figures.time_rows import Picture, Row, Wave, mel_picture

#: Pixels between two rows: the title of the lower one stands there.
GAP = 30


def stacked(
    rows: Sequence[Row],
    *,
    start_s: float = 0.0,
    span_s: float | None = None,
    region: tuple[float, float] | None = None,
) -> go.Figure:
    """Return the rows one below the other on one time axis, which zooms all of them.

    The axis begins at `start_s` and is `span_s` seconds long (None: as the first row, which the others follow up to
    their padding). `region` (s) is marked in every row.
    """
    heights = [row.height for row in rows]
    inside = sum(heights) + GAP * (len(rows) - 1)
    figure = make_subplots(
        rows=len(rows), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=GAP / inside
    )
    for number, row in enumerate(rows, start=1):
        row.draw(figure, number, start_s)
        titled(figure, number, row.title)
        if region:
            figure.add_vrect(
                x0=region[0],
                x1=region[1],
                line={"width": 1.5, "color": "#FFFFFF" if isinstance(row, Picture) else WAVE_COLOUR},
                fillcolor="rgba(91,123,213,0.15)",
                row=number,
                col=1,
            )
    end_s = start_s + max(rows[0].span_s if span_s is None else span_s, 0.01)
    figure.update_xaxes(range=[start_s, end_s], minallowed=start_s, maxallowed=end_s, showgrid=False)
    figure.update_xaxes(title_text="time (s)", row=len(rows), col=1)
    return dressed(figure, inside + TIME_MARGIN["t"] + TIME_MARGIN["b"])


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

    `mask` as in `mel_picture`.
    """
    return stacked([Wave(samples, sample_rate), mel_picture(logmel, mel_hz, hop_s, mask=mask)], region=region)
