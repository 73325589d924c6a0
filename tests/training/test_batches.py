"""Batches of vectors: mixtures of two clips, and of the voices beside them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from ser_core.augment import picture
from ser_core.features import sets, store
from ser_core.recipes import Fit
from ser_core.training.batches import AugmentedBatches
from ser_core.training.parts import Part

EMOTIONS = ("anger", "fear", "neutral")


def test_a_mixture_of_vectors_has_the_mixture_of_their_voices_beside_it() -> None:
    rows = [(f"c/{who}_{emotion}_{k}", who, emotion) for who in "012" for emotion in EMOTIONS for k in range(4)]
    clips, (given,) = pd.DataFrame(rows, columns=["clip", "speaker", "emotion"]), sets.named("mfcc-20").inputs
    names = list(clips["clip"])
    level = np.array([[10.0 * float(who)] for who in clips["speaker"]], np.float32)
    vectors = store.Features(
        level * np.ones(given.source.dims, np.float32),
        {clip: (k, 1) for k, clip in enumerate(names)},
        dict.fromkeys(names, ""),
        {},
        dict.fromkeys(names, 2.0),
    )
    part = Part(clips, EMOTIONS, (given,), {given.name: vectors}, with_profile=True)
    mixtures = dataclasses.replace(picture.NONE, mixup=1.0)
    inputs, targets, _ = AugmentedBatches(part, mixtures, Fit(batch_size=len(clips)), 0)[0]
    assert len(set(inputs[given.name][:, 0].round(3))) > 3 and (np.count_nonzero(targets > 0.1, axis=1) > 1).any()
    # Every clip is as its speaker's others: what it differs by from its voice, nothing, stays so in a mixture of two.
    np.testing.assert_allclose(inputs["profile"][:, 0], inputs[given.name], atol=1e-4)
