"""The log-mel spectrogram: power in mel bands, in decibels, frame by frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache

import librosa
import numpy as np
import scipy.fft

from ser_core import audio

#: Values more than this far below a picture's largest are raised to that level, dB: in profiles and by the networks. What lies lower
#: is the room and the microphone: a network that hears it takes a quiet room for a loud voice.
RANGE_DB = 50.0


@dataclass(frozen=True)
class LogMelSpec:
    """How a log-mel spectrogram is made; lengths in samples at `sample_rate`, frequencies in Hz."""

    sample_rate: int = audio.SAMPLE_RATE
    n_fft: int = 512
    win_length: int = 400
    hop_length: int = 200
    n_mels: int = 64
    fmin: float = 50.0
    fmax: float = 8000.0
    floor: float = 1e-10

    @property
    def hop_s(self) -> float:
        return self.hop_length / self.sample_rate

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


@lru_cache(maxsize=16)
def filterbank(spec: LogMelSpec) -> np.ndarray:
    """Return the Slaney mel filterbank (n_mels × 1 + n_fft/2), as librosa.filters.mel makes it."""
    return librosa.filters.mel(
        sr=spec.sample_rate, n_fft=spec.n_fft, n_mels=spec.n_mels, fmin=spec.fmin, fmax=spec.fmax
    )


@lru_cache(maxsize=16)
def mel_hz(spec: LogMelSpec) -> np.ndarray:
    """Return the centre frequency of every band in Hz (n_mels), low to high."""
    return librosa.mel_frequencies(n_mels=spec.n_mels + 2, fmin=spec.fmin, fmax=spec.fmax)[1:-1]


def brown(hz: np.ndarray) -> np.ndarray:
    """Return how brown noise, whose power falls by 6 dB an octave, lies in bands centred at `hz`: dB of their sum.

    The pauses of CREMA-D are much like it: rooms hum low.
    """
    power = 1.0 / np.asarray(hz, dtype=np.float64) ** 2
    return 10.0 * np.log10(power / power.sum())


@lru_cache(maxsize=16)
def _window(spec: LogMelSpec) -> np.ndarray:
    window = librosa.filters.get_window("hann", spec.win_length, fftbins=True)
    return librosa.util.pad_center(window, size=spec.n_fft).astype(np.float32)


def extract(samples: np.ndarray, spec: LogMelSpec = LogMelSpec()) -> np.ndarray:
    """Return the log-mel spectrogram of mono `samples` at `spec.sample_rate`: frames × bands, float32, dB.

    10 log10 of the power in each band, centred frames (frame k is centred on sample k × hop), zero padding at the
    ends, floor at `spec.floor` (-100 dB). Equals 10 log10 of librosa.feature.melspectrogram with the same parameters.
    """
    padded = np.pad(np.asarray(samples, dtype=np.float32), spec.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, spec.n_fft)[:: spec.hop_length]
    logmel = np.empty((len(frames), spec.n_mels), dtype=np.float32)
    window, bank = _window(spec), filterbank(spec).T.astype(np.float32)
    # In blocks, so that a clip of ten minutes needs no more memory than one of ten seconds.
    for start in range(0, len(frames), 4096):
        spectrum = scipy.fft.rfft(frames[start : start + 4096] * window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        logmel[start : start + 4096] = 10.0 * np.log10(np.maximum(power @ bank, spec.floor))
    return logmel


def times_s(n_frames: int, spec: LogMelSpec = LogMelSpec()) -> np.ndarray:
    """Return the time of every frame's centre in seconds."""
    return np.arange(n_frames) * spec.hop_s
