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
    """How a log-mel spectrogram is made.

    Attributes
    ----------
    sample_rate : int, default 16000
        Hz.
    n_fft : int, default 512
        Length of a frame and its transform, samples.
    win_length : int, default 400
        Length of the Hann window in its middle, samples (25 ms).
    hop_length : int, default 200
        From one frame to the next, samples (12.5 ms).
    n_mels : int, default 64
        Mel bands.
    fmin, fmax : float, default 50.0 and 8000.0
        Where the lowest band begins and the highest ends, Hz.
    floor : float, default 1e-10
        The least power in a band; lower is raised to it (-100 dB).

    Examples
    --------
    >>> from ser_core.features import logmel
    >>> logmel.LogMelSpec(hop_length=160).hop_s
    0.01
    """

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
        """Seconds from one frame to the next."""
        return self.hop_length / self.sample_rate

    def to_dict(self) -> dict[str, float]:
        """Return the parameters by name, as recipes and feature.json state them."""
        return asdict(self)


@lru_cache(maxsize=16)
def filterbank(spec: LogMelSpec) -> np.ndarray:
    """Return the mel filterbank.

    Parameters
    ----------
    spec : LogMelSpec
        How the spectrogram is made.

    Returns
    -------
    numpy.ndarray
        (n_mels, 1 + n_fft/2): the weight of every bin in every band, as librosa.filters.mel makes it; shared between callers.

    References
    ----------
    Slaney (1998): Auditory Toolbox, version 2. Interval Research Corporation, technical report 1998-010.

    Examples
    --------
    >>> from ser_core.features import logmel
    >>> logmel.filterbank(logmel.LogMelSpec()).shape
    (64, 257)
    """
    return librosa.filters.mel(
        sr=spec.sample_rate, n_fft=spec.n_fft, n_mels=spec.n_mels, fmin=spec.fmin, fmax=spec.fmax
    )


@lru_cache(maxsize=16)
def mel_hz(spec: LogMelSpec) -> np.ndarray:
    """Return the centre frequency of every band.

    Parameters
    ----------
    spec : LogMelSpec
        How the spectrogram is made.

    Returns
    -------
    numpy.ndarray
        (n_mels,), Hz, low to high; shared between callers.

    Examples
    --------
    >>> from ser_core.features import logmel
    >>> logmel.mel_hz(logmel.LogMelSpec())[[0, 31, 63]].round()
    array([  96., 1693., 7632.])
    """
    return librosa.mel_frequencies(n_mels=spec.n_mels + 2, fmin=spec.fmin, fmax=spec.fmax)[1:-1]


def brown(hz: np.ndarray) -> np.ndarray:
    """Return how brown noise, whose power falls by 6 dB an octave, lies in bands.

    The pauses of CREMA-D are much like it: rooms hum low.

    Parameters
    ----------
    hz : array_like
        (bands,), their centres, Hz.

    Returns
    -------
    numpy.ndarray
        (bands,), dB of the bands' sum.

    Examples
    --------
    >>> from ser_core.features import logmel
    >>> logmel.brown([100, 200, 400]).round(1)
    array([ -1.2,  -7.2, -13.2])
    """
    power = 1.0 / np.asarray(hz, dtype=np.float64) ** 2
    return 10.0 * np.log10(power / power.sum())


@lru_cache(maxsize=16)
def _window(spec: LogMelSpec) -> np.ndarray:
    window = librosa.filters.get_window("hann", spec.win_length, fftbins=True)
    return librosa.util.pad_center(window, size=spec.n_fft).astype(np.float32)


def extract(samples: np.ndarray, spec: LogMelSpec = LogMelSpec()) -> np.ndarray:
    """Return the log-mel spectrogram of a sound.

    Frames are centred (frame k on sample k × hop), with zeros beyond both ends. Equals 10 log10 of librosa.feature.melspectrogram with the
    same parameters.

    Parameters
    ----------
    samples : array_like
        (n,), one channel at `spec.sample_rate`; full scale is 1.
    spec : LogMelSpec, optional
        How it is made. Default: 64 bands from 50 to 8000 Hz, a frame every 12.5 ms, at 16 kHz.

    Returns
    -------
    numpy.ndarray
        (frames, n_mels), float32, dB: 10 log10 of the power in each band, at least that of `spec.floor` (-100 dB).

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import logmel
    >>> found = logmel.extract(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> found.shape, round(float(logmel.mel_hz(logmel.LogMelSpec())[found[40].argmax()]))
    ((81, 64), 1009)
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
    """Return the time of every frame's centre.

    Parameters
    ----------
    n_frames : int
        How many frames.
    spec : LogMelSpec, optional
        How they are made. Default: a frame every 12.5 ms.

    Returns
    -------
    numpy.ndarray
        (n_frames,), seconds.

    Examples
    --------
    >>> from ser_core.features import logmel
    >>> logmel.times_s(3)
    array([0.    , 0.0125, 0.025 ])
    """
    return np.arange(n_frames) * spec.hop_s
