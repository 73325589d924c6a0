"""Modulation spectra: the picture of a clip or a frame, and the four steps to the cells of one band."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from ser_core.figures.look import PICTURE_MAP, WAVE_COLOUR, dressed, titled
from ser_core.figures.time_rows import wave_trace

#: Acoustic frequencies in Hz that the axis names.
TICKS = (125, 250, 500, 1000, 2000, 4000, 8000)
#: A line is drawn with at most this many points.
LINE_POINTS = 4000


def modulation_picture(
    energy: np.ndarray,
    acoustic_hz: np.ndarray,
    modulation_hz: np.ndarray,
    *,
    top: float | None = None,
    band: int | None = None,
    height: int = 430,
) -> go.Figure:
    """Return energies (bands × modulations, shares of a frame) as a picture with both axes in Hz.

    Bands and modulation bands are equally spaced, as their filters are. `top` is the share at the brightest end of
    the colours (None: the largest), `band` one that is framed.
    """
    shares = 100.0 * np.asarray(energy)
    # A silent clip has no energy to share out.
    brightest = (100.0 * top if top else float(shares.max(initial=0.0))) or 1.0
    said = [[f"{hz:.0f} Hz changing {rate:.3g} times a second" for rate in modulation_hz] for hz in acoustic_hz]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            customdata=said,
            zmin=0.0,
            zmax=brightest,
            colorscale=PICTURE_MAP,
            colorbar={"title": {"text": "% of energy", "side": "right"}, "thickness": 10, "xpad": 4, "nticks": 6},
            hovertemplate="%{customdata}: %{z:.2f} %<extra></extra>",
        )
    )
    wanted = [hertz for hertz in TICKS if acoustic_hz[0] * 0.99 <= hertz <= acoustic_hz[-1] * 1.05]
    figure.update_xaxes(
        title_text="modulation frequency (Hz)",
        tickvals=np.arange(len(modulation_hz)),
        ticktext=[f"{rate:.3g}" for rate in modulation_hz],
        fixedrange=True,
    )
    figure.update_yaxes(
        title_text="acoustic band (Hz)",
        tickvals=np.interp(wanted, acoustic_hz, np.arange(len(acoustic_hz))),
        ticktext=[str(hertz) for hertz in wanted],
        fixedrange=True,
    )
    if band is not None:
        figure.add_shape(
            type="rect",
            x0=-0.5,
            x1=len(modulation_hz) - 0.5,
            y0=band - 0.5,
            y1=band + 0.5,
            line={"width": 2, "color": "#FFFFFF"},
        )
    return dressed(figure, height, margin={"l": 60, "r": 10, "t": 10, "b": 44})


def modulation_steps(
    times_s: np.ndarray,
    filtered: np.ndarray,
    envelope: np.ndarray,
    spectrum_hz: np.ndarray,
    spectrum: np.ndarray,
    modulation_hz: np.ndarray,
    responses: np.ndarray,
    cells: np.ndarray,
    band_hz: float,
) -> go.Figure:
    """Return the four steps to the cells of one acoustic band, one below the other.

    Filtered sound and envelope over `times_s`; the envelope's spectrum at `spectrum_hz` with the gains of the
    modulation filters (modulations × frequencies); the band's cells (modulations, shares of a frame).
    """
    titles = (
        f"1 · Gammatone filter at {band_hz:.0f} Hz",
        "2 · Its envelope",
        "3 · Spectrum of the envelope; dotted: filters",
        "4 · The cells",
    )
    figure = make_subplots(rows=4, cols=1, vertical_spacing=0.135)
    for number, title in enumerate(titles, start=1):
        titled(figure, number, title)
    figure.add_trace(wave_trace(times_s, filtered), row=1, col=1)
    figure.add_trace(_line(times_s, envelope, "s"), row=2, col=1)
    # From 1 Hz on: the axis is logarithmic, and nothing slower is measured.
    heard = spectrum_hz >= 1.0
    figure.add_trace(_line(spectrum_hz[heard], spectrum[heard], "Hz"), row=3, col=1)
    tallest = float(spectrum[heard].max(initial=0.0))
    shades = sample_colorscale("Viridis", np.linspace(0.25, 0.8, len(modulation_hz)))
    for gain, shade in zip(responses, shades, strict=True):
        filter_gain = _line(spectrum_hz[heard], tallest * gain[heard], "Hz")
        filter_gain.update(line={"width": 1.2, "color": shade, "dash": "dot"}, hoverinfo="skip", hovertemplate=None)
        figure.add_trace(filter_gain, row=3, col=1)
    figure.add_trace(
        go.Bar(
            x=modulation_hz,
            y=100.0 * cells,
            width=0.35 * modulation_hz,
            marker_color=shades,
            text=[f"{100.0 * cell:.1f} %" for cell in cells],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x:.3g} Hz: %{y:.2f} %<extra></extra>",
        ),
        row=4,
        col=1,
    )
    hertz = {
        "type": "log",
        "range": list(np.log10([modulation_hz[0] / 2, modulation_hz[-1] * 2])),
        "tickvals": modulation_hz,
        "ticktext": [f"{rate:.3g}" for rate in modulation_hz],
    }
    figure.update_xaxes(fixedrange=True, showgrid=False)
    figure.update_yaxes(fixedrange=True, nticks=4, title_text="amplitude")
    figure.update_xaxes(range=[times_s[0], times_s[-1]], row=1, col=1)
    figure.update_xaxes(range=[times_s[0], times_s[-1]], title_text="time (s)", row=2, col=1)
    figure.update_xaxes(**hertz, row=3, col=1)
    figure.update_xaxes(**hertz, title_text="modulation frequency (Hz)", row=4, col=1)
    figure.update_yaxes(title_text="% of energy", rangemode="tozero", row=4, col=1)
    figure.update_layout(showlegend=False)
    return dressed(figure, 720, margin={"l": 60, "r": 10, "t": 26, "b": 44})


def _line(x: np.ndarray, y: np.ndarray, unit: str) -> go.Scatter:
    step = -(-len(x) // LINE_POINTS)
    return go.Scatter(
        x=x[::step],
        y=y[::step].astype(np.float32),
        mode="lines",
        line={"width": 1.5, "color": WAVE_COLOUR},
        hovertemplate=f"%{{x:.2f}} {unit}: %{{y:.3~g}}<extra></extra>",
    )
