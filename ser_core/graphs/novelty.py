"""How far a clip lies from those that a model learned from, by the model's own embedding and, of a picture, by its spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import files, plain_arrays
from ser_core.features.logmel import RANGE_DB
from ser_core.serving import GraphError

#: File of a run folder that holds it; plain arrays, never unpickled.
FILE = "novelty.npz"
#: Directions in which the train part is described; what is left over counts as noise of one variance.
COMPONENTS = 32
#: From more dims on, only the directions that are kept are looked for.
WIDE = 1000
#: Share of the validation part's clips that lie within the threshold.
WITHIN = 0.99


def describe(embedding: np.ndarray, picture: np.ndarray | None = None) -> np.ndarray:
    """Return what stands for a clip here: its embedding (dims), and of a log-mel picture (frames × bands, dB) each band's mean against
    the picture's, its deviation, and how much it changes from frame to frame. A gain changes nothing.

    An embedding alone may lie among those of voices for a sound that its network was taught to hear through: noise, a tone.
    """
    if picture is None:
        return embedding
    shown = np.maximum(picture, picture.max() - RANGE_DB)
    means = shown.mean(axis=0)
    steps = np.abs(np.diff(shown, axis=0)).mean(axis=0) if len(shown) > 1 else np.zeros(shown.shape[1])
    return np.concatenate([embedding, means - means.mean(), shown.std(axis=0), steps])


@dataclass(frozen=True, eq=False)
class Novelty:
    """The train part's clips, each as `describe` gives it, as a normal distribution of few directions, and the distance above which a clip is unlike them.

    Probabilistic PCA (Tipping & Bishop 1999, doi:10.1111/1467-9868.00196) of the standardised values: `components`
    (directions × dims) with `variances`, and one variance `noise` for every direction that is left over.
    """

    mean: np.ndarray
    deviation: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    noise: float
    threshold: float

    def distance(self, clips: np.ndarray) -> np.ndarray:
        """Return a squared Mahalanobis distance for every row of `clips` (clips × dims). Raises GraphError where dims are others."""
        if np.shape(clips)[-1] != len(self.mean):
            raise GraphError(
                f"{FILE} describes a clip by {len(self.mean)} numbers, the model by {np.shape(clips)[-1]}."
            )
        standard = (np.atleast_2d(clips) - self.mean) / self.deviation
        inside = standard @ self.components.T
        left_over = np.maximum((standard**2).sum(axis=1) - (inside**2).sum(axis=1), 0.0)
        distances: np.ndarray = (inside**2 / self.variances).sum(axis=1) + left_over / self.noise
        return distances

    def relative(self, clips: np.ndarray) -> np.ndarray:
        """Return the distance of every row of `clips` as a share of the threshold: above 1 it lies farther out than nearly every validation clip."""
        shares: np.ndarray = self.distance(clips) / self.threshold
        return shares

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
    # Of vectors as wide as an encoder's all directions would take minutes and gigabytes; the first are wanted.
    solver = "full" if train.shape[1] <= WIDE else "randomized"
    pca = PCA(count, svd_solver=solver, random_state=0).fit((train - mean) / deviation)
    if not pca.noise_variance_ > 1e-9:
        return None
    fitted = Novelty(mean, deviation, pca.components_, pca.explained_variance_, float(pca.noise_variance_), np.inf)
    return Novelty(**{**vars(fitted), "threshold": float(np.quantile(fitted.distance(validation), WITHIN))})


def load(path: Path) -> Novelty | None:
    """Return what `save` wrote, None where there is no such file. Raises GraphError for one that cannot be read."""
    if not path.is_file():
        return None
    arrays = plain_arrays.read(path, Novelty.__annotations__)
    try:
        made = Novelty(
            arrays["mean"],
            arrays["deviation"],
            arrays["components"],
            arrays["variances"],
            float(arrays["noise"]),
            float(arrays["threshold"]),
        )
        _check(made)
    except (ValueError, TypeError) as error:
        raise GraphError(f"{path.name} cannot be read: {error}") from error
    return made


def _check(made: Novelty) -> None:
    dims, count = made.mean.shape, len(made.variances)
    shapes = (made.deviation.shape, made.components.shape, made.variances.shape)
    if len(dims) != 1 or shapes != (dims, (count, *dims), (count,)):
        raise ValueError("its arrays do not fit each other")
    known = all(np.isfinite(array).all() for array in (made.mean, made.components, made.variances, made.noise))
    known = known and 0.0 < made.threshold < np.inf
    if not known or not (made.variances > 0).all() or not made.noise > 0 or not (made.deviation > 0).all():
        raise ValueError("its numbers describe no clips")
