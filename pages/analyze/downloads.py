"""What can be taken away: the recording as it came, the answers, and the numbers behind the pictures."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from pages.analyze import answer, choice, computed
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.features import arrays, msf, spectral
from ser_core.runs import Run

_NPZ = "application/octet-stream"


def show(sound: Sound, key: str, clip: audio.Clip, models: list[Run], shown: list[str], descriptors: list[str]) -> None:
    """Draw the download buttons; what they give is made on click, with this program's own parameters."""
    stem = Path(sound.name).stem
    names = choice.spectral_names(shown, descriptors)
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
            lambda: arrays.npz(arrays.extract(clip.samples, "logmel")),
            f"{stem}-logmel.npz",
            _NPZ,
            on_click="ignore",
        )
        if names:
            st.download_button(
                "Descriptors (CSV)",
                lambda: _descriptors_csv(key, clip, names),
                f"{stem}-descriptors.csv",
                "text/csv",
                on_click="ignore",
            )
            st.download_button(
                "Descriptors (NPZ)",
                lambda: _descriptors_npz(key, clip, names),
                f"{stem}-descriptors.npz",
                _NPZ,
                on_click="ignore",
            )
        if choice.MSF in shown:
            st.download_button(
                "MSF (CSV)", lambda: _msf_csv(key, clip), f"{stem}-msf.csv", "text/csv", on_click="ignore"
            )
            st.download_button(
                "MSF (NPZ)",
                lambda: arrays.npz(arrays.extract(clip.samples, "msf")),
                f"{stem}-msf.npz",
                _NPZ,
                on_click="ignore",
            )


def _answers(sound: Sound, key: str, clip: audio.Clip, models: list[Run]) -> str:
    said = {}
    for run in models:
        prediction = answer.prediction_of(key, clip, run)
        if prediction is not None:
            said[run.name] = prediction.to_dict()
    return json.dumps({"file": sound.name, "duration_s": round(clip.duration, 3), "models": said}, indent=2)


def _descriptors_csv(key: str, clip: audio.Clip, names: list[str]) -> str:
    curves = computed.descriptors(key, tuple(names), spectral.SpectralSpec(), clip.samples)
    table = {"time_s": curves["times_s"]}
    for name in names:
        rows = curves[name]
        table |= {name if len(rows) == 1 else f"{name}_{k}": row for k, row in enumerate(rows)}
    return str(pd.DataFrame(table).to_csv(index=False, float_format="%.7g"))


def _descriptors_npz(key: str, clip: audio.Clip, names: list[str]) -> bytes:
    spec = spectral.SpectralSpec()
    out = io.BytesIO()
    curves = computed.descriptors(key, tuple(names), spec, clip.samples)
    np.savez_compressed(out, **curves, spec=np.array(json.dumps(spec.to_dict())))  # type: ignore[arg-type]
    return out.getvalue()


def _msf_csv(key: str, clip: audio.Clip) -> str:
    spec = msf.PRESETS["wu"]
    energy, times = computed.modulation(key, spec, clip.samples)
    cells = {
        f"{hz:.0f}Hz_{rate:g}Hz": energy[i, j]
        for i, hz in enumerate(spec.acoustic_hz)
        for j, rate in enumerate(spec.modulation_hz)
    }
    return str(pd.DataFrame({"time_s": times, **cells}).to_csv(index=False, float_format="%.7g"))
