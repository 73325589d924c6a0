"""One recording in two forms: resampled, re-encoded or made louder.

What a pretrained ear makes of every clip, and how long its speech is, tell which two may be one recording; that their waveforms agree
tells that they are. Two takes of one sentence by one speaker are alike to the ear, but never wave by wave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import fft

from ser_core.audio import SAMPLE_RATE

#: The feature set whose vectors are compared: a mean and a deviation of the ear's hidden states.
FEATURES = "whisper"
#: From this cosine on, every dimension scaled by all clips, a clip and the one that is most like it may be one recording. This, `AGREE`
#: and `SLACK_S` were chosen on CREMA-D's train part (scripts/near_copies.py).
ALIKE = 0.45
#: From this correlation of the waveforms on, at the best shift, they are.
AGREE = 0.9
#: Hz between which waveforms are compared: what a telephone and every codec keeps.
BAND = (80.0, 3400.0)
#: By how many seconds the speech of two forms of one recording may differ: codecs pad, and noise moves where speech is heard to end.
SLACK_S = 0.3
#: Of fewer clips the scaling tells nothing: each lies as far from the others as any.
FEWEST = 8
#: Clips that are held against all others at once.
BLOCK = 512


def candidates(vectors: np.ndarray, seconds: np.ndarray, files: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of clips that may be one recording: of each clip the one of its length that is most like it.

    vectors (clips × dims): what `FEATURES` makes of each clip. seconds (clips,): of speech. files: the file of each clip; two segments of
    one file are no copies of each other. Fewer than `FEWEST` clips give none.
    """
    if len(vectors) < FEWEST:
        return []
    values = np.asarray(vectors, np.float64)
    deviation = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    scaled = (scaled / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    places = {file: k for k, file in enumerate(dict.fromkeys(files))}
    whose = np.array([places[file] for file in files])
    likely: dict[tuple[int, int], None] = {}
    for start in range(0, len(scaled), BLOCK):
        cosines = scaled[start : start + BLOCK] @ scaled.T
        here = slice(start, start + len(cosines))
        others = (np.abs(seconds[here, None] - seconds[None]) <= SLACK_S) & (whose[here, None] != whose[None])
        cosines[~others] = -1.0
        nearest = cosines.argmax(axis=1)
        alike = cosines[np.arange(len(cosines)), nearest] >= ALIKE
        for row in np.flatnonzero(alike):
            pair = sorted((start + int(row), int(nearest[row])))
            likely[pair[0], pair[1]] = None
    return sorted(likely)


def agree(first: np.ndarray, second: np.ndarray) -> float:
    """Return how far two sounds (16 kHz samples) are one waveform, from 0 to 1, whatever their level, polarity and shift.

    The largest normalised cross-correlation within `BAND`; 0 where one of them is silent there.
    """
    n = fft.next_fast_len(len(first) + len(second), real=True)
    low, high = (round(edge * n / SAMPLE_RATE) for edge in BAND)
    spectra = [fft.rfft(np.asarray(sound, np.float64), n) for sound in (first, second)]
    band = [spectrum[low:high] for spectrum in spectra]
    energy = float(np.sqrt(np.prod([2.0 / n * np.sum(np.abs(spectrum) ** 2) for spectrum in band])))
    if energy == 0.0:
        return 0.0
    cross = np.zeros(n // 2 + 1, complex)
    cross[low:high] = band[0] * band[1].conj()
    return float(np.abs(fft.irfft(cross, n)).max() / energy)


def pairs(
    vectors: np.ndarray, seconds: np.ndarray, files: Sequence[str], sound: Callable[[int], np.ndarray]
) -> list[tuple[int, int]]:
    """Return the pairs of clips that are one recording in two forms; arguments as `candidates`, and `sound`: from a clip to its samples."""
    return [(a, b) for a, b in candidates(vectors, seconds, files) if agree(sound(a), sound(b)) >= AGREE]
