"""One clip of a corpus: its sound and what is measured of it, kept by file; its player and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.widgets import foreign
from ser_core import audio, figures
from ser_core.corpora.reading import ClipReader
from ser_core.features import logmel, msf

#: Clips that are kept in memory; one of three seconds holds 0.2 MB.
KEPT = 64
MEL = logmel.LogMelSpec()
MSF = msf.PRESETS["wu"]
#: A camera at the figure's upper right saves what is seen.
CAMERA: dict[str, Any] = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]]}


def read(row: pd.Series) -> audio.Clip | None:
    """Return the sound of a row of the table of clips, or None after the reason was drawn."""
    try:
        return _read(row["path"], float(row["start"]), float(row["end"]), Path(row["path"]).stat().st_mtime_ns)
    except FileNotFoundError:
        st.error(f"{foreign.plain(row['clip'])}: its file {foreign.plain(row['path'])} is not there.")
    except (audio.AudioError, OSError) as error:
        st.error(f"{foreign.plain(row['clip'])}: {foreign.plain(error)}")
    return None


@st.cache_resource(max_entries=KEPT, ttl="30m", show_spinner=False)
def _read(path: str, start: float, end: float, changed: int) -> audio.Clip:
    return ClipReader().read(path, start, end)


@st.cache_resource(max_entries=KEPT, ttl="30m", show_spinner=False)
def mel_of(clip: str, _samples: np.ndarray, digest: str) -> np.ndarray:
    """Return the log-mel spectrogram (frames × bands, dB) of a clip."""
    return logmel.extract(_samples, MEL)


@st.cache_resource(max_entries=KEPT, ttl="30m", show_spinner=False)
def modulation_of(clip: str, _samples: np.ndarray, digest: str) -> np.ndarray:
    """Return a clip's modulation energies, mean over time (bands × modulations)."""
    return msf.modulation_energies(_samples, spec=MSF)[0].mean(axis=2)


def digest(clip: audio.Clip) -> str:
    """Return what stands for a clip's sound in the caches."""
    return f"{clip.pcm16_sha256_16}-{len(clip.samples)}-{float(np.abs(clip.samples).sum()):.6g}"


def player(clip: audio.Clip) -> None:
    """Draw the player of a clip."""
    st.audio(audio.encode_wav(clip.samples), format="audio/wav")


def title(row: pd.Series) -> str:
    """Say what a clip is: its name, emotion, speaker and what is said in it."""
    speaker = f" · speaker {row['speaker']}" if row["speaker"] else ""
    said = f" · “{row['sentence']}”" if row["sentence"] else ""
    return f"**{foreign.plain(row['clip'])}** · {foreign.plain(row['emotion'])}{foreign.plain(speaker)}{foreign.plain(said)}"


def show(row: pd.Series, place: str) -> None:
    """Draw a clip's name, player, waveform and mel-spectrogram, and what is wrong with its sound; `place` is unique on the page."""
    clip = read(row)
    if clip is None:
        return
    st.markdown(title(row))
    player(clip)
    rows: list[figures.Row] = [
        figures.Wave(clip.samples, clip.sample_rate, height=90),
        figures.mel_picture(mel_of(row["clip"], clip.samples, digest(clip)), logmel.mel_hz(MEL), MEL.hop_s, height=220),
    ]
    st.plotly_chart(
        figures.stacked(rows),
        key=f"{place}-pictures",
        config=CAMERA,
        alt=f"Waveform above mel-spectrogram of {row['clip']}",
    )
    for finding in audio.findings(clip):
        st.caption(f":material/warning: {foreign.plain(finding.message)}")
