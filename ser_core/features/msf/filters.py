"""Exact frequency responses of the gammatone and modulation filters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ser_core.features.msf.spec import MsfSpec, erb


def _delays(bins: int, length: int) -> np.ndarray:
    """Return z⁻¹ on the unit circle at the first `bins` bins of a transform of `length` samples."""
    return np.exp(-2j * np.pi * np.arange(bins) / length)


def gammatone_response(hz: float, sample_rate: int, length: int) -> np.ndarray:
    """Return the frequency response of the fourth-order gammatone filter.

    Four second-order sections with a common denominator 1 - 2 cos(θ) r z⁻¹ + r² z⁻², r = exp(-2π 1.019 ERB / fs), θ = 2π hz / fs, and
    one zero each; unit gain at the centre.

    Parameters
    ----------
    hz : float
        The filter's centre, Hz.
    sample_rate : int
        fs, Hz.
    length : int
        Of the transform, samples.

    Returns
    -------
    numpy.ndarray
        (1 + length/2,), complex.

    References
    ----------
    Slaney (1993): An efficient implementation of the Patterson-Holdsworth auditory filter bank. Apple Computer, technical report 35.

    Examples
    --------
    >>> from ser_core.features.msf import filters
    >>> response = filters.gammatone_response(1000.0, 8000, 1024)
    >>> response.shape, round(float(abs(response[128])), 3)
    ((513,), 1.0)
    """
    angle = 2.0 * np.pi * hz / sample_rate
    radius = np.exp(-2.0 * np.pi * 1.019 * erb(hz) / sample_rate)
    spreads = [sign * np.sqrt(3.0 + side * 2.0**1.5) for side in (1, -1) for sign in (1, -1)]
    zeros = [radius * (np.cos(angle) + spread * np.sin(angle)) for spread in spreads]

    def response(delay: np.ndarray) -> np.ndarray:
        denominator = 1.0 + delay * (radius**2 * delay - 2.0 * radius * np.cos(angle))
        response = np.ones_like(delay)
        for zero in zeros:
            response *= (1.0 - zero * delay) / denominator
        return response

    return response(_delays(1 + length // 2, length)) / np.abs(response(np.exp([-1j * angle])))


@lru_cache(maxsize=8)
def gammatone_bank(spec: MsfSpec, length: int) -> np.ndarray:
    """Return the frequency responses of all acoustic bands.

    Parameters
    ----------
    spec : MsfSpec
        How features are made.
    length : int
        Of the transform, samples.

    Returns
    -------
    numpy.ndarray
        (bands, 1 + length/2), complex64; shared between callers.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import filters
    >>> filters.gammatone_bank(msf.PRESETS["wu"], 1024).shape
    (19, 513)
    """
    return np.stack([gammatone_response(hz, spec.sample_rate, length).astype(np.complex64) for hz in spec.acoustic_hz])


@dataclass(frozen=True, eq=False)
class ModulationBank:
    """The modulation filters, ready for a transform of envelopes.

    Multiplying transforms filters a signal as if it were repeated for ever: what rings on after its end falls on its beginning. The ring
    is p^n for the filter's pole p, so it is known from one number a filter, and taken away.

    Attributes
    ----------
    response : numpy.ndarray
        (modulations, 1 + length/2), complex.
    ring_weights : numpy.ndarray
        (2 (1 + length/2), 2 modulations): from real and imaginary parts of the spectrum to real and imaginary size of the ring of each
        filter, in double precision: a loud onset's ring outlasts much that follows it.
    ring : numpy.ndarray
        (modulations, 2, length): what a ring of unit size, real and imaginary, adds to the output.
    """

    response: np.ndarray
    ring_weights: np.ndarray
    ring: np.ndarray


def modulation_coefficients(hz: float, q: float, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the second-order band-pass filter of a modulation band.

    W = tan(π hz / fs), B = W / Q, b = [B, 0, -B], a = [1 + B + W², 2 W² - 2, 1 - B + W²].

    Parameters
    ----------
    hz : float
        The filter's centre, Hz.
    q : float
        Its quality Q: centre over bandwidth.
    sample_rate : int
        fs, Hz.

    Returns
    -------
    b : numpy.ndarray
        (3,), numerator.
    a : numpy.ndarray
        (3,), denominator, its first value 1.

    References
    ----------
    Falk, Zheng & Chan (2010): A non-intrusive quality and intelligibility measure of reverberant and dereverberated speech. IEEE TASLP 18:1766-1774.

    Examples
    --------
    >>> from ser_core.features.msf import filters
    >>> b, a = filters.modulation_coefficients(4.0, 2.0, 8000)
    >>> b.round(5), a.round(5)
    (array([ 0.00078,  0.     , -0.00078]), array([ 1.     , -1.99842,  0.99843]))
    """
    w = np.tan(np.pi * hz / sample_rate)
    b, a = (
        np.array([w / q, 0.0, -w / q]),
        np.array([1.0 + w / q + w**2, 2.0 * w**2 - 2.0, 1.0 - w / q + w**2]),
    )
    return b / a[0], a / a[0]


