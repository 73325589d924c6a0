"""How each spectral descriptor is drawn over time: as a line, as lines, or as a picture."""

from __future__ import annotations

import numpy as np

from ser_core import figures
from ser_core.features import spectral

_PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_CONTRAST_BANDS = ("0–200", "200–400", "400–800", "800–1600", "1600–3200", "3200–6400", "6400–8000")
_CIRCLES = ("fifths sin", "fifths cos", "minor sin", "minor cos", "major sin", "major cos")
#: Coefficients of very different size: each row is drawn in its own deviations.
_SCALED = ("mfcc", "mfcc_delta", "mfcc_delta2")


def rows(name: str, values: np.ndarray, hop_s: float, mark: str = "") -> list[figures.Row]:
    """Return a descriptor (rows × frames) as rows of a stack; `mark` is added to its title."""
    descriptor = spectral.DESCRIPTORS[name]
    title = f"{descriptor.title} · {mark}" if mark else descriptor.title
    if name in _SCALED:
        numbers = [str(k) for k in range(len(values))]
        return [
            figures.scaled_picture(title, values, hop_s, labels=numbers, y_title="coefficient", unit=descriptor.unit)
        ]
    if name == "chroma_stft":
        picture = figures.row_picture(
            title, values, hop_s, labels=_PITCH_CLASSES, y_title="pitch class", unit="of the maximum", span=(0.0, 1.0)
        )
        return [picture]
    if name == "spectral_contrast":
        return [figures.row_picture(f"{title} · dB", values, hop_s, labels=_CONTRAST_BANDS, y_title="Hz", unit="dB")]
    if name == "tonnetz":
        return [figures.row_picture(title, values, hop_s, labels=_CIRCLES, y_title="", unit="", span=(-1.0, 1.0))]
    if name == "poly_features":
        units = descriptor.unit.split(", ")
        named = zip(("slope", "intercept"), values, units, strict=True)
        return [_course(f"{title}, {part}", row, hop_s, unit) for part, row, unit in named]
    if name == "pyin":
        pitch, voiced, probability = values
        return [
            _course(title, np.where(voiced > 0, pitch, np.nan), hop_s, "Hz"),
            _course("Probability that a voice sounds (pYIN)", probability, hop_s, "0 to 1"),
        ]
    return [_course(title, values[0], hop_s, descriptor.unit)]


def reading(name: str) -> str:
    """Return how to read a descriptor, and how its colours are to be taken where they are not its values."""
    said = spectral.DESCRIPTORS[name].reading
    if name in _SCALED:
        said += (
            " Each row is coloured around its own mean, in its own standard deviations (σ); hovering says its value."
        )
    return said


def _course(title: str, values: np.ndarray, hop_s: float, unit: str) -> figures.Course:
    return figures.Course(title, values, hop_s, unit)
