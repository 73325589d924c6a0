"""Samples to WAV bytes, for players and downloads."""

from __future__ import annotations

import io
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import ArrayLike

from ser_core.audio.clip import SAMPLE_RATE


def encode_wav(samples: ArrayLike, rate: int = SAMPLE_RATE, subtype: Literal["PCM_16", "FLOAT"] = "PCM_16") -> bytes:
    """Return a WAV file as bytes.

    samples: shape (n,) or (n, channels), in [-1, 1]; values outside are clipped in PCM_16. Decoding a PCM_16
    file gives round(samples * 32768) / 32768, a FLOAT file the float32 samples themselves.
    """
    signal = np.asarray(samples, dtype=np.float32)
    if subtype == "PCM_16":
        # libsndfile would scale by 32767 and so change samples that came from 16 bit.
        signal = np.clip(np.rint(signal * 32768.0), -32768, 32767).astype(np.int16)
    target = io.BytesIO()
    soundfile.write(target, signal, rate, format="WAV", subtype=subtype)
    return target.getvalue()