@lru_cache(maxsize=8)
def modulation_bank(spec: MsfSpec, length: int, step: int) -> ModulationBank:
    """Return the modulation filters, designed at the full rate, for envelopes of which not every sample is kept.

    Parameters
    ----------
    spec : MsfSpec
        How features are made.
    length : int
        Of the transform, envelope samples.
    step : int
        How many samples at the full rate lie from one envelope sample to the next.

    Returns
    -------
    ModulationBank
        Shared between callers.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import filters
    >>> filters.modulation_bank(msf.PRESETS["wu"], 1024, 2).response.shape
    (5, 513)
    """
    delay = _delays(1 + length // 2, length * step)
    # Bins of the real transform stand for themselves and their mirror image, the first and last for
    # themselves.
    both = np.ones(len(delay))
    both[0] = both[-1] = 0.5
    responses, weights, rings = [], [], []
    for hz in spec.modulation_hz:
        b, a = modulation_coefficients(hz, spec.modulation_q, spec.sample_rate)
        responses.append((b[0] + b[2] * delay**2) / (1.0 + delay * (a[1] + a[2] * delay)))
        pole = complex(-a[1] / 2.0, np.sqrt(a[2] - a[1] ** 2 / 4.0))
        residue = (b[0] + b[2] / pole**2) / (1.0 - pole.conjugate() / pole)
        rising, falling = delay / (1.0 - pole * delay), delay.conj() / (1.0 - pole * delay.conj())
        real, imaginary = both * (rising + falling), 1j * both * (rising - falling)
        weights += [np.r_[real.real, imaginary.real], np.r_[real.imag, imaginary.imag]]
        ring = 2.0 * residue * pole / length * np.exp(np.log(pole) * np.arange(length) * step)
        rings.append(np.stack([ring.real, -ring.imag]))
    return ModulationBank(
        np.array(responses, dtype=np.complex64),
        np.array(weights).T.copy(),
        np.array(rings, dtype=np.float32),
    )


def modulation_gains(hz: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the gain of every modulation filter.

    Parameters
    ----------
    hz : numpy.ndarray
        (frequencies,), Hz.
    spec : MsfSpec
        How features are made.

    Returns
    -------
    numpy.ndarray
        (modulations, frequencies), 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import filters
    >>> filters.modulation_gains(np.array([4.0, 64.0]), msf.PRESETS["wu"])[0].round(2)
    array([1.  , 0.03])
    """
    delay = np.exp(-2j * np.pi * hz / spec.sample_rate)
    pairs = [modulation_coefficients(centre, spec.modulation_q, spec.sample_rate) for centre in spec.modulation_hz]
    return np.array([np.abs(np.polyval(b[::-1], delay) / np.polyval(a[::-1], delay)) for b, a in pairs])
