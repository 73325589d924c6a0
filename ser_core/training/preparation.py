"""What stands frozen in front of a network: scaling, and optionally LDA, fitted on the train part alone."""

from __future__ import annotations

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from ser_core.networks.build import Preparation
from ser_core.training.normalisation import statistics
from ser_core.training.parts import Part

#: Most frames that LDA is fitted on; more change its axes by less than a second run would.
LDA_FRAMES = 200_000


def prepare(train: Part, lda: int) -> Preparation | None:
    """Return mean and deviation of every feature over the train part's frames, and the LDA axes when `lda` is not 0.

    None for what networks normalise themselves, clip by clip (log-mel pictures). LDA (Fisher 1936; scikit-learn's
    eigenvalue solver with Ledoit-Wolf shrinkage) is fitted on the scaled frames, each labelled with its clip's emotion;
    it has at most one axis less than there are labels in the train part.
    """
    (given,) = train.inputs
    if given.source.normalised_by_network:
        return None
    mean, deviation = statistics(train)
    projection = None
    if lda:
        frames = [np.asarray(train.features[given.name][clip]) for clip in train.clips["clip"]]
        labels = np.repeat(train.clips["emotion"].to_numpy(), [len(clip) for clip in frames])
        rows = np.concatenate(frames)
        picked = np.random.default_rng(0).permutation(len(rows))[:LDA_FRAMES]
        found = LinearDiscriminantAnalysis(
            solver="eigen", shrinkage="auto", n_components=min(lda, len(set(labels)) - 1)
        )
        found.fit((rows[picked] - mean) / deviation, labels[picked])
        projection = found.scalings_[:, : found.n_components].astype(np.float32)
    return Preparation(mean.astype(np.float32), deviation.astype(np.float32), projection)
