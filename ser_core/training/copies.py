"""Changed copies of the train part: computed once, kept in the store, never validated or tested on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import pandas as pd

from ser_core.augment.waveform import WaveformAugmentation
from ser_core.corpora.base import Corpus
from ser_core.fanout import Progress
from ser_core.features import store
from ser_core.recipes import Recipe, planning
from ser_core.training.parts import Part


def load(
    recipe: Recipe, corpus: Corpus, clips: Iterable[str], progress: Progress | None = None
) -> tuple[store.Copies, dict[str, store.Features | store.Together]]:
    """Return the recipe's copies of these clips of the corpus, and their features by input, computed where they are not in the store."""
    copies = store.Copies(recipe.waveform or WaveformAugmentation(), recipe.copies, recipe.seed)
    theirs, inputs = corpus.of(clips), recipe.feature_set.inputs
    return copies, {one.name: store.load(theirs, one.source, copies=copies, progress=progress) for one in inputs}


def joined(
    parts: Mapping[str, Part],
    features: Mapping[str, store.Features | store.Together],
    recipe: Recipe,
    corpus: Corpus,
    progress: Progress | None = None,
) -> Part:
    """Return the train part with the recipe's copies of every clip of it, each with its clip's speaker and emotion.

    `features`: those of the clips themselves, by input.
    """
    train = parts["train"]
    copies, changed = load(recipe, corpus, pd.concat([parts[name].clips["clip"] for name in planning.COPIED]), progress)
    rows = pd.concat(
        [train.clips.assign(clip=[copies.name(clip, k) for clip in train.clips["clip"]]) for k in range(copies.number)]
    )
    rows = rows[rows["clip"].map(lambda clip: all(clip in found for found in changed.values()))]
    both = {name: store.Together((features[name], found)) for name, found in changed.items()}
    return dataclasses.replace(train, clips=pd.concat([train.clips, rows], ignore_index=True), features=both)
