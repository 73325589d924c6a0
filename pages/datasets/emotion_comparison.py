"""One sentence, or one speaker, in every emotion: side by side on the same scales."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.datasets import clip_sound
from pages.widgets import foreign, in_url
from pages.widgets.corpora import Opened
from ser_core import audio, figures
from ser_core.corpora import choosing
from ser_core.features import logmel

SENTENCE, SPEAKER = "sentence", "speaker"
#: What is held → how it is called, and in what else its clips shall be alike.
HELD = {SENTENCE: ("One sentence", ("speaker", "intensity")), SPEAKER: ("One speaker", ("sentence", "intensity"))}
COLUMNS = 3
#: Of a longer clip the beginning is drawn.
DRAWN_S = 20.0


@st.cache_resource(max_entries=16, show_spinner=False)
def _choices(key: str, by: str, _clips: pd.DataFrame) -> list[str]:
    return choosing.in_most_emotions(_clips, by)


def show(shown: Opened) -> None:
    """Draw the choosers and a column an emotion: player, waveform, mel-spectrogram, modulation spectrum."""
    clips = shown.corpus.clips
    choices = {by: _choices(shown.key, by, clips) for by in HELD}
    possible = [by for by in HELD if choices[by]]
    if not possible:
        st.info("No sentence and no speaker of this corpus is there in more than one emotion; nothing can be compared.")
        return
    by = _held(possible)
    if SENTENCE not in possible:
        st.caption("No sentence is known to be spoken in more than one emotion, so only a speaker can be held.")
    value = _value(shown, by, choices[by])
    clips = clips[clips[by] == value]
    emotions = [emotion for emotion in shown.corpus.emotions if (clips["emotion"] == emotion).any()]
    missing = [emotion for emotion in shown.corpus.emotions if emotion not in emotions]
    if missing:
        st.caption(f"Not here in {foreign.plain(', '.join(missing))}.")
    _columns(shown, clips, emotions, by, value)


def _held(possible: list[str]) -> str:
    titles = {name: HELD[name][0] for name in possible}
    return in_url.segmented("held", "What is held", titles)


def _value(shown: Opened, by: str, values: list[str]) -> str:
    key = f"held-{shown.corpus.name}-{by}"
    in_url.begin(f"held-{by}", values, values[0], key=key)
    return st.selectbox(foreign.plain(by.capitalize()), values, key=key)


def _columns(shown: Opened, clips: pd.DataFrame, emotions: list[str], by: str, value: str) -> None:
    proposed = choosing.side_by_side(clips, emotions, HELD[by][1])
    by_clip = clips.set_index("clip", drop=False)
    places = [column for start in range(0, len(emotions), COLUMNS) for column in st.columns(COLUMNS, gap="medium")]
    read: dict[str, tuple[pd.Series, audio.Clip]] = {}
    for emotion, place in zip(emotions, places, strict=False):
        rows = clips[clips["emotion"] == emotion]["clip"].tolist()
        with place:
            _heading(emotion)
            chosen = st.selectbox(
                f"Clip of {foreign.plain(emotion)}",
                rows,
                rows.index(proposed[emotion]),
                format_func=lambda clip: _described(by_clip.loc[clip], by),
                key=f"compared-{shown.corpus.name}-{by}-{value}-{emotion}",
                label_visibility="collapsed",
            )
            sound = clip_sound.read(by_clip.loc[chosen])
            if sound is not None:
                read[emotion] = by_clip.loc[chosen], sound
    if not read:
        return
    _drawn(read, dict(zip(emotions, places, strict=False)))
    st.caption(
        "All columns have one time axis, one amplitude, and one range of colours: 0 dB is the loudest cell of all of them. "
        "Below each: its modulation spectrum (MSF), how much of the energy of each pitch region changes how often a second."
    )


def _drawn(read: dict[str, tuple[pd.Series, audio.Clip]], places: dict[str, st.delta_generator.DeltaGenerator]) -> None:
    parts = {emotion: _beginning(sound) for emotion, (_, sound) in read.items()}
    names = {emotion: str(row["clip"]) for emotion, (row, _) in read.items()}
    mels = {e: clip_sound.mel_of(names[e], part.samples, clip_sound.digest(part)) for e, part in parts.items()}
    cells = {e: clip_sound.modulation_of(names[e], part.samples, clip_sound.digest(part)) for e, part in parts.items()}
    peak = max(float(np.abs(part.samples).max(initial=0.0)) for part in parts.values())
    span = max(part.duration for part in parts.values())
    loudest = max(float(mel.max()) for mel in mels.values())
    top = max(float(cell.max()) for cell in cells.values())
    for emotion, part in parts.items():
        with places[emotion]:
            clip_sound.player(read[emotion][1])
            key = clip_sound.digest(part)
            st.plotly_chart(
                _pictures(key, peak, span, loudest, part, mels[emotion]),
                key=f"compared-pictures-{emotion}",
                config=clip_sound.CAMERA,
                alt=f"Waveform above mel-spectrogram of {names[emotion]}",
            )
            st.plotly_chart(
                _modulation(key, top, cells[emotion]),
                key=f"compared-msf-{emotion}",
                config=clip_sound.CAMERA,
                alt=f"Modulation spectrum of {names[emotion]}, mean over time",
            )


# Figures are kept: to build twelve of them takes longer than anything else on the page.
@st.cache_resource(max_entries=clip_sound.KEPT, ttl="30m", show_spinner=False)
def _pictures(digest: str, peak: float, span: float, loudest: float, _clip: audio.Clip, _mel: np.ndarray) -> go.Figure:
    hz, hop_s = logmel.mel_hz(clip_sound.MEL), clip_sound.MEL.hop_s
    rows: list[figures.Row] = [
        figures.Wave(_clip.samples, _clip.sample_rate, peak=peak, height=70),
        figures.mel_picture(_mel, hz, hop_s, loudest_db=loudest, height=160),
    ]
    return figures.stacked(rows, span_s=span)


@st.cache_resource(max_entries=clip_sound.KEPT, ttl="30m", show_spinner=False)
def _modulation(digest: str, top: float, _cells: np.ndarray) -> go.Figure:
    spec = clip_sound.MSF
    return figures.modulation_picture(_cells, spec.acoustic_hz, spec.modulation_hz, top=top, height=250)


def _heading(emotion: str) -> None:
    # Own corpora name their emotions: what stands in HTML must be escaped.
    st.markdown(f"##### {foreign.plain(emotion)}")
    st.html(f'<div style="height:3px;background:{figures.colour(emotion)};border-radius:2px"></div>')


def _described(row: pd.Series, by: str) -> str:
    other = SPEAKER if by == SENTENCE else SENTENCE
    said = [str(row[other]), str(row["intensity"])]
    return " · ".join(word for word in said if word and word != "unspecified") or str(row["clip"])


def _beginning(clip: audio.Clip) -> audio.Clip:
    return clip if clip.duration <= DRAWN_S else audio.segment(clip, 0.0, DRAWN_S)
