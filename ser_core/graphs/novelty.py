"""How far a clip lies from those that a model learned from, by the model's own embedding."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import files
from ser_core.graphs.serving import GraphError

#: File of a run folder that holds it; plain arrays, never unpickled.
FILE = "novelty.npz"
#: Directions in which the train part is described; what is left over counts as noise of one variance.
COMPONENTS = 32
#: Share of the validation part's clips that lie within the threshold.
WITHIN = 0.99


@dataclass(frozen=True, eq=False)
class Novelty:
    """The train part's embeddings as a normal distribution of few directions, and the distance above which a clip is unlike them.

    Probabilistic PCA (Tipping & Bishop 1999, doi:10.1111/1467-9868.00196) of the standardised embeddings: `components`
    (directions × dims) with `variances`, and one variance `noise` for every direction that is left over.
    """

    mean: np.ndarray
    deviation: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    noise: float
    threshold: float

    def distance(self, embeddings: np.ndarray) -> np.ndarray:
        """Return a squared Mahalanobis distance for every row of `embeddings` (clips × dims)."""
        standard = (np.atleast_2d(embeddings) - self.mean) / self.deviation
        inside = standard @ self.components.T
        left_over = np.maximum((standard**2).sum(axis=1) - (inside**2).sum(axis=1), 0.0)
        found: np.ndarray = (inside**2 / self.variances).sum(axis=1) + left_over / self.noise
        return found

    def unlike(self, embeddings: np.ndarray) -> np.ndarray:
        """Return for every row of `embeddings` whether it lies farther out than nearly every validation clip."""
        found: np.ndarray = self.distance(embeddings) > self.threshold
        return found

    def save(self, path: Path) -> None:
        """Write the file."""
        arrays: dict[str, Any] = {name: np.asarray(value, dtype=np.float32) for name, value in vars(self).items()}
        with files.replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)


def fit(train: np.ndarray, validation: np.ndarray) -> Novelty | None:
    """Return the distribution of `train` (clips × dims), its threshold from `validation`; None where there are too few clips.

    The threshold is the distance within which WITHIN of the validation part's clips lie: other speakers' where the split
    is by speaker.
    """
    from sklearn.decomposition import PCA

    count = min(COMPONENTS, train.shape[1] - 1)
    if count < 1 or len(train) <= 2 * count or not len(validation):
        return None
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    moves = deviation > 1e-6
    if moves.sum() <= count:
        return None
    # A dimension that never moves in the train part must not decide alone.
    deviation = np.where(moves, deviation, np.inf)
    pca = PCA(count, svd_solver="full").fit((train - mean) / deviation)
    if not pca.noise_variance_ > 1e-9:
        return None
    found = Novelty(mean, deviation, pca.components_, pca.explained_variance_, float(pca.noise_variance_), np.inf)
    return Novelty(**{**vars(found), "threshold": float(np.quantile(found.distance(validation), WITHIN))})


def load(path: Path) -> Novelty | None:
    """Return what `save` wrote, None where there is no such file. Raises GraphError for one that cannot be read."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in Novelty.__annotations__}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise GraphError(f"{path.name} cannot be read: {error}") from error
    scalars = {name: float(found[name]) for name in ("noise", "threshold")}
    return Novelty(**{**found, **scalars})
