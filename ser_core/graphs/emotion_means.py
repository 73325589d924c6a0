"""What each emotion adds to a model's features, so that a voice profile is of the voice and not of what was felt in its clips."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ser_core import files, plain_arrays
from ser_core.serving import GraphError

#: File of a run folder that holds it; plain arrays, never unpickled.
FILE = "emotion-means.npz"
#: To which power probabilities are raised. By themselves they are too careful: of clips of one emotion, of which a model is less sure than
#: it is right on the whole, too little would be taken out. Chosen on the validation part, for profiles of neutral clips, any and one emotion.
SHARPNESS = 2.0


@dataclass(frozen=True, eq=False)
class EmotionMeans:
    """Mean of the features of each label's clips in the train part, minus the mean over the labels (labels × dims).

    A clip is its speaker's voice plus what its emotion adds. Who it is may be unknown as may be what was felt, but a model has an idea
    of the second: what it expects the emotion to add is taken out of the clip before it counts for the profile.
    """

    means: np.ndarray

    def expected(self, probabilities: np.ndarray) -> np.ndarray:
        """Return what the emotions add on average (… × dims), going by their probabilities (… × labels) to the power of SHARPNESS."""
        weights = probabilities**SHARPNESS
        added: np.ndarray = (weights / weights.sum(axis=-1, keepdims=True)) @ self.means
        return added

    @cached_property
    def digest(self) -> str:
        """What tells apart profiles of which different things were taken out."""
        means = np.ascontiguousarray(self.means, dtype=np.float32)
        return hashlib.sha256(means.tobytes() + str(SHARPNESS).encode()).hexdigest()[:8]

    def save(self, path: Path) -> None:
        """Write the file; half precision is finer than any mean is known."""
        with files.replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, means=self.means.astype(np.float16))


def of(summed: np.ndarray, counts: np.ndarray) -> EmotionMeans:
    """Return it of the sums of each label's clips (labels × dims) and how many there are of each (labels)."""
    means = summed / np.maximum(counts, 1.0)[:, None]
    return EmotionMeans((means - means.mean(axis=0)).astype(np.float32))


def load(path: Path, labels: int, dims: int) -> EmotionMeans | None:
    """Return what `save` wrote, None where there is no such file. Raises GraphError for one that cannot be read or is of another size."""
    if not path.is_file():
        return None
    means = plain_arrays.read(path, ["means"])["means"]
    if means.dtype.kind != "f" or means.shape != (labels, dims) or not np.isfinite(means).all():
        raise GraphError(f"{path.name} holds means of {means.shape}, not of {labels} labels × {dims} features")
    return EmotionMeans(means.astype(np.float32))
