"""The rolling waveform, mel-spectrogram and timeline. Their figures are built once a visitor and refilled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ser_core import audio, figures, streaming
from ser_core.features import logmel

#: Seconds of sound, and of the timeline, that are shown.
SOUND_S, TIMELINE_S = 10.0, 60.0
#: Every 25 ms a column: as many as there are pixels to draw them.
SPEC = logmel.LogMelSpec(hop_length=400)
_STEPS = round(TIMELINE_S / streaming.HOP_S)
_CONFIG = {"displayModeBar": False}


def show(heard: streaming.Snapshot) -> None:
    """Draw the last ten seconds of sound and the last minute of answers."""
    mel_hz = logmel.mel_hz(SPEC)
    sound = _built("sound", lambda: figures.rolling_sound(audio.SAMPLE_RATE, SOUND_S, mel_hz, SPEC.hop_s))
    samples = _padded(heard.samples)
    figures.fill_rolling_sound(sound, samples, logmel.extract(samples, SPEC), mel_hz)
    st.plotly_chart(
        sound, key="live-sound", config=_CONFIG, alt="Waveform above mel-spectrogram of the last ten seconds"
    )
    name = f"timeline-{'-'.join(heard.labels)}"
    timeline = _built(name, lambda: figures.rolling_timeline(heard.labels, TIMELINE_S, streaming.HOP_S))
    figures.fill_rolling_timeline(timeline, heard.labels, *steps(heard))
    st.plotly_chart(timeline, key="live-timeline", config=_CONFIG, alt="Probabilities and states of the last minute")


def steps(heard: streaming.Snapshot) -> tuple[np.ndarray, list[str | None]]:
    """Return the probabilities (steps × emotions) and states of the last minute's half seconds, oldest first.

    A window stands in the half second with which it ends. Where none was judged, the state is None.
    """
    values = np.zeros((_STEPS, len(heard.labels)))
    states: list[str | None] = [None] * _STEPS
    for entry in heard.entries:
        place = _STEPS - 1 - round((heard.heard_s - entry.end_s) // streaming.HOP_S)
        if not 0 <= place < _STEPS:
            continue
        if entry.state == streaming.NO_SPEECH:
            states[place] = figures.NO_SPEECH
            continue
        values[place] = entry.smoothed
        uncertain = entry.state == streaming.UNCERTAIN
        states[place] = figures.UNCERTAIN if uncertain else heard.labels[int(entry.smoothed.argmax())]
    return values, states


def _padded(samples: np.ndarray) -> np.ndarray:
    missing = round(SOUND_S * audio.SAMPLE_RATE) - len(samples)
    return np.pad(samples, (missing, 0)) if missing > 0 else samples


def _built(name: str, build: Callable[[], go.Figure]) -> go.Figure:
    kept = st.session_state.setdefault("live-figures", {})
    if name not in kept:
        kept[name] = build()
    figure: go.Figure = kept[name]
    return figure
