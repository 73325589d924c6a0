"""Modulation energies: gammatone filterbank, Hilbert envelopes, modulation filters, energy frame by frame."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from ser_core.features.msf.filters import gammatone_bank, modulation_bank
from ser_core.features.msf.spec import MsfSpec

BLOCK_S = 1.024
"""Gammatone filters work on blocks of this length, so that one set of responses serves clips of every length."""
GAMMATONE_RING_S = 0.16
"""By then the narrowest gammatone filter has faded by 240 dB."""
ENVELOPE_RATE = 4000
"""Modulation filters give their output at this rate in Hz: their responses are the full rate's, so nothing moves."""
BANDS_AT_ONCE = 4
"""Transforms of four bands together run several times faster than one by one, and more do not gain."""
PIECE_S = 12.8
"""A longer clip is worked on in pieces of this length, with their surroundings."""
BEFORE_S = 3.008
"""What a piece hears of the sound before it: by then the slowest modulation filter has faded by 160 dB."""
AFTER_S = 1.024
SILENCE = 1e-6
"""A frame is silent where its largest sample lies 120 dB under the clip's."""


def _transform_length(n: int) -> int:
    """Return a fast transform length of at least `n`, one of few, so that clips of like length share filter responses."""
    step = 1 << max(n.bit_length() - 4, 1)
    return scipy.fft.next_fast_len(-(-n // step)) * step


class GammatoneFilters:
    """The gammatone filters of a specification on one signal; all start from rest.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate.
    spec : MsfSpec
        How features are made.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import energies
    >>> energies.GammatoneFilters(np.ones(8000), msf.PRESETS["wu"]).outputs(slice(0, 2)).shape
    (2, 8000)
    """

    def __init__(self, samples: np.ndarray, spec: MsfSpec) -> None:
        self._length, self._ring = (round(s * spec.sample_rate) for s in (BLOCK_S, GAMMATONE_RING_S))
        self._n_samples = len(samples)
        hop = self._length - self._ring
        padded = np.pad(samples, (self._ring, -len(samples) % hop))
        blocks = np.lib.stride_tricks.sliding_window_view(padded, self._length)[::hop]
        self._spectra = scipy.fft.rfft(blocks).astype(np.complex64)
        self._bank = gammatone_bank(spec, self._length)

    def outputs(self, bands: slice) -> np.ndarray:
        """Return what some of the filters let through.

        Parameters
        ----------
        bands : slice
            Which, counted from 0.

        Returns
        -------
        numpy.ndarray
            (bands, n), float32, in units of the samples.
        """
        responses = self._bank[bands]
        filtered = np.empty((len(responses), self._n_samples), dtype=np.float32)
        for band, response in enumerate(responses):
            blocks = scipy.fft.irfft(self._spectra * response, self._length)
            # Overlap-save: what a block's end rings on lies in its first part, which the block before has
            # whole.
            filtered[band] = blocks[:, self._ring :].ravel()[: self._n_samples]
        return filtered


def hilbert_envelope(signals: np.ndarray) -> np.ndarray:
    """Return the magnitude of the analytic signal of every row.

    Parameters
    ----------
    signals : numpy.ndarray
        (rows, n).

    Returns
    -------
    numpy.ndarray
        (rows, n), in units of the signals.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import energies
    >>> tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> float(energies.hilbert_envelope(tone[np.newaxis])[0, 8000].round(3))
    0.5
    """
    length = scipy.fft.next_fast_len(signals.shape[1], real=True)
    spectrum = scipy.fft.rfft(signals, length)
    spectrum *= -1j
    spectrum[:, 0] = 0.0
    if length % 2 == 0:
        spectrum[:, -1] = 0.0
    # In place from here on: these are the largest arrays, and fresh memory costs more than the arithmetic.
    quadrature = scipy.fft.irfft(spectrum, length)[:, : signals.shape[1]]
    quadrature *= quadrature
    quadrature += signals**2
    return np.sqrt(quadrature, out=quadrature)


def _envelope_step(spec: MsfSpec) -> int:
    """Return the largest divisor of the hop that keeps the envelopes at ENVELOPE_RATE at least."""
    return max(n for n in range(1, max(spec.sample_rate // ENVELOPE_RATE, 1) + 1) if spec.hop % n == 0)


def _modulation_energies(envelopes: np.ndarray, n_frames: int, spec: MsfSpec) -> np.ndarray:
    """Filter envelopes (bands × samples) by every modulation filter; return each frame's energy.

    Bands × modulations × frames. The filters start from rest; only the band up to ENVELOPE_RATE / 2 is kept.
    """
    step = _envelope_step(spec)
    # One hop more than the clip, since the last frame's end is looked at too.
    length = _transform_length(-(-(envelopes.shape[1] + spec.hop) // step))
    bank = modulation_bank(spec, length, step)
    spectra = scipy.fft.rfft(envelopes, length * step)[:, : 1 + length // 2] / np.float32(step)
    rings = np.concatenate([spectra.real, spectra.imag], axis=1) @ bank.ring_weights
    rings = rings.astype(np.float32).reshape(len(spectra), spec.modulations, 1, 2)
    energies = np.empty((len(spectra), spec.modulations, n_frames))
    for band, (spectrum, ring) in enumerate(zip(spectra, rings, strict=True)):
        filtered = scipy.fft.irfft(spectrum * bank.response, length)
        filtered -= (ring @ bank.ring)[:, 0]
        energies[band] = _windowed_energies(np.square(filtered, out=filtered), step, n_frames, spec)
    return energies


@lru_cache(maxsize=16)
def _squared_window(spec: MsfSpec, step: int) -> np.ndarray:
    """Return the squared periodic Hamming window at every `step`-th sample (hop / step × hops in a frame)."""
    window = 0.54 - 0.46 * np.cos(2.0 * np.pi * np.arange(0, spec.frame, step) / spec.frame)
    return (window**2).astype(np.float32).reshape(spec.frame // spec.hop, -1).T.copy()


def _windowed_energies(squares: np.ndarray, step: int, n_frames: int, spec: MsfSpec) -> np.ndarray:
    """Return Σ w² x² over every frame's samples at the full rate, from every `step`-th x² (rows × frames)."""
    window = _squared_window(spec, step)
    hop, hops = window.shape
    shares = squares[:, : (n_frames + hops - 1) * hop].reshape(len(squares), -1, hop) @ window
    energies = shares[:, :n_frames, 0].copy()
    for k in range(1, hops):
        energies += shares[:, k : k + n_frames, k]
    # The window does not fade to zero: the sum over every step-th sample counts half a step too much of the
    # jump at the frame's beginning and too little at its end.
    jumps = squares[:, : (n_frames + hops) * hop : hop]
    return step * energies + (step - 1) / 2.0 * window[0, 0] * (jumps[:, hops:] - jumps[:, :n_frames])


def _piece_energies(samples: np.ndarray, n_frames: int, spec: MsfSpec) -> np.ndarray:
    filters = GammatoneFilters(samples, spec)
    energies = np.empty((spec.bands, spec.modulations, n_frames))
    for first in range(0, spec.bands, BANDS_AT_ONCE):
        bands = slice(first, first + BANDS_AT_ONCE)
        energies[bands] = _modulation_energies(hilbert_envelope(filters.outputs(bands)), n_frames, spec)
    return energies


def frame_energies(samples: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the energy of every cell of every frame, not yet scaled.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate, at least a frame long.
    spec : MsfSpec
        How features are made.

    Returns
    -------
    numpy.ndarray
        (bands, modulations, frames), relative to the clip's largest sample; silent frames are all zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import energies
    >>> energies.frame_energies(np.random.default_rng(0).standard_normal(8000), msf.PRESETS["wu"]).shape
    (19, 5, 12)
    """
    n_frames = 1 + (len(samples) - spec.frame) // spec.hop
    energies = np.zeros((spec.bands, spec.modulations, n_frames))
    peak = np.abs(samples).max()
    if peak == 0.0:
        return energies
    samples = samples / peak
    piece, before, after = (round(s / spec.hop_s) for s in (PIECE_S, BEFORE_S, AFTER_S))
    for start in range(0, n_frames, piece):
        stop = min(start + piece, n_frames)
        first = max(start - before, 0)
        end = None if stop == n_frames else (stop + after) * spec.hop + spec.frame
        of_piece = _piece_energies(samples[first * spec.hop : end], stop - first, spec)
        energies[..., start:stop] = np.maximum(of_piece[..., start - first :], 0.0)
    loudest = np.lib.stride_tricks.sliding_window_view(np.abs(samples), spec.frame)[:: spec.hop].max(axis=1)
    energies[..., loudest <= SILENCE] = 0.0
    return energies
