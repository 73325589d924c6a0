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
#: How one-sided a voice's clips are (how far the labels' shares lie from equal ones, 0, to all of one label, 1: their Kullback-Leibler
#: divergence over its largest) up to which nothing is taken out, and from which all is. Emotions of every kind average out by themselves,
#: and what a model says of them tells of the voice as well, which would go with it.
MIXED, ONE_SIDED = 0.28, 0.45
#: To which power their shares are raised: one-sided clips are taken to be of the leading emotion, the others for what the model confuses it
#: with. All three chosen by speakers of train and validation part, left out in turn.
LEADING = 4.0


@dataclass(frozen=True, eq=False)
class EmotionMeans:
    """Mean of the features of each label's clips in the train part, minus the mean over the labels (labels × dims).

    A clip is its speaker's voice plus what its emotion adds. Who it is may be unknown as may be what was felt, but a model has an idea
    of the second: what it expects the emotion to add is taken out of the clip before it counts for the profile.
    """

    means: np.ndarray

    def added(self, said: np.ndarray) -> np.ndarray:
        """Return what the emotions of a voice's clips add to their sum (dims), in so far as the clips are one-sided.

        said: what the clips are taken for, each as `sharpened` gives it times how much it counts, added up (labels).
        """
        heard = max(float(said.sum()), 1e-9)
        shares = said / heard
        apart = float((shares * np.log(np.maximum(shares * len(shares), 1e-9))).sum()) / np.log(len(shares))
        leading = shares**LEADING / max(float((shares**LEADING).sum()), 1e-9)
        added: np.ndarray = np.clip((apart - MIXED) / (ONE_SIDED - MIXED), 0.0, 1.0) * heard * leading @ self.means
        return added

    @cached_property
    def digest(self) -> str:
        """What tells apart profiles of which different things were taken out."""
        means = np.ascontiguousarray(self.means, dtype=np.float32)
        return hashlib.sha256(means.tobytes() + str((SHARPNESS, MIXED, ONE_SIDED, LEADING)).encode()).hexdigest()[:8]

    def save(self, path: Path) -> None:
        """Write the file; half precision is finer than any mean is known."""
        with files.replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, means=self.means.astype(np.float16))


def sharpened(probabilities: np.ndarray) -> np.ndarray:
    """Return probabilities (… × labels) to the power of SHARPNESS, their sum 1 again."""
    weights = probabilities**SHARPNESS
    sharp: np.ndarray = weights / weights.sum(axis=-1, keepdims=True)
    return sharp


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
