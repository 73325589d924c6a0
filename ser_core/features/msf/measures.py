"""What Wu, Falk & Chan measure on modulation energies: Φ1 to Φ6 and the cepstrum of a linear prediction."""

from __future__ import annotations

import numpy as np

TINY = 1e-30


def _share(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotient, and 0 where the denominator is 0 (a silent frame)."""
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)


def mean_energy(energy: np.ndarray) -> np.ndarray:
    """Return Φ1: the mean over the acoustic bands.

    Parameters
    ----------
    energy : numpy.ndarray
        (bands, modulations, frames).

    Returns
    -------
    numpy.ndarray
        (modulations, frames), in the unit of `energy`.

    References
    ----------
    Wu, Falk & Chan (2011), Speech Communication 53:768-785, for Φ1 to Φ6.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.mean_energy(np.full((19, 5, 2), 0.5)).shape
    (5, 2)
    """
    return energy.mean(axis=0)


def flatness(energy: np.ndarray) -> np.ndarray:
    """Return Φ2: the geometric over the arithmetic mean over the acoustic bands.

    Parameters
    ----------
    energy : numpy.ndarray
        (bands, modulations, frames).

    Returns
    -------
    numpy.ndarray
        (modulations, frames), 0 to 1; 0 in a silent frame.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.flatness(np.array([[[1.0]], [[4.0]]])).round(3)
    array([[0.8]])
    """
    geometric = np.exp(np.log(np.maximum(energy, TINY)).mean(axis=0))
    return _share(geometric, mean_energy(energy)) * energy.any(axis=0)


def acoustic_centroid(energy: np.ndarray) -> np.ndarray:
    """Return Φ3: the centroid over the acoustic bands.

    Parameters
    ----------
    energy : numpy.ndarray
        (bands, modulations, frames).

    Returns
    -------
    numpy.ndarray
        (modulations, frames), bands counted from 1; 0 in a silent frame.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.acoustic_centroid(np.array([[[1.0]], [[3.0]]]))
    array([[1.75]])
    """
    bands = np.arange(1, len(energy) + 1)
    return _share(np.tensordot(bands, energy, axes=1), energy.sum(axis=0))


def grouped(energy: np.ndarray, group_ends: tuple[int, ...]) -> np.ndarray:
    """Return the energies summed over each group of acoustic bands.

    Parameters
    ----------
    energy : numpy.ndarray
        (bands, modulations, frames).
    group_ends : tuple of int
        The last band of every group, counted from 1.

    Returns
    -------
    numpy.ndarray
        (groups, modulations, frames).

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.grouped(np.ones((19, 5, 2)), (4, 10, 15, 19))[:, 0, 0]
    array([4., 6., 5., 4.])
    """
    return np.add.reduceat(energy, [0, *group_ends[:-1]], axis=0)


def modulation_centroid(groups: np.ndarray) -> np.ndarray:
    """Return Φ4: the centroid over the modulation bands.

    Parameters
    ----------
    groups : numpy.ndarray
        (groups, modulations, frames), as `grouped` gives them.

    Returns
    -------
    numpy.ndarray
        (groups, frames), bands counted from 1; 0 in a silent frame.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.modulation_centroid(np.array([[[1.0], [1.0], [2.0]]]))
    array([[2.25]])
    """
    columns = np.arange(1, groups.shape[1] + 1)
    return _share(np.einsum("j,gjt->gt", columns, groups), groups.sum(axis=1))


def modulation_line(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Φ5 and Φ6: slope and error of the least-squares line over the modulation bands.

    Parameters
    ----------
    groups : numpy.ndarray
        (groups, modulations, frames), as `grouped` gives them.

    Returns
    -------
    slope : numpy.ndarray
        (groups, frames), energy per band.
    error : numpy.ndarray
        (groups, frames), root mean square, in the unit of `groups`.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> measures.modulation_line(np.array([[[3.0], [2.0], [1.0]]]))
    (array([[-1.]]), array([[0.]]))
    """
    columns = np.arange(1.0, groups.shape[1] + 1)
    columns -= columns.mean()
    slope = np.einsum("j,gjt->gt", columns, groups) / np.sum(columns**2)
    line = groups.mean(axis=1, keepdims=True) + columns[:, np.newaxis] * slope[:, np.newaxis]
    return slope, np.sqrt(np.mean((groups - line) ** 2, axis=1))


def prediction_cepstrum(power: np.ndarray, order: int) -> np.ndarray:
    """Return the cepstrum of the all-pole model of sampled power spectra.

    The points stand for equally spaced frequencies from 0 to π. Their inverse Fourier transform is an autocorrelation; Levinson and
    Durbin's recursion gives the predictor a_1 ... a_order and the gain G; then c_0 = ln G and c_n = -a_n - Σ_k (k/n) c_k a_(n-k),
    k = 1 ... n-1.

    Parameters
    ----------
    power : numpy.ndarray
        (points, frames), not negative.
    order : int
        Of the prediction.

    Returns
    -------
    numpy.ndarray
        (order + 1, frames): c_0 ... c_order; all zeros where the power is.

    References
    ----------
    Makhoul (1975): Linear prediction, a tutorial review. Proceedings of the IEEE 63:561-580.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features.msf import measures
    >>> pole = 1 / np.abs(1 - 0.5 * np.exp(-1j * np.linspace(0, np.pi, 65))) ** 2
    >>> measures.prediction_cepstrum(pole[:, np.newaxis], 2)[1:, 0].round(3)
    array([0.5  , 0.125])
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
