"""What clips sound like on average: the spectrum and the modulation spectrum of each, to be averaged over groups of clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ser_core.fanout import Progress
from ser_core.features.sources import LogMelSource, MsfSource
from ser_core.features.store import Features, Together

#: What the averages are made from.
SPECTRUM = LogMelSource()
MODULATION = MsfSource(values="raw", pools=("mean",))
#: Clips between two calls of progress.
_STEP = 500


def spectra(features: Features | Together, clips: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
    """Return each clip's long-term average spectrum in dB (clips × bands): the mean power of its sounding frames in every mel band.

    features: of SPECTRUM; read clip by clip from disk, so that memory does not grow with the corpus. Clips without features
    become NaN.
    """
    levels = np.full((len(clips), SPECTRUM.dims), np.nan, np.float32)
    for row, clip in enumerate(clips):
        if clip in features:
            frames = np.asarray(features[clip])
            start, stop = SPECTRUM.bounds(frames)
            levels[row] = 10.0 * np.log10(np.power(10.0, frames[start:stop] / 10.0).mean(axis=0))
        if progress and row % _STEP == 0:
            progress(row, len(clips))
    return levels


def modulations(features: Features | Together, clips: Sequence[str]) -> np.ndarray:
    """Return each clip's modulation energies, mean over time (clips × bands × modulations, shares that sum to 1).

    features: of MODULATION. Clips without features become NaN.
    """
    spec = MODULATION.spec
    energies = np.full((len(clips), spec.bands * spec.modulations), np.nan, np.float32)
    for row, clip in enumerate(clips):
        if clip in features:
            energies[row] = features[clip][0]
    return energies.reshape(len(clips), spec.bands, spec.modulations)


def level_removed(spectra_db: np.ndarray) -> np.ndarray:
    """Return spectra (… × bands, dB) without their level: the powers of the bands of each sum to 0 dB."""
    return spectra_db - 10.0 * np.log10(np.power(10.0, spectra_db / 10.0).sum(axis=-1, keepdims=True))


def by_group(values: np.ndarray, groups: Sequence[str], order: Sequence[str]) -> np.ndarray:
    """Return the mean of the clips' values in each group (groups in `order` × …); NaN clips do not count, empty groups are NaN."""
    names = np.asarray(groups)
    whole = ~np.isnan(values.reshape(len(values), -1)).any(axis=1)
    means = np.full((len(order), *values.shape[1:]), np.nan)
    for row, name in enumerate(order):
        chosen = values[whole & (names == name)]
        if len(chosen):
            means[row] = chosen.mean(axis=0, dtype=np.float64)
    return means
