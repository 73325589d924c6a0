"""What this page's pictures are drawn from, kept by content: nothing is computed before it is shown, or twice."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st

from pages.server.turns import in_turn
from pages.widgets.cached import CLIPS, KEPT
from ser_core import audio
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.features import encoder, logmel, msf, resynthesis, spectral

Kept = Literal["logmel", "mfcc-20", "mfcc-100"]


@st.cache_resource(max_entries=2 * CLIPS, ttl=KEPT, show_spinner=False)
@in_turn
def picture(digest: str, spec: logmel.LogMelSpec, _samples: np.ndarray) -> np.ndarray:
    """Return the log-mel spectrogram (frames × bands, dB) of 16 kHz samples."""
    return logmel.extract(_samples, spec)


@st.cache_resource(max_entries=2 * CLIPS, ttl=KEPT, show_spinner=False)
@in_turn
def heard(digest: str, _samples: np.ndarray) -> np.ndarray:
    """Return what the pretrained ear hears of 16 kHz samples (frames × bands, dB), on their time axis."""
    return encoder.picture(encoder.heard(audio.centred(_samples)), len(_samples))


@st.cache_resource(max_entries=4 * CLIPS, ttl=KEPT, show_spinner="Measuring …")
@in_turn
def descriptors(
    digest: str, names: tuple[str, ...], spec: spectral.SpectralSpec, _samples: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the named spectral descriptors of 16 kHz samples (rows × frames each)."""
    return spectral.extract(_samples, names, spec)


@st.cache_resource(max_entries=2 * CLIPS, ttl=KEPT, show_spinner="Measuring …")
@in_turn
def modulation(digest: str, spec: msf.MsfSpec, _samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the modulation energies of 16 kHz samples (bands × modulations × frames) and the frames' times."""
    return msf.modulation_energies(_samples, spec=spec)


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner=False)
@in_turn
def modulation_steps(digest: str, spec: msf.MsfSpec, band: int, _samples: np.ndarray) -> msf.MsfSteps:
    """Return the way to the cells of one acoustic band."""
    return msf.steps(_samples, spec=spec, band=band)


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner="Changing the sound …")
@in_turn
def changed(digest: str, augmentation: WaveformAugmentation, seed: int, _samples: np.ndarray) -> np.ndarray:
    """Return the augmented 16 kHz samples."""
    return augmentation.apply(_samples, audio.SAMPLE_RATE, seed)


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner="Making it sound again …")
@in_turn
def resynthesised(digest: str, kept: Kept, _samples: np.ndarray) -> np.ndarray:
    """Return the sound of what a representation keeps of 16 kHz samples, at their length."""
    if kept == "logmel":
        sound = resynthesis.from_logmel(logmel.extract(_samples))
    else:
        rows = {"mfcc-20": "mfcc", "mfcc-100": "mfcc_100"}[kept]
        sound = resynthesis.from_mfcc(spectral.extract(_samples, [rows])[rows])
    return np.pad(sound, (0, max(0, len(_samples) - len(sound))))[: len(_samples)]
