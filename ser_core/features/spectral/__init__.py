"""Spectral descriptors of a clip, equal to librosa's functions, all from one short-time Fourier transform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ser_core import audio
from ser_core.features.spectral.analysis import ClipAnalysis
from ser_core.features.spectral.catalogue import DESCRIPTORS, SEED_SET, Descriptor
from ser_core.features.spectral.spec import SpectralSpec

__all__ = ["DESCRIPTORS", "SEED_SET", "ClipAnalysis", "Descriptor", "SpectralSpec", "extract"]


def extract(
    samples: np.ndarray,
    names: Sequence[str] | None = None,
    spec: SpectralSpec = SpectralSpec(),
    sample_rate: int = audio.SAMPLE_RATE,
) -> dict[str, np.ndarray]:
    """Return the named descriptors of a clip.

    Parameters
    ----------
    samples : array_like
        (n,), one channel of finite numbers at `sample_rate`; full scale is 1.
    names : sequence of str, optional
        Keys of `DESCRIPTORS`. Default: all of them. Pitch tracking is by far the slowest; `SEED_SET` leaves it out.
    spec : SpectralSpec, optional
        How they are made. Default: frames of 64 ms every 16 ms, at 16 kHz.
    sample_rate : int, default 16000
        Of the samples, in Hz; they are resampled where `spec` has another rate.

    Returns
    -------
    dict of str to numpy.ndarray
        By name (rows, frames), float32, of a clip-level descriptor (rows,); `Descriptor.unit` is the unit. Under `times_s` (frames,) the
        time of every frame in seconds: of its middle, with `spec.center` off of its first sample.

    Raises
    ------
    ValueError
        A name is unknown, the samples are not one channel of finite numbers, or a descriptor cannot be made with this specification.

    Examples
    --------
    >>> import numpy as np
    >>> from ser_core.features import spectral
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> found = spectral.extract(tone, ["mfcc", "spectral_centroid", "loudness"])
    >>> {name: values.shape for name, values in found.items()}
    {'mfcc': (20, 63), 'spectral_centroid': (1, 63), 'loudness': (6,), 'times_s': (63,)}
    >>> round(float(found["spectral_centroid"][0, 30]))
    1000
    """
    names = tuple(DESCRIPTORS) if names is None else names
    unknown = [name for name in names if name not in DESCRIPTORS]
    if unknown:
        raise ValueError(f"There is no descriptor called '{unknown[0]}'. Known: {', '.join(DESCRIPTORS)}.")
    samples = np.asarray(samples, dtype=np.float32)
    if samples.ndim != 1 or not len(samples) or not np.isfinite(samples).all():
        raise ValueError("Descriptors need one channel of at least one sample, all of them finite numbers.")
    if sample_rate != spec.sample_rate:
        samples = audio.resample(samples, sample_rate, spec.sample_rate)
    clip = ClipAnalysis(samples, spec)
    descriptors = {name: np.ascontiguousarray(DESCRIPTORS[name].compute(clip), dtype=np.float32) for name in names}
    return {**descriptors, "times_s": np.arange(clip.n_frames) * spec.hop_s}
