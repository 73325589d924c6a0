"""Modulation spectral features after Wu, Falk & Chan (2011): how fast the loudness of each frequency band changes.

A gammatone filterbank splits the sound into bands as the ear does, the Hilbert envelope of each band says how
loud it is at every moment, and a second filterbank asks how much of that loudness changes at 4, 8, 16, 32, 64
times a second. Presets: `wu` (the paper's), `srmr` (23 bands to 8 kHz, 8 modulation bands to 128 Hz, after
Falk, Zheng & Chan 2010) and `naive` (a quick notebook's version of `wu`, to compare with).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft

from ser_core import audio
from ser_core.features.msf import energies, filters, measures, naive
from ser_core.features.msf.spec import PRESETS, MsfSpec, erb, gammatone_centres, modulation_centres

__all__ = [
    "PRESETS",
    "Msf",
    "MsfSpec",
    "MsfSteps",
    "describe",
    "erb",
    "gammatone_centres",
    "modulation_centres",
    "modulation_energies",
    "steps",
]


@dataclass(frozen=True, eq=False)
class Msf:
    """The modulation spectral features of a clip, as `describe` gives them.

    A silent frame is all zeros.

    Attributes
    ----------
    energy : numpy.ndarray
        (bands, modulations, frames), acoustic bands low to high; each frame sums to 1.
    acoustic_hz : numpy.ndarray
        (bands,), centre of every acoustic band, Hz.
    modulation_hz : numpy.ndarray
        (modulations,), centre of every modulation band, Hz.
    times_s : numpy.ndarray
        (frames,), middle of every frame, seconds.
    phi1 : numpy.ndarray
        (modulations, frames), Φ1: mean energy.
    phi2 : numpy.ndarray
        (modulations, frames), Φ2: flatness over the acoustic bands, 0 to 1.
    phi3 : numpy.ndarray
        (modulations, frames), Φ3: centroid over the acoustic bands, counted from 1.
    phi4 : numpy.ndarray
        (groups, frames), Φ4: centroid over the modulation bands, counted from 1.
    phi5 : numpy.ndarray
        (groups, frames), Φ5: slope of the line over the modulation bands, energy per band.
    phi6 : numpy.ndarray
        (groups, frames), Φ6: root mean square error of that line.
    lpcc : numpy.ndarray
        (columns × (order + 1), frames), cepstrum of the linear prediction of each of the specification's columns, one after the other.
    vector : numpy.ndarray
        Mean over the frames of phi1 to phi6 and lpcc (phi2 and phi3 in the specification's columns), then their deviation.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> found = msf.describe(np.random.default_rng(0).standard_normal(16000))
    >>> found.energy.shape, found.phi1.shape, found.phi4.shape, found.lpcc.shape
    ((19, 5, 12), (5, 12), (4, 12), (18, 12))
    """

    energy: np.ndarray
    acoustic_hz: np.ndarray
    modulation_hz: np.ndarray
    times_s: np.ndarray
    phi1: np.ndarray
    phi2: np.ndarray
    phi3: np.ndarray
    phi4: np.ndarray
    phi5: np.ndarray
    phi6: np.ndarray
    lpcc: np.ndarray
    vector: np.ndarray


@dataclass(frozen=True, eq=False)
class MsfSteps:
    """How the cells of one acoustic band come about, as `steps` gives it.

    Attributes
    ----------
    band_hz : float
        Centre of the band, Hz.
    times_s : numpy.ndarray
        (samples,), time of every sample of `filtered` and `envelope`, seconds.
    filtered : numpy.ndarray
        (samples,), output of the band's filter, in units of the samples.
    envelope : numpy.ndarray
        (samples,), Hilbert envelope of `filtered`.
    spectrum_hz : numpy.ndarray
        (frequencies,), modulation frequencies from 0 to twice the highest modulation band's centre, Hz.
    spectrum : numpy.ndarray
        (frequencies,), amplitude of the envelope's changes, its mean left out, in units of the samples.
    modulation_hz : numpy.ndarray
        (modulations,), centre of every modulation band, Hz.
    responses : numpy.ndarray
        (modulations, frequencies), gain of every modulation filter at `spectrum_hz`.
    frame_times_s : numpy.ndarray
        (frames,), middle of every frame, seconds.
    cells : numpy.ndarray
        (modulations, frames), the band's row of `Msf.energy`.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> found = msf.steps(np.random.default_rng(0).standard_normal(16000), band=9)
    >>> round(found.band_hz), found.filtered.shape, found.cells.shape
    (917, (8000,), (5, 12))
    """

    band_hz: float
    times_s: np.ndarray
    filtered: np.ndarray
    envelope: np.ndarray
    spectrum_hz: np.ndarray
    spectrum: np.ndarray
    modulation_hz: np.ndarray
    responses: np.ndarray
    frame_times_s: np.ndarray
    cells: np.ndarray


def _prepared(samples: np.ndarray, sample_rate: int, spec: MsfSpec) -> np.ndarray:
    """Return the samples at the specification's rate, padded with zeros to one frame at least."""
    samples = np.asarray(samples, dtype=np.float64)
    if samples.ndim != 1 or not len(samples) or not np.isfinite(samples).all():
        raise ValueError("Modulation features need one channel of at least one sample, all of them finite numbers.")
    if sample_rate != spec.sample_rate:
        samples = audio.resample(samples.astype(np.float32), sample_rate, spec.sample_rate).astype(np.float64)
    return np.pad(samples, (0, max(spec.frame - len(samples), 0)))


def _unit_sum(samples: np.ndarray, spec: MsfSpec) -> tuple[np.ndarray, np.ndarray]:
    if spec.method == "naive":
        cells, times = naive.clip_energies(samples, spec), np.array([len(samples) / spec.sample_rate / 2.0])
    else:
        cells = energies.frame_energies(samples, spec)
        times = spec.frame_s / 2.0 + np.arange(cells.shape[2]) * spec.hop_s
    total = cells.sum(axis=(0, 1))
    return np.divide(cells, total, out=np.zeros_like(cells), where=total > 0), times


def modulation_energies(
    samples: np.ndarray, sample_rate: int = audio.SAMPLE_RATE, spec: MsfSpec = PRESETS["wu"]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the modulation energies of a clip.

    Frames of 256 ms follow each other every 64 ms. A shorter clip is padded with zeros to one frame; a frame that holds nothing within
    120 dB of the clip's largest sample is silent, all zeros. Gain changes nothing. The preset "naive" has one frame, the whole clip.

    Parameters
    ----------
    samples : array_like
        (n,), one channel of finite numbers at `sample_rate`.
    sample_rate : int, default 16000
        Hz; samples are resampled where `spec` has another rate.
    spec : MsfSpec, optional
        How they are made. Default: the preset "wu", 19 acoustic bands up to 4 kHz and 5 modulation bands from 4 to 64 Hz.

    Returns
    -------
    energy : numpy.ndarray
        (bands, modulations, frames), shares: each frame sums to 1.
    times_s : numpy.ndarray
        (frames,), the frames' middles, seconds.

    Raises
    ------
    ValueError
        The samples are not one channel of finite numbers.

    References
    ----------
    Wu, Falk & Chan (2011): Automatic speech emotion recognition using modulation spectral features. Speech Communication 53:768-785.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> n = np.arange(16000) / 16000
    >>> energy, times_s = msf.modulation_energies((1 + np.sin(2 * np.pi * 8 * n)) * np.sin(2 * np.pi * 1000 * n))
    >>> energy.shape, float(msf.PRESETS["wu"].modulation_hz[energy.sum(axis=(0, 2)).argmax()])
    ((19, 5, 12), 8.0)
    """
    return _unit_sum(_prepared(samples, sample_rate, spec), spec)


def describe(samples: np.ndarray, sample_rate: int = audio.SAMPLE_RATE, spec: MsfSpec = PRESETS["wu"]) -> Msf:
    """Return all modulation spectral features of a clip.

    Parameters
    ----------
    samples : array_like
        (n,), one channel of finite numbers at `sample_rate`.
    sample_rate : int, default 16000
        Hz; samples are resampled where `spec` has another rate.
    spec : MsfSpec, optional
        How they are made. Default: the preset "wu".

    Returns
    -------
    Msf
        Energies, Φ1 to Φ6, linear prediction, and the clip's vector. Under "wu" it has 82 values: the means over the frames of Φ1 (5), Φ2, Φ3
        (3 each), Φ4, Φ5, Φ6 (4 each) and of 3 × 6 prediction cepstra, then their 41 (population) deviations.

    Raises
    ------
    ValueError
        The samples are not one channel of finite numbers.

    References
    ----------
    Wu, Falk & Chan (2011): Automatic speech emotion recognition using modulation spectral features. Speech Communication 53:768-785.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> msf.describe(np.random.default_rng(0).standard_normal(16000)).vector.shape
    (82,)
    """
    energy, times = modulation_energies(samples, sample_rate, spec)
    groups = measures.grouped(energy, spec.group_ends)
    columns = [column - 1 for column in spec.columns]
    phi1, phi2, phi3 = (
        measures.mean_energy(energy),
        measures.flatness(energy),
        measures.acoustic_centroid(energy),
    )
    phi4 = measures.modulation_centroid(groups)
    phi5, phi6 = measures.modulation_line(groups)
    lpcc = np.concatenate([measures.prediction_cepstrum(energy[:, j], spec.lp_order) for j in columns])
    frames = np.concatenate([phi1, phi2[columns], phi3[columns], phi4, phi5, phi6, lpcc])
    vector = np.concatenate([frames.mean(axis=1), frames.std(axis=1)])
    return Msf(energy, spec.acoustic_hz, spec.modulation_hz, times, phi1, phi2, phi3, phi4, phi5, phi6, lpcc, vector)


def steps(
    samples: np.ndarray, sample_rate: int = audio.SAMPLE_RATE, spec: MsfSpec = PRESETS["wu"], band: int = 0
) -> MsfSteps:
    """Return how the cells of one acoustic band come about, step by step, for a picture.

    Parameters
    ----------
    samples : array_like
        (n,), one channel of finite numbers at `sample_rate`.
    sample_rate : int, default 16000
        Hz; samples are resampled where `spec` has another rate.
    spec : MsfSpec, optional
        How they are made. Default: the preset "wu".
    band : int, default 0
        The acoustic band, counted from 0.

    Returns
    -------
    MsfSteps
        Filtered sound, its envelope, the envelope's spectrum, the cells.

    Raises
    ------
    IndexError
        The specification has no such band.
    ValueError
        The samples are not one channel of finite numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import msf
    >>> n = np.arange(16000) / 16000
    >>> found = msf.steps((1 + np.sin(2 * np.pi * 8 * n)) * np.sin(2 * np.pi * 1000 * n), band=9)
    >>> float(found.spectrum_hz[found.spectrum.argmax()])
    8.0
    """
    if not 0 <= band < spec.bands:
        raise IndexError(f"The preset '{spec.name}' has bands 0 to {spec.bands - 1}, not {band}.")
    samples = _prepared(samples, sample_rate, spec)
    if spec.method == "naive":
        filtered, gains = naive.band_filtered(samples, spec, band), naive.modulation_gains
    else:
        filtered = energies.GammatoneFilters(samples, spec).outputs(slice(band, band + 1))[0]
        gains = filters.modulation_gains
    envelope = energies.hilbert_envelope(filtered[np.newaxis])[0]
    hz = scipy.fft.rfftfreq(len(envelope), 1.0 / spec.sample_rate)
    hz = hz[hz <= 2.0 * spec.modulation_hz[-1]]
    spectrum = 2.0 / len(envelope) * np.abs(scipy.fft.rfft(envelope - envelope.mean()))[: len(hz)]
    energy, frame_times = _unit_sum(samples, spec)
    return MsfSteps(
        band_hz=float(spec.acoustic_hz[band]),
        times_s=np.arange(len(samples)) / spec.sample_rate,
        filtered=filtered,
        envelope=envelope,
        spectrum_hz=hz,
        spectrum=spectrum,
        modulation_hz=spec.modulation_hz,
        responses=gains(hz, spec),
        frame_times_s=frame_times,
        cells=energy[band],
    )
