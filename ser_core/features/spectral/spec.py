"""Parameters of the spectral descriptors, under librosa's own names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import librosa
import numpy as np

from ser_core import audio


@dataclass(frozen=True)
class SpectralSpec:
    """How spectral descriptors are made, under librosa's own names.

    The defaults suit speech at 16 kHz: frames of 64 ms every 16 ms under a Hann window.

    Attributes
    ----------
    sample_rate : int, default 16000
        Hz; what comes at another rate is resampled.
    n_fft : int, default 1024
        Length of a frame and its transform, samples.
    win_length : int, default 1024
        Length of the window in its middle, samples.
    hop_length : int, default 256
        From one frame to the next, samples.
    center : bool, default True
        Frame k lies around sample k × hop, with zeros beyond both ends; without it, it begins there.
    n_mels : int, default 128
        Mel bands, from 0 Hz to half the rate.
    n_mfcc : int, default 20
        Coefficients of "mfcc" and its deltas.
    tuning : float, optional
        Deviation from A440 in fractions of a semitone that chroma allows for. Default: estimated from the clip, as librosa does.
    tonnetz : {"shared", "cqt"}
        Made from the chroma of the shared STFT, or, as librosa.feature.tonnetz(y=y) does, from a constant-Q chroma (many times slower).
    f0_min, f0_max : float, default 65.0 and 500.0
        Between which a pitch is looked for, Hz.

    Raises
    ------
    ValueError
        Parameters contradict.

    Examples
    --------
    >>> from ser_core.features.spectral import SpectralSpec
    >>> spec = SpectralSpec(n_fft=512, win_length=400, hop_length=160)
    >>> spec.hop_s, spec.bin_hz.shape
    (0.01, (257,))
    """

    sample_rate: int = audio.SAMPLE_RATE
    n_fft: int = 1024
    win_length: int = 1024
    hop_length: int = 256
    center: bool = True
    n_mels: int = 128
    n_mfcc: int = 20
    tuning: float | None = None
    tonnetz: Literal["shared", "cqt"] = "shared"
    f0_min: float = 65.0
    f0_max: float = 500.0

    def __post_init__(self) -> None:
        if self.tonnetz not in ("shared", "cqt"):
            raise ValueError(f"tonnetz is 'shared' or 'cqt', not '{self.tonnetz}'.")
        if self.hop_length < 1 or not 1 < self.win_length <= self.n_fft:
            raise ValueError("hop_length must be at least 1 and win_length lie between 2 and n_fft.")
        if not 1 <= self.n_mfcc <= self.n_mels:
            raise ValueError(f"n_mfcc ({self.n_mfcc}) must lie between 1 and n_mels ({self.n_mels}).")
        if not 0 < self.f0_min < self.f0_max <= self.sample_rate / 2:
            raise ValueError("The pitch range must satisfy 0 < f0_min < f0_max <= half the sample rate.")

    @property
    def hop_s(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_length / self.sample_rate

    @property
    def bin_hz(self) -> np.ndarray:
        """The frequency of every STFT bin in Hz (1 + n_fft / 2)."""
        return librosa.fft_frequencies(sr=self.sample_rate, n_fft=self.n_fft)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters by name, as recipes and feature.json state them."""
        return asdict(self)
