"""What each emotion adds to the features, by the train part's clips as they were recorded, kept beside the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ser_core.graphs import emotion_means
from ser_core.runs import Run
from ser_core.training.parts import Part


def write(run: Run, train: Part) -> None:
    """Write emotion-means.npz of a run that takes a voice profile of vectors."""
    (given,) = train.inputs
    recorded = replace(train, clips=train.clips[~train.clips["clip"].str.contains(r"#copy\d+$")], taught=None)
    features = train.features[given.name]
    summed: Any = 0.0
    for piece in recorded.in_pieces():
        vectors = np.concatenate([features[clip] for clip in piece.clips["clip"]], dtype=np.float32)
        summed = summed + piece.targets.T @ vectors
    emotion_means.of(summed, recorded.targets.sum(axis=0)).save(run.path / emotion_means.FILE)
