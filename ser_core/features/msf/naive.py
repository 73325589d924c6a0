"""The quick stand-in for a modulation filterbank: Butterworth bands and the spectrum of each band's whole envelope."""

from __future__ import annotations

import numpy as np
import scipy

from ser_core.features.msf.spec import MsfSpec

BUTTERWORTH_ORDER = 4


def band_filtered(samples: np.ndarray, spec: MsfSpec, band: int) -> np.ndarray:
    """Return the samples after the Butterworth band-pass filter of one mel-spaced band.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate.
    spec : MsfSpec
        How features are made.
    band : int
        The band, counted from 0.

    Returns
    -------
    numpy.ndarray
        (n,), in units of the samples.

    References
    ----------
    Butterworth (1930): On the theory of filter amplifiers. Experimental Wireless 7:536-541.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import naive
    >>> naive.band_filtered(np.zeros(8000), msf.PRESETS["naive"], 3).shape
    (8000,)
    """
    edges = spec.naive_edges_hz[band : band + 2]
    sections = scipy.signal.butter(BUTTERWORTH_ORDER, edges, "bandpass", fs=spec.sample_rate, output="sos")
    return scipy.signal.sosfilt(sections, samples)


def modulation_gains(hz: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return which modulation band every frequency is counted to: the nearest on the logarithmic scale.

    Parameters
    ----------
    hz : numpy.ndarray
        (frequencies,), Hz.
    spec : MsfSpec
        How features are made.

    Returns
    -------
    numpy.ndarray
        (modulations, frequencies), 1 or 0; the first and the last band reach as far outwards as inwards.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import naive
    >>> naive.modulation_gains(np.array([1.0, 5.0, 30.0]), msf.PRESETS["naive"]).argmax(axis=0)
    array([0, 0, 3])
    """
    centres = spec.modulation_hz[:, np.newaxis]
    half = np.sqrt(centres[1] / centres[0])
    return ((hz >= centres / half) & (hz < centres * half)).astype(np.float64)


def clip_energies(samples: np.ndarray, spec: MsfSpec) -> np.ndarray:
    """Return the energy of every cell over the whole clip, not yet scaled.

    The power of each envelope's Fourier transform is summed over each modulation band.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), one channel at the specification's rate.
    spec : MsfSpec
        How features are made.

    Returns
    -------
    numpy.ndarray
        (bands, modulations, 1); a silent clip is all zeros. Relative to the clip's largest sample.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> from ser_core.features.msf import naive
    >>> naive.clip_energies(np.random.default_rng(0).standard_normal(8000), msf.PRESETS["naive"]).shape
    (19, 5, 1)
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
