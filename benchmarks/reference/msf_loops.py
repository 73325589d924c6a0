"""Modulation energies the straightforward way: filter by filter, frame by frame, in double precision."""

from __future__ import annotations

import numpy as np
import scipy.signal

from ser_core.features.msf import MsfSpec, erb


def gammatone_filter(samples: np.ndarray, hz: float, sample_rate: int) -> np.ndarray:
    """Return the output of Slaney's fourth-order gammatone filter, as four second-order sections one after another."""
    period = 1.0 / sample_rate
    angle, decay = 2.0 * np.pi * hz * period, np.exp(-2.0 * np.pi * 1.019 * erb(hz) * period)
    denominator = [1.0, -2.0 * np.cos(angle) * decay, decay**2]
    gain = 1.0
    for spread in (np.sqrt(3 + 2**1.5), -np.sqrt(3 + 2**1.5), np.sqrt(3 - 2**1.5), -np.sqrt(3 - 2**1.5)):
        numerator = [period, -period * decay * (np.cos(angle) + spread * np.sin(angle)), 0.0]
        samples = scipy.signal.lfilter(numerator, denominator, samples)
        _, response = scipy.signal.freqz(numerator, denominator, [angle])
        gain *= np.abs(response[0])
    return samples / gain


def modulation_filter(envelope: np.ndarray, hz: float, q: float, sample_rate: int) -> np.ndarray:
    """Return the output of the second-order band-pass filter centred on `hz`."""
    w = np.tan(np.pi * hz / sample_rate)
    b = w / q
    return scipy.signal.lfilter([b, 0.0, -b], [1.0 + b + w**2, 2.0 * w**2 - 2.0, 1.0 - b + w**2], envelope)


def frame_energies(samples: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the energies of every cell (bands × modulations × frames), not scaled."""
    frame, hop = spec.frame, spec.hop
    n_frames = 1 + (len(samples) - frame) // hop
    window = np.hamming(frame + 1)[:-1]
    energies = np.zeros((spec.bands, spec.modulations, n_frames))
    for i, acoustic in enumerate(spec.acoustic_hz):
        envelope = np.abs(scipy.signal.hilbert(gammatone_filter(samples, acoustic, spec.sample_rate)))
        for j, modulation in enumerate(spec.modulation_hz):
            filtered = modulation_filter(envelope, modulation, spec.modulation_q, spec.sample_rate)
            for k in range(n_frames):
                energies[i, j, k] = np.sum((window * filtered[k * hop : k * hop + frame]) ** 2)
    return energies


def unit_sum_energies(samples: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the energies, each frame scaled to a sum of 1."""
    energies = frame_energies(samples, spec)
    return energies / energies.sum(axis=(0, 1))
