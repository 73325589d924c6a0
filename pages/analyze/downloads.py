"""What can be taken away: the recording as it came, and the numbers."""

from __future__ import annotations

import json

import streamlit as st

from pages.analyze import answer
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.features import arrays
from ser_core.runs import Run


def show(sound: Sound, key: str, clip: audio.Clip, models: list[Run]) -> None:
    """Draw the download buttons; what they give is made on click."""
    stem = sound.name.rsplit(".", 1)[0]
    with st.container(horizontal=True):
        st.download_button("Recording", sound.data, sound.name, icon=":material/download:", on_click="ignore")
        st.download_button(
            "Answers (JSON)",
            lambda: _answers(sound, key, clip, models),
            f"{stem}-answers.json",
            "application/json",
            on_click="ignore",
        )
        st.download_button(
            "Mel-spectrogram (NPZ)",
            lambda: arrays.npz(clip.samples, "logmel"),
            f"{stem}-logmel.npz",
            "application/octet-stream",
            on_click="ignore",
        )


def _answers(sound: Sound, key: str, clip: audio.Clip, models: list[Run]) -> str:
    said = {}
    for run in models:
        found = answer.prediction_of(key, clip, run)
        if found is not None:
            said[run.name] = found.to_dict()
    return json.dumps({"file": sound.name, "duration_s": round(clip.duration, 3), "models": said}, indent=2)
