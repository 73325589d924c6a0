"""The evidence: player, waveform and mel-spectrogram on one time axis, the region, and the emotion over time."""

from __future__ import annotations

import streamlit as st

from pages.widgets import cached, numbers
from pages.widgets.audio_source import Sound
from ser_core import audio, figures
from ser_core.features import logmel
from ser_core.graphs import GraphError
from ser_core.runs import Run, RunError

#: Shortest region that can be analyzed, in seconds.
SHORTEST_S = 0.3
#: Longest stretch that is drawn at once; a longer clip is walked through.
DRAWN_S = 60.0


def show(sound: Sound, clip: audio.Clip) -> tuple[float, float] | None:
    """Draw player, region and pictures; return the region in seconds, or None for the whole clip."""
    st.audio(audio.encode_wav(clip.samples), format="audio/wav")
    region = _region(sound, clip)
    start, drawn = _drawn(sound, clip)
    shown_region = (region[0] - start, region[1] - start) if region else None
    spec = logmel.LogMelSpec()
    picture = cached.logmel_of(f"{sound.digest}@{start}", drawn)
    st.plotly_chart(
        figures.wave_and_mel(drawn.samples, drawn.sample_rate, picture, logmel.mel_hz(spec), spec.hop_s, shown_region),
        key=f"pictures-{sound.digest}",
        alt="Waveform above mel-spectrogram on one time axis",
    )
    st.caption(
        "Above: the air's movement at the microphone. Below: how strong each pitch range is at each moment, brighter is louder "
        "(0 dB is the loudest). Drag to zoom in time, double-click for the whole clip."
    )
    return region


def over_time(key: str, clip: audio.Clip, run: Run, *, named: bool) -> None:
    """Draw one model's probabilities along the clip."""
    try:
        found = cached.timeline(key, *cached.model_key(run), clip, cached.predictor(run))
    except (RunError, GraphError, OSError) as error:
        st.error(f"{run.name} cannot answer: {error}")
        return
    st.markdown(f"##### Over time{f': {run.name}' if named else ''}")
    figure = figures.timeline(
        found.labels, found.start_s, found.end_s, found.probabilities, found.speech, clip.duration
    )
    st.plotly_chart(figure, key=f"time-{run.name}", config={"displayModeBar": False}, alt="Probabilities over time")
    st.caption("Each column is what the model says of the 2.5 s around it; where there is no voice it is left empty.")


def _region(sound: Sound, clip: audio.Clip) -> tuple[float, float] | None:
    facts = f"{numbers.seconds(clip.duration)} · {clip.original_rate / 1000:g} kHz · {clip.channels} channel{'s' if clip.channels > 1 else ''}"
    st.caption(f"{sound.name} · {facts}{' · ' + sound.note if sound.note else ''}")
    if clip.duration < 2 * SHORTEST_S:
        return None
    end = round(clip.duration, 2)
    chosen = st.slider(
        "Part to analyze (s)", 0.0, end, (0.0, end), step=0.05, format="%.2f", key=f"region-{sound.digest}"
    )
    if chosen == (0.0, end):
        return None
    if chosen[1] - chosen[0] < SHORTEST_S:
        st.caption(f"A part needs {SHORTEST_S} s or more; the whole clip is analyzed.")
        return None
    return chosen


def _drawn(sound: Sound, clip: audio.Clip) -> tuple[float, audio.Clip]:
    if clip.duration <= DRAWN_S:
        return 0.0, clip
    last = int(clip.duration // DRAWN_S)
    minute = st.slider("Minute that is drawn", 1, last + 1, 1, key=f"minute-{sound.digest}")
    start = (minute - 1) * DRAWN_S
    return start, audio.segment(clip, start, min(clip.duration, start + DRAWN_S))
