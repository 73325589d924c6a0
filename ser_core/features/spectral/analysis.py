"""One short-time Fourier transform of a clip, and what several descriptors read off it."""

from __future__ import annotations

from functools import cached_property, lru_cache

import librosa
import numpy as np
import scipy.fft

from ser_core.features.spectral import pitch_class
from ser_core.features.spectral.spec import SpectralSpec

FRAMES_AT_ONCE = 2048
"""Frames that are transformed together, so that the double-precision spectra of a long clip never exist at once."""


@lru_cache(maxsize=16)
def _window(spec: SpectralSpec) -> np.ndarray:
    return librosa.util.pad_center(librosa.filters.get_window("hann", spec.win_length), size=spec.n_fft)


@lru_cache(maxsize=16)
def _mel_filters(spec: SpectralSpec) -> np.ndarray:
    filters = librosa.filters.mel(sr=spec.sample_rate, n_fft=spec.n_fft, n_mels=spec.n_mels)
    return np.ascontiguousarray(filters.T)


def to_decibels(power: np.ndarray, top_db: float = 80.0) -> np.ndarray:
    """Return power in decibels, floored under its maximum.

    Parameters
    ----------
    power : numpy.ndarray
        Any shape, not negative.
    top_db : float, default 80.0
        How far below the largest value the floor lies, dB.

    Returns
    -------
    numpy.ndarray
        10 log10 of `power`, in its shape: at least -100 (a power of 1e-10) and `top_db` under its maximum, as librosa.power_to_db.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import analysis
    >>> analysis.to_decibels(np.array([1.0, 0.1, 0.0]))
    array([  0., -10., -80.])
    """
    decibels = 10.0 * np.log10(np.maximum(power, np.asarray(1e-10, dtype=power.dtype)))
    return np.maximum(decibels, decibels.max() - top_db)


class ClipAnalysis:
    """Frames of one clip and the quantities that descriptors share.

    Each is computed once, when first asked for. Everything is frames × values (one frame's values lie together in memory); descriptors
    turn it round.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate.
    spec : SpectralSpec, optional
        How descriptors are made. Default: `SpectralSpec()`.

    Attributes
    ----------
    samples : numpy.ndarray
        As given; without `spec.center` padded with zeros to one frame at least.
    spec : SpectralSpec
        As given.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.spectral import ClipAnalysis
    >>> clip = ClipAnalysis(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000))
    >>> clip.n_frames, clip.magnitude.shape, clip.mel.shape
    (63, (63, 513), (63, 128))
    """

    def __init__(self, samples: np.ndarray, spec: SpectralSpec = SpectralSpec()) -> None:
        self.spec = spec
        if not spec.center and len(samples) < spec.n_fft:
            samples = np.pad(samples, (0, spec.n_fft - len(samples)))
        self.samples = samples

    def frames(self, edge: bool = False) -> np.ndarray:
        """Return the clip's frames.

        Parameters
        ----------
        edge : bool, default False
            What lies beyond the ends: the end's value instead of zeros.

        Returns
        -------
        numpy.ndarray
            (frames, n_fft), a view.
        """
        samples = self.samples
        if self.spec.center:
            samples = np.pad(samples, self.spec.n_fft // 2, mode="edge" if edge else "constant")
        return np.lib.stride_tricks.sliding_window_view(samples, self.spec.n_fft)[:: self.spec.hop_length]

    @property
    def n_frames(self) -> int:
        """How many frames the clip has."""
        beyond = self.spec.n_fft // 2 * 2 if self.spec.center else 0
        return 1 + (len(self.samples) + beyond - self.spec.n_fft) // self.spec.hop_length

    @cached_property
    def magnitude(self) -> np.ndarray:
        """The STFT's magnitude (frames × bins)."""
        frames, window = self.frames(), _window(self.spec)
        magnitude = np.empty((len(frames), 1 + self.spec.n_fft // 2), dtype=np.float32)
        for start in range(0, len(frames), FRAMES_AT_ONCE):
            block = slice(start, start + FRAMES_AT_ONCE)
            # In double precision and rounded afterwards, as librosa does: single precision would raise the
            # floor under quiet bins, on which flatness and contrast rest.
            magnitude[block] = np.abs(scipy.fft.rfft(frames[block] * window, axis=1).astype(np.complex64))
        return magnitude

    @cached_property
    def power(self) -> np.ndarray:
        """The STFT's squared magnitude (frames × bins)."""
        return self.magnitude**2

    @cached_property
    def moments(self) -> np.ndarray:
        """Sum of the magnitude, of magnitude × f and of magnitude × f² over the bins (frames × 3)."""
        hz = self.spec.bin_hz
        return self.magnitude.astype(np.float64) @ np.stack([np.ones_like(hz), hz, hz**2], axis=1)

    @cached_property
    def mel(self) -> np.ndarray:
        """Power in mel bands (frames × n_mels)."""
        return self.power @ _mel_filters(self.spec)

    @cached_property
    def mel_db(self) -> np.ndarray:
        """Power in mel bands in dB, at most 80 dB under the clip's maximum (frames × n_mels)."""
        return to_decibels(self.mel)

    @cached_property
    def cepstrum(self) -> np.ndarray:
        """All mel-frequency cepstral coefficients (frames × n_mels): the orthonormal DCT-II of `mel_db`."""
        return scipy.fft.dct(self.mel_db, type=2, norm="ortho", axis=1)

    @cached_property
    def chroma(self) -> np.ndarray:
        """Power in the twelve pitch classes, each frame divided by its maximum (frames × 12)."""
        return pitch_class.chroma(self.power, self.spec)

    @cached_property
    def rms(self) -> np.ndarray:
        """Root mean square of every frame's samples (frames)."""
        frames = self.frames()
        return np.sqrt(np.einsum("fn,fn->f", frames, frames) / np.float32(self.spec.n_fft))
