"""What each emotion adds to the features, by the train part's clips as they were recorded, kept beside the model."""

from __future__ import annotations

import numpy as np

from ser_core.graphs import emotion_means
from ser_core.runs import Run
from ser_core.training.parts import Part


def write(run: Run, train: Part) -> None:
    """Write emotion-means.npz of a run that takes a voice profile of vectors."""
    (given,) = train.inputs
    recorded = (~train.clips["clip"].str.contains(r"#copy\d+$")).to_numpy()
    features = train.features[given.name]
    vectors = np.stack([np.asarray(features[clip], np.float32).mean(axis=0) for clip in train.clips["clip"][recorded]])
    emotion_means.of(vectors, train.targets[recorded]).save(run.path / emotion_means.FILE)
