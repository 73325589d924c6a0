"""What a training begins with: the corpus divided, the features of its parts read, the train part's copies and teachers beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ser_core.corpora import splits, unreadable
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.splits import Division
from ser_core.features import store
from ser_core.recipes import Recipe, plan
from ser_core.recipes.planning import checked, labelled, with_labels
from ser_core.training import copies, normalisation, teaching
from ser_core.training.parts import Part
from ser_core.training.reporter import Reporter


class Reading:
    """A recipe and a corpus on their way to parts with features.

    notes: what a reader must know beside. validated: whether the division has a validation part. allow_unreadable: as `train.train` has it.
    """

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        reporter: Reporter,
        notes: Sequence[str] = (),
        *,
        validated: bool = True,
        allow_unreadable: bool = False,
    ) -> None:
        self.recipe, self.corpus, self.reporter = recipe, corpus, reporter
        self.given_notes = tuple(notes)
        self.validated, self.allow_unreadable = validated, allow_unreadable

    def divide(self, division: Division | None) -> None:
        """Decide which clips are in which part, and what a reader must know of that."""
        if division is None:
            planned = plan(self.recipe, self.corpus)
            self.recipe, self.clips, self.notes = planned.recipe, planned.clips, list(planned.notes)
            (self.division,) = planned.divisions
        else:
            self.recipe, self.division = with_labels(self.recipe, self.corpus), division
            self.clips, self.notes = labelled(self.recipe, self.corpus), []
            if self.validated:
                self.notes = checked(self.clips, division, self.recipe.labels)
        self.notes += self.given_notes
        self.clips = self.clips.assign(part=self.division.parts)
        self.clips = self.clips[self.clips["part"] != ""]

    def read(self) -> dict[str, Part]:
        """Return the parts with their features, the copies of the train part and its teachers' answers."""
        recipe, inputs = self.recipe, self.recipe.feature_set.inputs
        begun = time.monotonic()
        self.features = {
            one.name: store.load(self.corpus, one.source, progress=self.reporter.features) for one in inputs
        }
        self.left_out = unreadable.among(
            self.clips["clip"],
            [one.failed for one in self.features.values()],
            self.corpus.card.title,
            allowed=self.allow_unreadable,
        )
        self.clips = self.clips[~self.clips["clip"].isin(self.left_out.why)]
        if not (self.clips["part"] == "train").any():
            raise CorpusError(
                f"No clip of the train part of {self.corpus.card.title} is left: {self.left_out.sentence()}."
            )
        if self.left_out and self.validated:
            # Without them an emotion may be gone.
            checked(self.clips, self.division, recipe.labels)
        parts = {
            name: Part(
                self.clips[self.clips["part"] == name].reset_index(drop=True),
                recipe.labels,
                inputs,
                self.features,
                recipe.profile,
            )
            for name in splits.PARTS
        }
        if recipe.copies:
            parts["train"] = copies.joined(parts, self.features, recipe, self.corpus, self.reporter.features)
        self.features_s = time.monotonic() - begun
        if recipe.own_voice:
            parts = self.by_voice(parts)
        if recipe.teachers:
            parts["train"] = replace(
                parts["train"], taught=teaching.answers(recipe, parts, self.corpus, self.reporter.features)
            )
        return parts

    def by_voice(self, parts: dict[str, Part]) -> dict[str, Part]:
        """Return the parts with the profile of each clip's speaker, or of the corpus, of all clips whatever their part."""
        train = parts["train"]
        (given,) = train.inputs
        both = pd.concat([train.clips, self.clips[self.clips["part"] != "train"]])
        voices = normalisation.voices(both, train.features[given.name], given.source, self.recipe.normalise)
        self.notes.append(
            f"Features are normalised by the statistics of all clips of the {self.recipe.normalise}, tested ones included, without labels."
        )
        return {name: replace(part, voices=voices) for name, part in parts.items()}
