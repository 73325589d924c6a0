"""Vectors in two dimensions: PCA, t-SNE, or LDA fitted on some speakers and drawn on the others."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Key → how the method is called.
METHODS = {"pca": "PCA", "tsne": "t-SNE", "lda": "LDA"}
#: t-SNE looks at this many principal components; more are slow and mostly noise (van der Maaten & Hinton 2008 took 30 to 50).
TSNE_COMPONENTS = 50
#: What t-SNE balances a point's neighbourhood to; smaller where there are few points.
PERPLEXITY = 30.0


class MapError(ValueError):
    """A map cannot be made of these clips; the message says why."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Points (n × 2) of the rows `shown` of what was projected, and what is to be said of them."""

    points: np.ndarray = field(repr=False)
    shown: np.ndarray = field(repr=False)
    title: str
    axes: tuple[str, str]


def project(
    values: np.ndarray,
    method: str,
    *,
    labels: np.ndarray | None = None,
    speakers: np.ndarray | None = None,
    seed: int = 0,
) -> Projection:
    """Return `values` (n × dims) in two dimensions; every dimension is first scaled to mean 0 and deviation 1.

    method: "pca" the two directions of largest variance; "tsne" neighbours stay neighbours, distances between groups mean nothing
    (van der Maaten & Hinton 2008); "lda" the two directions that tell `labels` apart, fitted on half of the `speakers` (drawn by
    `seed`) with shrinkage after Ledoit & Wolf, and the clips of the other half alone. Raises MapError for fewer than three
    points, and for "lda" with fewer than two speakers or three labels to fit on.
    """
    if len(values) < 3:
        raise MapError("A map needs three clips or more.")
    if method == "lda":
        return _lda(values, np.asarray(labels), np.asarray(speakers), seed)
    rows = np.arange(len(values))
    scaled = standardised(values)
    if method == "pca":
        points, shares = _components(scaled, 2)
        axes = tuple(f"component {k + 1} ({100 * share:.0f} % of the variance)" for k, share in enumerate(shares))
        return Projection(points, rows, f"PCA of {len(rows):,} clips", (axes[0], axes[1]))
    if method == "tsne":
        from sklearn.manifold import TSNE

        reduced, _ = _components(scaled, min(TSNE_COMPONENTS, *scaled.shape))
        perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
        points = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(reduced.astype(np.float32))
        return Projection(points, rows, f"t-SNE of {len(rows):,} clips", ("t-SNE 1", "t-SNE 2"))
    raise MapError(f"There is no map called '{method}'. Known: {', '.join(METHODS)}.")


def standardised(values: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """Return `values` with the mean and deviation of `like` (None: their own) taken out, dimension by dimension.

    A dimension that does not vary in `like` becomes 0.
    """
    like = np.asarray(values if like is None else like, np.float64)
    deviation = like.std(axis=0)
    varies = deviation > 1e-9 * np.maximum(1.0, np.abs(like).max(axis=0))
    return np.where(varies, (values - like.mean(axis=0)) / np.where(varies, deviation, 1.0), 0.0)


def _components(scaled: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores on the first `n` principal components (zeros where there are fewer), and their shares of the variance."""
    from sklearn.decomposition import PCA

    k = min(n, *scaled.shape)
    model = PCA(k, random_state=0)
    scores = model.fit_transform(scaled)
    missing = n - k
    return np.pad(scores, ((0, 0), (0, missing))), np.pad(np.nan_to_num(model.explained_variance_ratio_), (0, missing))


def _lda(values: np.ndarray, labels: np.ndarray, speakers: np.ndarray, seed: int) -> Projection:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    known = sorted({str(speaker) for speaker in speakers} - {""})
    if len(known) < 2:
        raise MapError("LDA is fitted on some speakers and drawn on others; these clips name fewer than two speakers.")
    order = np.random.default_rng(seed).permutation(known)
    fitted_on, drawn_on = set(order[: len(known) // 2]), set(order[len(known) // 2 :])
    fit = np.array([str(speaker) in fitted_on for speaker in speakers])
    shown = np.flatnonzero([str(speaker) in drawn_on for speaker in speakers])
    if len(set(labels[fit])) < 3:
        raise MapError(
            "LDA in two dimensions needs clips of three emotions or more from the speakers that it is fitted on."
        )
    model = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=2)
    try:
        model.fit(standardised(values[fit]), labels[fit])
    except np.linalg.LinAlgError:
        # A dimension that never varies within the emotions (a handful of clips): without shrinkage it can be left out.
        model = LinearDiscriminantAnalysis(solver="svd", n_components=2).fit(standardised(values[fit]), labels[fit])
    points = model.transform(standardised(values[shown], values[fit]))
    title = (
        f"LDA fitted on {_speakers(len(fitted_on))}, drawn on the {len(shown):,} clips of {_speakers(len(drawn_on))} "
        "that it was not fitted on"
    )
    return Projection(points, shown, title, ("discriminant 1", "discriminant 2"))


def _speakers(n: int) -> str:
    return f"{n} speaker{'s' if n > 1 else ''}"
