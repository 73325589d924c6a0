"""Copies of the train part: what is learned from as well, kept for the refit that learns from more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ser_core import recipes
from ser_core.augment import waveform
from ser_core.corpora import crema_d, splits
from ser_core.corpora.base import Corpus
from ser_core.features import store
from ser_core.recipes import Recipe, plan
from ser_core.training import copies
from ser_core.training.parts import Part
from tests import made


def divided(corpus: Corpus, recipe: Recipe, refitted: bool) -> dict[str, Part]:
    clips, inputs = corpus.clips, recipe.feature_set.inputs
    (division,) = plan(recipe, corpus).divisions
    of_clip = division.parts.replace("validation", "train") if refitted else division.parts
    features = {given.name: store.load(corpus, given.source) for given in inputs}
    return {
        name: Part(clips[of_clip == name].reset_index(drop=True), recipe.labels, inputs, features)
        for name in splits.PARTS
    }


def test_a_refit_finds_the_copies_of_what_was_validated_on_and_nobody_learned_from_them_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.5))
    changes = waveform.WaveformAugmentation(p=1.0, stretch=0.0, pitch_semitones=0.0, speeds=(1.15, 0.87))
    recipe = recipes.named("mlp").with_(features="mfcc-20", labels=corpus.emotions, waveform=changes, copies=2)
    before = divided(corpus, recipe, refitted=False)
    found = copies.joined(before, before["train"].features, recipe, corpus)
    names = {clip.partition("#")[0] for clip in found.clips["clip"]}
    assert names == set(before["train"].clips["clip"]) and len(found.clips) == 3 * len(before["train"].clips)

    after = divided(corpus, recipe, refitted=True)
    assert len(after["train"].clips) > len(before["train"].clips) and after["validation"].clips.empty
    # Nothing is computed anew.
    monkeypatch.setattr(store, "_compute", None)
    more = copies.joined(after, after["train"].features, recipe, corpus)
    assert len(more.clips) == 3 * len(after["train"].clips)
    (name,) = found.features
    clip = found.clips["clip"].iloc[-1]
    np.testing.assert_array_equal(np.asarray(more.features[name][clip]), np.asarray(found.features[name][clip]))
