"""What Wu, Falk & Chan measure on modulation energies: Φ1 to Φ6 and the cepstrum of a linear prediction."""

from __future__ import annotations

import numpy as np

TINY = 1e-30


def _share(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotient, and 0 where the denominator is 0 (a silent frame)."""
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)


def mean_energy(energy: np.ndarray) -> np.ndarray:
    """Φ1: mean over the acoustic bands (bands × modulations × frames to modulations × frames)."""
    return energy.mean(axis=0)


def flatness(energy: np.ndarray) -> np.ndarray:
    """Φ2: geometric over arithmetic mean over the acoustic bands (modulations × frames), 0 to 1."""
    geometric = np.exp(np.log(np.maximum(energy, TINY)).mean(axis=0))
    return _share(geometric, mean_energy(energy)) * energy.any(axis=0)


def acoustic_centroid(energy: np.ndarray) -> np.ndarray:
    """Φ3: centroid over the acoustic bands, counted from 1 (modulations × frames)."""
    bands = np.arange(1, len(energy) + 1)
    return _share(np.tensordot(bands, energy, axes=1), energy.sum(axis=0))


def grouped(energy: np.ndarray, group_ends: tuple[int, ...]) -> np.ndarray:
    """Return the energies summed over each group of acoustic bands (groups × modulations × frames)."""
    return np.add.reduceat(energy, [0, *group_ends[:-1]], axis=0)


def modulation_centroid(groups: np.ndarray) -> np.ndarray:
    """Φ4: centroid over the modulation bands, counted from 1 (groups × modulations × frames to groups × frames)."""
    columns = np.arange(1, groups.shape[1] + 1)
    return _share(np.einsum("j,gjt->gt", columns, groups), groups.sum(axis=1))


def modulation_line(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Φ5 and Φ6: slope and root mean square error of the least-squares line over the modulation bands (groups × frames)."""
    columns = np.arange(1.0, groups.shape[1] + 1)
    columns -= columns.mean()
    slope = np.einsum("j,gjt->gt", columns, groups) / np.sum(columns**2)
    line = groups.mean(axis=1, keepdims=True) + columns[:, np.newaxis] * slope[:, np.newaxis]
    return slope, np.sqrt(np.mean((groups - line) ** 2, axis=1))


def prediction_cepstrum(power: np.ndarray, order: int) -> np.ndarray:
    """Return the cepstrum c0 ... c_order of the all-pole model of sampled power spectra (points × frames to order + 1 × frames).

    The points stand for equally spaced frequencies from 0 to π. Their inverse Fourier transform is an
    autocorrelation; Levinson and Durbin's recursion gives the predictor a_1 ... a_order and the gain G; then
    c_0 = ln G and c_n = -a_n - Σ_k (k/n) c_k a_(n-k), k = 1 ... n-1. All zeros where the power is. (Makhoul
    1975)
    """
    sounding = power.any(axis=0)
    safe = np.where(sounding, power, 1.0)
    correlation = np.fft.irfft(safe, 2 * (len(safe) - 1), axis=0)[: order + 1]
    predictor = np.zeros_like(correlation)
    predictor[0] = 1.0
    error = correlation[0].copy()
    for n in range(1, order + 1):
        reflection = -np.einsum("kt,kt->t", predictor[:n], correlation[n:0:-1]) / error
        predictor[1 : n + 1] += reflection * predictor[n - 1 :: -1][:n]
        error = np.maximum(error * (1.0 - reflection**2), TINY)
    cepstrum = np.zeros_like(correlation)
    cepstrum[0] = 0.5 * np.log(error)
    for n in range(1, order + 1):
        shares = np.arange(1, n)[:, np.newaxis] / n
        cepstrum[n] = -predictor[n] - np.sum(shares * cepstrum[1:n] * predictor[n - 1 : 0 : -1], axis=0)
    return np.where(sounding, cepstrum, 0.0)
