"""Spectral descriptors the usual way: one librosa call on the samples for each, every one with an STFT of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import librosa
import numpy as np

from ser_core.features.spectral import SpectralSpec


def calls(samples: np.ndarray, spec: SpectralSpec) -> dict[str, Callable[[], np.ndarray]]:
    """Return, by descriptor, the librosa call that computes it from `samples` with the parameters of `spec`."""
    feature = librosa.feature
    stft: dict[str, Any] = {"y": samples, "n_fft": spec.n_fft, "hop_length": spec.hop_length, "center": spec.center}
    tuned: dict[str, Any] = {**stft, "sr": spec.sample_rate}
    framed: dict[str, Any] = {
        "y": samples,
        "frame_length": spec.n_fft,
        "hop_length": spec.hop_length,
        "center": spec.center,
    }
    pitch: dict[str, Any] = {**framed, "sr": spec.sample_rate, "fmin": spec.f0_min, "fmax": spec.f0_max}

    def mfcc(n: int) -> np.ndarray:
        return feature.mfcc(**tuned, n_mels=spec.n_mels, n_mfcc=n)

    return {
        "mfcc": lambda: mfcc(spec.n_mfcc),
        "mfcc_100": lambda: mfcc(100),
        "melspectrogram": lambda: feature.melspectrogram(**tuned, n_mels=spec.n_mels),
        "zero_crossing_rate": lambda: feature.zero_crossing_rate(**framed),
        "rms": lambda: feature.rms(**framed),
        "chroma_stft": lambda: feature.chroma_stft(**tuned, tuning=spec.tuning),
        "spectral_bandwidth": lambda: feature.spectral_bandwidth(**tuned),
        "spectral_rolloff": lambda: feature.spectral_rolloff(**tuned),
        "spectral_contrast": lambda: feature.spectral_contrast(**tuned),
        "spectral_flatness": lambda: feature.spectral_flatness(**stft),
        "tonnetz": lambda: feature.tonnetz(y=samples, sr=spec.sample_rate, hop_length=spec.hop_length),
        "spectral_centroid": lambda: feature.spectral_centroid(**tuned),
        "poly_features": lambda: feature.poly_features(**tuned),
        "mfcc_delta": lambda: feature.delta(mfcc(spec.n_mfcc)),
        "mfcc_delta2": lambda: feature.delta(mfcc(spec.n_mfcc), order=2),
        "yin": lambda: librosa.yin(**pitch)[np.newaxis],
        "pyin": lambda: np.stack(librosa.pyin(**pitch, fill_na=0.0)),
    }
