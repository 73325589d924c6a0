"""Parameters of the modulation spectral features, and the presets that the program names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

EAR_Q = 9.26449
"""Asymptotic filter quality of the ear at high frequencies (Glasberg & Moore 1990, as used by Slaney 1993)."""
MIN_BANDWIDTH_HZ = 24.7


def erb(cf: float | np.ndarray) -> float | np.ndarray:
    """Return the equivalent rectangular bandwidth of the ear's filter: cf / 9.26449 + 24.7.

    Parameters
    ----------
    cf : float or numpy.ndarray
        Centre frequency, Hz.

    Returns
    -------
    float or numpy.ndarray
        Hz, in the shape of `cf`.

    References
    ----------
    Glasberg & Moore (1990): Derivation of auditory filter shapes from notched-noise data. Hearing Research 47:103-138.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> round(msf.erb(1000.0), 1)
    132.6
    """
    return cf / EAR_Q + MIN_BANDWIDTH_HZ


def gammatone_centres(low: float, high: float, n: int) -> np.ndarray:
    """Return centre frequencies that lie evenly on the ERB scale.

    cf_k = -C + (high + C) exp(k ln((low + C) / (high + C)) / n) with C = 9.26449 · 24.7 and k = n..1.

    Parameters
    ----------
    low, high : float
        The first centre, and what the last lies below, Hz.
    n : int
        How many.

    Returns
    -------
    numpy.ndarray
        (n,), Hz, rising.

    References
    ----------
    Slaney (1993): An efficient implementation of the Patterson-Holdsworth auditory filter bank. Apple Computer, technical report 35.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> msf.gammatone_centres(125.0, 4000.0, 3).round()
    array([ 125.,  580., 1621.])
    """
    offset = EAR_Q * MIN_BANDWIDTH_HZ
    k = np.arange(n, 0, -1)
    return -offset + (high + offset) * np.exp(k * np.log((low + offset) / (high + offset)) / n)


def modulation_centres(low: float, high: float, n: int) -> np.ndarray:
    """Return modulation frequencies that lie evenly on a logarithmic scale.

    Parameters
    ----------
    low, high : float
        The first and the last, Hz.
    n : int
        How many, at least 2.

    Returns
    -------
    numpy.ndarray
        (n,), Hz, rising.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> msf.modulation_centres(4.0, 64.0, 5)
    array([ 4.,  8., 16., 32., 64.])
    """
    return low * (high / low) ** (np.arange(n) / (n - 1))


@dataclass(frozen=True)
class MsfSpec:
    """How modulation spectral features are made.

    `PRESETS` has three: "wu" (the defaults), "srmr" and "naive".

    Attributes
    ----------
    name : str, default "wu"
        What it is called in messages.
    method : {"gammatone", "naive"}
        The filterbank of the paper, or a quick stand-in (`ser_core.features.msf.naive`) with one frame for the whole clip.
    sample_rate : int, default 8000
        Hz; what comes at another rate is resampled.
    bands : int, default 19
        Acoustic bands.
    low_hz : float, default 125.0
        Where the lowest lies, Hz; the highest lies below half the rate.
    modulations : int, default 5
        Modulation bands.
    modulation_low_hz, modulation_high_hz : float, default 4.0 and 64.0
        The first and the last of them, Hz.
    modulation_q : float, default 2.0
        Quality of their filters: centre over bandwidth.
    frame_s : float, default 0.256
        Length of a frame, seconds.
    hop_s : float, default 0.064
        From one frame to the next, seconds.
    group_ends : tuple of int, default (4, 10, 15, 19)
        The last bands, counted from 1, of the acoustic groups of Φ4 to Φ6.
    columns : tuple of int, default (1, 3, 5)
        The modulation bands, counted from 1, of which the vector takes Φ2, Φ3 and the linear prediction.
    lp_order : int, default 5
        Order of that prediction.

    Raises
    ------
    ValueError
        Parameters contradict.

    Examples
    --------
    >>> from ser_core.features import msf
    >>> msf.PRESETS["srmr"].bands, msf.PRESETS["srmr"].modulation_hz.round(1).tolist()
    (23, [4.0, 6.6, 10.8, 17.7, 29.0, 47.6, 78.0, 128.0])
    """

    name: str = "wu"
    method: Literal["gammatone", "naive"] = "gammatone"
    sample_rate: int = 8000
    bands: int = 19
    low_hz: float = 125.0
    modulations: int = 5
    modulation_low_hz: float = 4.0
    modulation_high_hz: float = 64.0
    modulation_q: float = 2.0
    frame_s: float = 0.256
    hop_s: float = 0.064
    group_ends: tuple[int, ...] = (4, 10, 15, 19)
    columns: tuple[int, ...] = (1, 3, 5)
    lp_order: int = 5

    def __post_init__(self) -> None:
        if self.method not in ("gammatone", "naive"):
            raise ValueError(f"The method of modulation features is 'gammatone' or 'naive', not '{self.method}'.")
        if self.group_ends[-1] != self.bands or max(self.columns) > self.modulations:
            raise ValueError("The last acoustic group must end with the last band, and columns be modulation bands.")
        if not 0 < self.low_hz < self.sample_rate / 2 or self.frame % self.hop:
            raise ValueError("low_hz must lie below half the sample rate, and frame_s be a multiple of hop_s.")

    @property
    def frame(self) -> int:
        """Samples in a frame."""
        return round(self.frame_s * self.sample_rate)

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return round(self.hop_s * self.sample_rate)

    @property
    def acoustic_hz(self) -> np.ndarray:
        """Centre of every acoustic band in Hz, low to high."""
        if self.method == "naive":
            edges = self.naive_edges_hz
            return np.sqrt(edges[:-1] * edges[1:])
        return gammatone_centres(self.low_hz, self.sample_rate / 2, self.bands)

    @property
    def modulation_hz(self) -> np.ndarray:
        """Centre of every modulation band in Hz."""
        return modulation_centres(self.modulation_low_hz, self.modulation_high_hz, self.modulations)

    @property
    def naive_edges_hz(self) -> np.ndarray:
        """Edges in Hz (bands + 1) that the naive method lays evenly on the mel scale, up to 97.5 % of half the rate."""
        low, high = 2595.0 * np.log10(1.0 + np.array([self.low_hz, 0.4875 * self.sample_rate]) / 700.0)
        mel = np.linspace(low, high, self.bands + 1)
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters by name, as recipes and feature.json state them."""
        return asdict(self)


PRESETS: dict[str, MsfSpec] = {
    "wu": MsfSpec(),
    "srmr": MsfSpec(
        name="srmr",
        sample_rate=16000,
        bands=23,
        modulations=8,
        modulation_high_hz=128.0,
        group_ends=(5, 12, 18, 23),
        columns=(1, 3, 5, 7),
    ),
    "naive": MsfSpec(name="naive", method="naive"),
}
