"""Parameters of the modulation spectral features, and the presets that the program names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

EAR_Q = 9.26449
"""Asymptotic filter quality of the ear at high frequencies (Glasberg & Moore 1990, as used by Slaney 1993)."""
MIN_BANDWIDTH_HZ = 24.7


def erb(cf: float | np.ndarray) -> float | np.ndarray:
    """Return the equivalent rectangular bandwidth in Hz of the ear's filter at `cf` Hz: cf / 9.26449 + 24.7."""
    return cf / EAR_Q + MIN_BANDWIDTH_HZ


def gammatone_centres(low: float, high: float, n: int) -> np.ndarray:
    """Return `n` centre frequencies in Hz, rising from `low`, evenly spaced on the ERB scale; the last lies below `high`.

    cf_k = -C + (high + C) exp(k ln((low + C) / (high + C)) / n) with C = 9.26449 · 24.7 and k = n..1. (Slaney
    1993)
    """
    offset = EAR_Q * MIN_BANDWIDTH_HZ
    k = np.arange(n, 0, -1)
    return -offset + (high + offset) * np.exp(k * np.log((low + offset) / (high + offset)) / n)


def modulation_centres(low: float, high: float, n: int) -> np.ndarray:
    """Return `n` modulation frequencies in Hz from `low` to `high`, evenly spaced on a logarithmic scale."""
    return low * (high / low) ** (np.arange(n) / (n - 1))


@dataclass(frozen=True)
class MsfSpec:
    """How modulation spectral features are made; frequencies in Hz, times in seconds.

    `method` "gammatone" is the filterbank of the paper, framed every `hop_s`; "naive" is a quick stand-in
    (see `ser_core.features.msf.naive`) with one frame for the whole clip. `group_ends` are the last bands,
    counted from 1, of the acoustic groups of Φ4 to Φ6; `columns` the modulation bands, counted from 1, of
    which the vector takes Φ2, Φ3 and the linear prediction. Raises ValueError where parameters contradict.
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
