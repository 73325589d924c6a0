"""The rows of a stack over time: a waveform, a picture, the course of one number. Each draws itself into its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ser_core.figures.look import PICTURE_MAP, PICTURE_RANGE_DB, WAVE_COLOUR, colourbar

#: A waveform is drawn as the envelope of at most this many columns.
WAVE_COLUMNS = 2000
#: Of a picture with more frames than this, every second, third, ... is drawn.
PICTURE_COLUMNS = 4800
#: Blue below, red above, white between.
DIVERGING_MAP = "RdBu_r"
#: Frequencies in Hz that a mel axis names.
MEL_TICKS = (100, 250, 500, 1000, 2000, 4000, 8000)
#: Closer than this many pixels, the names of two of them would touch.
TICK_PX = 13
#: A mel-spectrogram with less range than this is digital silence, which has no loudest cell.
FLAT_DB = 1.0


def envelope(samples: np.ndarray, columns: int = WAVE_COLUMNS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (first sample, minimum, maximum) of each of at most `columns` equal stretches of a waveform."""
    n = len(samples)
    edges = np.unique(np.linspace(0, n, min(columns, n) + 1).astype(int))[:-1]
    return edges, np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)


def wave_trace(times_s: np.ndarray, samples: np.ndarray) -> go.Scatter:
    """Return the filled outline of a waveform over its samples' times."""
    edges, low, high = envelope(samples)
    times = times_s[edges]
    return go.Scatter(
        x=np.r_[times, times[::-1]],
        y=np.r_[high, low[::-1]].astype(np.float32),
        fill="toself",
        mode="lines",
        line={"width": 0.5, "color": WAVE_COLOUR},
        fillcolor=WAVE_COLOUR,
        hoverinfo="skip",
        showlegend=False,
    )


@dataclass(frozen=True, eq=False)
class Wave:
    """A waveform; `peak` is the end of its axis, the loudest sample where None is given."""

    samples: np.ndarray
    sample_rate: int
    title: str = "Waveform"
    peak: float | None = None
    height: int = 120

    @property
    def span_s(self) -> float:
        return len(self.samples) / self.sample_rate

    def draw(self, figure: go.Figure, row: int, start_s: float) -> None:
        """Add the waveform to a row of the figure."""
        times = start_s + np.arange(len(self.samples)) / self.sample_rate
        figure.add_trace(wave_trace(times, self.samples), row=row, col=1)
        peak = 1.05 * max(0.05, self.peak or float(np.abs(self.samples).max(initial=0.0)))
        figure.update_yaxes(title_text="amplitude", range=[-peak, peak], fixedrange=True, nticks=5, row=row, col=1)


