"""The clips most like one: a clip of the corpus, one of my recordings, or one recorded or uploaded just now."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import streamlit as st

from pages.datasets import clip_sound
from pages.server import visitor
from pages.widgets import audio_source, cached, foreign, microphone
from ser_core import audio, maps
from ser_core.corpora.recordings import Recordings

CLIP, MINE, RECORD, UPLOAD = "clip", "mine", "record", "upload"
SOURCES = {
    CLIP: ":material/ads_click: The clicked clip",
    MINE: ":material/mic: My recordings",
    RECORD: ":material/mic: Record",
    UPLOAD: ":material/upload: Upload",
}
MOST = 6


@st.fragment
def show(space: maps.Space, clips: pd.DataFrame, values: np.ndarray, clicked: pd.Series | None) -> None:
    """Draw the chooser and the most similar clips with players. clips: a row a vector of `values`."""
    st.markdown("##### The most similar clips")
    offered = [name for name in SOURCES if name != MINE or (visitor.may_keep() and Recordings().list_all())]
    source = st.segmented_control(
        "Similar to",
        offered,
        format_func=lambda name: SOURCES[name],
        default=CLIP,
        required=True,
        key="similar-to",
        label_visibility="collapsed",
    )
    if source == CLIP:
        if clicked is None:
            st.caption("Click a point on the map, or take a voice of your own.")
            return
        own = int(np.flatnonzero(clips["clip"].to_numpy() == clicked["clip"])[0])
        _draw(clips, values, values[own], without=own)
        return
    given = _given(source or RECORD)
    if given is None:
        return
    try:
        sound = cached.clip(*given)
        vector = _vector(space.key, hashlib.sha256(given[0]).hexdigest(), sound.samples, space)
    except (audio.AudioError, ValueError) as error:
        st.error(foreign.plain(error))
        return
    st.audio(audio.encode_wav(sound.samples), format="audio/wav")
    _draw(clips, values, vector)


@st.cache_resource(max_entries=32, ttl="30m", show_spinner="Listening …")
def _vector(key: str, digest: str, _samples: np.ndarray, _space: maps.Space) -> np.ndarray:
    return _space.of_samples(_samples)


def _given(source: str) -> tuple[bytes, str] | None:
    if source == MINE:
        kept = Recordings()
        made = list(reversed(kept.list_all()))
        said = {clip.file: f"{clip.emotion} · {clip.recorded[:16].replace('T', ' ')}" for clip in made}
        file = st.selectbox("Recording", list(said), format_func=lambda name: said[name], key="similar-mine")
        return kept.path(file).read_bytes(), file
    if source == RECORD:
        why = microphone.trouble()
        if why:
            st.info(why, icon=":material/mic_off:")
        recording = st.audio_input("Record", key="similar-record", disabled=why is not None)
        return (recording.getvalue(), "recording.wav") if recording else None
    upload = st.file_uploader("Drop an audio file", type=audio_source.ENDINGS, key="similar-upload")
    return (upload.getvalue(), upload.name) if upload else None


def _draw(clips: pd.DataFrame, values: np.ndarray, vector: np.ndarray, without: int | None = None) -> None:
    rows, cosines = maps.nearest(values, vector, MOST + 1)
    nearest = [(row, cosine) for row, cosine in zip(rows, cosines, strict=True) if row != without][:MOST]
    for start in range(0, len(nearest), 3):
        for column, (row, cosine) in zip(st.columns(3), nearest[start : start + 3], strict=False):
            with column:
                st.caption(f"{clip_sound.title(clips.iloc[row])} · {cosine:.2f}")
                sound = clip_sound.read(clips.iloc[row])
                if sound is not None:
                    clip_sound.player(sound)
    st.caption(
        f"Out of {len(clips):,} clips, by the cosine of their vectors, every dimension scaled to the same deviation: "
        "1.00 is the same direction from the average clip, 0.00 nothing in common."
    )
