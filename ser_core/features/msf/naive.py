"""The quick stand-in for a modulation filterbank: Butterworth bands and the spectrum of each band's whole envelope."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal

from ser_core.features.msf.spec import MsfSpec

BUTTERWORTH_ORDER = 4


def band_filtered(samples: np.ndarray, spec: MsfSpec, band: int) -> np.ndarray:
    """Return the samples after the Butterworth band-pass filter of one mel-spaced band, counted from 0."""
    edges = spec.naive_edges_hz[band : band + 2]
    sections = scipy.signal.butter(BUTTERWORTH_ORDER, edges, "bandpass", fs=spec.sample_rate, output="sos")
    return scipy.signal.sosfilt(sections, samples)


def modulation_gains(hz: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return 1 at the frequencies nearer to a modulation centre than to any other, on the logarithmic scale, else 0.

    Modulations × frequencies; the first and the last band reach as far outwards as inwards.
    """
    centres = spec.modulation_hz[:, np.newaxis]
    half = np.sqrt(centres[1] / centres[0])
    return ((hz >= centres / half) & (hz < centres * half)).astype(np.float64)


def clip_energies(samples: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the energy of every cell over the whole clip (bands × modulations × 1), not yet scaled.

    The power of each envelope's Fourier transform is summed over each modulation band. A silent clip is all
    zeros.
    """
    energies = np.zeros((spec.bands, spec.modulations, 1))
    peak = np.abs(samples).max()
    if peak == 0.0:
        return energies
    length = scipy.fft.next_fast_len(len(samples))
    hz = scipy.fft.rfftfreq(length, 1.0 / spec.sample_rate)
    passed = modulation_gains(hz, spec)
    for band in range(spec.bands):
        envelope = np.abs(scipy.signal.hilbert(band_filtered(samples / peak, spec, band), length)[: len(samples)])
        power = np.abs(scipy.fft.rfft(envelope, length)) ** 2
        energies[band, :, 0] = passed @ power
    return energies
