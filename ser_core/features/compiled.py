"""Compiling librosa's functions once.

librosa has Numba compile some of its functions when they are first called, and keeps them beside its files. Two processes that do so at
the same time can leave files that do not belong together, and whoever loads those crashes (https://github.com/numba/numba/issues/10128).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import filelock
import numpy as np

from ser_core import audio
from ser_core.features import resynthesis, sets, spectral
from ser_core.features.sources import Source

#: Processes that may compile wait here for each other.
LOCK = Path(tempfile.gettempdir()) / "ser-dashboard-compile.lock"


def ensure(sources: list[Source] | None = None) -> None:
    """Compute the sources (None: of every named set, and the way back to sound) once, so that what they need is compiled.

    One process at a time; call it before several compute features for the first time. Takes some 20 s when nothing is compiled
    yet, and as long as the features of a second of sound afterwards.
    """
    noise = np.random.default_rng(0).normal(0.0, 0.1, audio.SAMPLE_RATE).astype(np.float32)
    named = [given.source for chosen in sets.SETS.values() for given in chosen.inputs]
    with filelock.FileLock(LOCK, mode=0o666):
        for source in named if sources is None else sources:
            if not source.missing:
                source.extract(noise)
        if sources is None:
            resynthesis.from_mfcc(spectral.extract(noise, ["mfcc"])["mfcc"])


if __name__ == "__main__":
    ensure()