@dataclass(frozen=True, eq=False)
class Course:
    """One number over time; where it is not a number the line has a gap."""

    title: str
    values: np.ndarray
    hop_s: float
    unit: str
    height: int = 90

    @property
    def span_s(self) -> float:
        return len(self.values) * self.hop_s

    def draw(self, figure: go.Figure, row: int, start_s: float) -> None:
        """Add the line to a row of the figure."""
        step = -(-len(self.values) // PICTURE_COLUMNS)
        line = go.Scatter(
            x=start_s + np.arange(0, len(self.values), step) * self.hop_s,
            y=self.values[::step].astype(np.float32),
            mode="lines",
            line={"width": 1.5, "color": WAVE_COLOUR},
            hovertemplate=f"%{{x:.2f}} s: %{{y:.4~g}} {self.unit}<extra></extra>",
            showlegend=False,
        )
        figure.add_trace(line, row=row, col=1)
        figure.update_yaxes(title_text=self.unit, fixedrange=True, nticks=4, row=row, col=1)


@dataclass(frozen=True, eq=False)
class Picture:
    """Values (rows × frames) as colours from `low` to `high`; `labels` names every row, low to high.

    `ticks` are positions on the rows' axis and what stands there. `told` is what hovering says in `unit`, the shown
    values where None is given.
    """

    title: str
    values: np.ndarray
    hop_s: float
    low: float
    high: float
    labels: Sequence[str]
    ticks: Sequence[tuple[float, str]]
    y_title: str
    colourbar: str
    unit: str
    colours: str | list[str]
    told: np.ndarray | None = None
    height: int = 180

    @property
    def span_s(self) -> float:
        return self.values.shape[1] * self.hop_s

    def draw(self, figure: go.Figure, row: int, start_s: float) -> None:
        """Add the picture, with a colour bar of its own, to a row of the figure."""
        step = -(-self.values.shape[1] // PICTURE_COLUMNS)
        axis = next(figure.select_yaxes(row=row, col=1))
        bottom, top = axis.domain
        heat = go.Heatmap(
            z=self.values[:, ::step],
            x=start_s + np.arange(0, self.values.shape[1], step) * self.hop_s,
            y=list(self.labels),
            customdata=None if self.told is None else self.told[:, ::step],
            zmin=self.low,
            zmax=self.high,
            colorscale=self.colours,
            colorbar=colourbar(self.colourbar, bottom, top),
            hovertemplate=f"%{{x:.2f}} s, %{{y}}: %{{{'z' if self.told is None else 'customdata'}:.3~g}} {self.unit}<extra></extra>",
        )
        figure.add_trace(heat, row=row, col=1)
        # Categories, so that hovering says a row's name; their positions are 0, 1, 2, ...
        figure.update_yaxes(
            type="category",
            title_text=self.y_title,
            tickvals=[at for at, _ in self.ticks],
            ticktext=[text for _, text in self.ticks],
            fixedrange=True,
            showgrid=False,
            row=row,
            col=1,
        )


Row = Wave | Picture | Course


def mel_picture(
    logmel: np.ndarray,
    mel_hz: np.ndarray,
    hop_s: float,
    *,
    title: str = "Mel-spectrogram",
    loudest_db: float | None = None,
    mask: np.ndarray | None = None,
    height: int = 280,
) -> Picture:
    """Return a log-mel spectrogram (frames × bands, dB) as a row, in dB below `loudest_db` (None: its own maximum).

    `mask` (frames × bands, 0 to 1) leaves the picture as it is where it is 1 and dims it to the darkest where it is 0.
    """
    shown = logmel - (loudest_db if loudest_db is not None else logmel.max())
    shown = np.clip(shown, -PICTURE_RANGE_DB, 0.0)
    if np.ptp(logmel) < FLAT_DB:
        shown = np.full_like(shown, -PICTURE_RANGE_DB)
    if mask is not None:
        shown = shown * mask - PICTURE_RANGE_DB * (1 - mask)
    wanted = [hertz for hertz in MEL_TICKS if mel_hz[0] <= hertz <= mel_hz[-1] * 1.05]
    # Beyond the last band's centre lies half a band more.
    places = np.interp(wanted, mel_hz, np.arange(len(mel_hz)), right=len(mel_hz) - 0.5)
    ticks: list[tuple[float, str]] = []
    for at, hertz in zip(places, wanted, strict=True):
        if not ticks or (at - ticks[-1][0]) * height / len(mel_hz) >= TICK_PX:
            ticks.append((float(at), str(hertz)))
    return Picture(
        title=title,
        # Whole decibels need one byte each on their way to the browser.
        values=np.rint(shown.T).astype(np.int8),
        hop_s=hop_s,
        low=-PICTURE_RANGE_DB,
        high=0.0,
        labels=[f"{hertz:.0f} Hz" for hertz in mel_hz],
        ticks=ticks,
        y_title="frequency (Hz)",
        colourbar="dB",
        unit="dB",
        colours=PICTURE_MAP,
        height=height,
    )


def row_picture(
    title: str,
    values: np.ndarray,
    hop_s: float,
    *,
    labels: Sequence[str],
    y_title: str,
    unit: str,
    span: tuple[float, float] | None = None,
) -> Picture:
    """Return values (rows × frames) as a row, coloured over `span` (None: from their minimum to their maximum)."""
    low, high = span or (float(values.min(initial=0.0)), float(values.max(initial=0.0)))
    return Picture(
        title=title,
        values=values.astype(np.float32),
        hop_s=hop_s,
        low=low,
        high=max(high, low + 1e-9),
        labels=labels,
        ticks=_few(labels),
        y_title=y_title,
        colourbar="",
        unit=unit,
        colours=DIVERGING_MAP if low < 0 < high else PICTURE_MAP,
    )


def scaled_picture(
    title: str, values: np.ndarray, hop_s: float, *, labels: Sequence[str], y_title: str, unit: str, height: int = 200
) -> Picture:
    """Return values (rows × frames) of very different size as a row: each row around its mean, in its own standard deviations (σ)."""
    mean, deviation = values.mean(axis=1, keepdims=True), values.std(axis=1, keepdims=True)
    # A row that hardly moves beside the others, or by rounding alone, is not blown up.
    floor = max(1e-3 * float(deviation.max(initial=0.0)), 1e-5 * float(np.abs(values).max(initial=0.0)), 1e-9)
    return Picture(
        title=title,
        values=((values - mean) / np.maximum(deviation, floor)).astype(np.float32),
        hop_s=hop_s,
        low=-2.5,
        high=2.5,
        labels=labels,
        ticks=_few(labels),
        y_title=y_title,
        colourbar="σ",
        unit=unit,
        colours=DIVERGING_MAP,
        told=values.astype(np.float32),
        height=height,
    )


def _few(labels: Sequence[str], most: int = 12) -> list[tuple[float, str]]:
    step = math.ceil(len(labels) / most)
    return [(float(at), labels[at]) for at in range(0, len(labels), step)]
