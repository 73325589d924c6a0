"""Spectral descriptors of a clip, equal to librosa's functions, all from one short-time Fourier transform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ser_core import audio
from ser_core.features.spectral.analysis import ClipAnalysis
from ser_core.features.spectral.catalogue import DESCRIPTORS, SEED_SET, Descriptor
from ser_core.features.spectral.spec import SpectralSpec

__all__ = ["DESCRIPTORS", "SEED_SET", "Descriptor", "SpectralSpec", "extract"]


def extract(
    samples: np.ndarray,
    names: Sequence[str] | None = None,
    spec: SpectralSpec = SpectralSpec(),
    sample_rate: int = audio.SAMPLE_RATE,
) -> dict[str, np.ndarray]:
    """Return the named descriptors of a clip as float32 arrays, and under `times_s` every frame's time in seconds.

    `samples` is mono at `sample_rate` and is resampled where `spec` has another rate. `names` are keys of
    DESCRIPTORS; None means all of them (pitch tracking is by far the slowest; SEED_SET leaves it out). An
    array is rows × frames; clip-level descriptors have rows alone. With `spec.center` a frame's time is that
    of its middle, without it that of its first sample. Raises ValueError for an unknown name, for samples
    that are not one channel of finite numbers, and for a specification that a descriptor cannot work with.
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
    found = {name: np.ascontiguousarray(DESCRIPTORS[name].compute(clip), dtype=np.float32) for name in names}
    return {**found, "times_s": np.arange(clip.n_frames) * spec.hop_s}
