"""Whether and how a recipe can be trained on a corpus, decided before anything is computed: its labels, its clips, its divisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ser_core.corpora import folds, own, schemes, splits
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.splits import Division
from ser_core.features import selection, store
from ser_core.recipes.recipe import Recipe, RecipeError

#: Emotions of which one is told apart from another; of a single one everything is right.
FEWEST_LABELS = 2
#: Bytes of vectors, as 64-bit numbers, up to which a part is fitted and scored as a whole; what is larger is read shard by shard.
IN_MEMORY = 1_000_000_000
#: Networks that cannot: of them there is no fit in shards to the same end.
_WHOLE = ("svm",)
#: The parts of whose clips copies are made: the one that is learned from, and the one that a refit learns from as well.
COPIED = ("train", "validation")


@dataclass(frozen=True, eq=False)
class Plan:
    """What will be trained: the recipe with its labels stated, the clips that have one of them, one division a fit, and what a
    reader of its scores must know.
    """

    recipe: Recipe
    clips: pd.DataFrame = field(repr=False)
    divisions: tuple[Division, ...]
    notes: tuple[str, ...] = ()


def plan(recipe: Recipe, corpus: Corpus, n_folds: int = folds.FOLDS) -> Plan:
    """Return how `recipe` is trained on `corpus`. Nothing is extracted or fitted, and no file of sound is opened.

    n_folds: of kfold-speakers and kfold-clips. Raises CorpusError or RecipeError, one sentence with the way out: labels that the
    corpus has no clip of; fewer than two emotions in all, or in what a fit would train on; a split that keeps speakers apart where
    they are not known (unless the recipe leaves such clips out); too few speakers or clips; a selection made on another train part;
    features that this machine cannot compute and that are not in the store; a train part that a network must hold whole and cannot.
    """
    check_features(recipe, corpus)
    recipe = with_labels(recipe, corpus)
    clips = labelled(recipe, corpus)
    # Of joined corpora: which emotions were read under which names.
    notes = list(corpus.notes) if corpus.card.joined else []
    unknown = clips["speaker"] == ""
    if recipe.own_voice and recipe.feature_set.inputs[0].source.normalised_by_network:
        raise RecipeError(
            f"A network of {recipe.features} normalises every picture by itself; normalise={recipe.normalise} is for other features."
        )
    if (recipe.split in schemes.BY_SPEAKER or recipe.normalise == "speaker") and unknown.any():
        if recipe.unknown_speakers == "refuse":
            raise CorpusError(_speakers_unknown(corpus, int(unknown.sum()), len(clips)))
        notes.append(f"{int(unknown.sum())} of {len(clips)} clips have no speaker and are left out.")
        clips = clips[~unknown]
    if schemes.of(recipe.split).folds:
        divisions = tuple(folds.divide(clips, recipe.split, n_folds, recipe.seed))
    else:
        divisions = (splits.assign(clips, corpus.name, recipe.split, recipe.seed),)
    divisions = tuple(replace(division, parts=fewer_speakers(clips, division.parts, recipe)) for division in divisions)
    for division in divisions:
        _not_selected_elsewhere(clips.assign(part=division.parts), division, recipe)
        _not_too_large(int((division.parts == "train").sum()) * (1 + recipe.copies), recipe)
        notes += checked(clips, division, recipe.labels)
    return Plan(recipe, clips, divisions, tuple(notes))


def on_corpus(recipe: Recipe, corpus: Corpus) -> Recipe:
    """Return the recipe on the corpus: with all of its emotions, or those among them that the recipe was written for."""
    labels = recipe.labels if recipe.corpus == corpus.name else ()
    return recipe.with_(corpus=corpus.name, labels=tuple(label for label in labels if label in corpus.emotions))


def check_features(recipe: Recipe, corpus: Corpus) -> None:
    """Raise RecipeError, a sentence with the way out, for features that this machine cannot compute and that are not in the store."""
    for given in recipe.feature_set.inputs:
        if why := store.lacking(corpus, given.source):
            raise RecipeError(why)


def with_labels(recipe: Recipe, corpus: Corpus) -> Recipe:
    """Return the recipe with its labels stated: the corpus' own where it states none. Raises CorpusError where they cannot be told apart."""
    labels = recipe.labels or corpus.emotions
    absent = [label for label in labels if label not in corpus.emotions]
    if absent:
        raise CorpusError(
            f"{corpus.card.title} has no clip of {', '.join(absent)}; the recipe asks for it. {own.labels_said(corpus)} To train on those "
            f"that it has, leave labels out or state them: --set labels={','.join(corpus.emotions)}."
        )
    if len(labels) < FEWEST_LABELS:
        only = f", and {corpus.card.title} has {labels[0]} alone" if len(corpus.emotions) < FEWEST_LABELS else ""
        raise CorpusError(
            f"A model tells two emotions apart, or more{only}. Add clips of another emotion, or name more labels."
        )
    return recipe.with_(labels=tuple(labels))


def labelled(recipe: Recipe, corpus: Corpus) -> pd.DataFrame:
    """Return the corpus' clips whose emotion is one of the recipe's labels."""
    return corpus.clips[corpus.clips["emotion"].isin(recipe.labels)].copy()


def checked(clips: pd.DataFrame, division: Division, labels: Sequence[str]) -> list[str]:
    """Return what is to be known of a division of `clips` (columns speaker, emotion): the labels of which its train part has no clip.

    Raises CorpusError where it has nothing to train on or to choose by.
    """
    parts = division.parts.reindex(clips.index)
    where = f"In the fold {division.name}" if division.name else f"In the split {division.title}"
    trained = clips[parts == "train"]
    there = set(trained["emotion"])
    if len(there) < FEWEST_LABELS:
        only = f"clips of {next(iter(there))} alone" if there else "no clip at all"
        others = sorted(set(labels) - there)
        raise CorpusError(
            f"{where} the train part has {only}: {_whose(clips, parts, others)}. Record more speakers with these emotions, or "
            "divide otherwise."
        )
    if not (parts == "validation").any():
        raise CorpusError(f"{where} no clip is left to choose by: the validation part is empty. Record more clips.")
    lacking = [label for label in labels if label not in there]
    if not lacking:
        return []
    return [
        f"{where} the train part has no clip of {', '.join(lacking)}, so none is expected there: {_whose(clips, parts, lacking)}."
    ]


def fewer_speakers(clips: pd.DataFrame, parts: pd.Series, recipe: Recipe) -> pd.Series:
    """Return the parts with no more than the recipe's number of speakers in the train part, drawn by its seed; '' for the others' clips.

    Raises CorpusError where there are fewer.
    """
    if not recipe.train_speakers:
        return parts
    train = parts == "train"
    speakers = np.array(sorted(set(splits.speaker_key(clips[train]))))
    if recipe.train_speakers > len(speakers):
        raise CorpusError(
            f"The train part has {len(speakers)} speakers; train_speakers={recipe.train_speakers} asks for more of them."
        )
    kept = np.random.default_rng(recipe.seed).permutation(speakers)[: recipe.train_speakers]
    return parts.where(~train | splits.speaker_key(clips).isin(kept), "")


def _whose(clips: pd.DataFrame, parts: pd.Series, emotions: list[str]) -> str:
    """Where the clips of these emotions are: `all of fear is spoken by 03 (test)`."""
    said = []
    for emotion in emotions:
        rows = clips["emotion"] == emotion
        speakers = sorted({speaker for speaker in clips["speaker"][rows] if speaker})
        by = (
            f" is spoken by {', '.join(speakers[:3])}{' and others' if len(speakers) > 3 else ''}"
            if speakers
            else " lies"
        )
        inside = sorted({part for part in parts[rows] if part} or {"no part"})
        said.append(f"all of {emotion}{by} ({' and '.join(inside)})")
    return "; ".join(said)


def _not_selected_elsewhere(clips: pd.DataFrame, division: Division, recipe: Recipe) -> None:
    if recipe.selected_on and recipe.selected_on != selection.train_digest(clips):
        raise RecipeError(
            f"The descriptors of this recipe were selected on another train part than that of the split {division.title}: test clips "
            "may have helped to choose them. Select again on this split."
        )


def _not_too_large(clips: int, recipe: Recipe) -> None:
    values = clips * sum(given.source.dims for given in recipe.feature_set.inputs)
    if recipe.network in _WHOLE and 8 * values > IN_MEMORY:
        raise RecipeError(
            f"A support vector machine holds its whole train part in memory: {clips:,} clips and changed copies, {8 * values / 1e9:.1f} GB of "
            f"vectors where {IN_MEMORY / 1e9:g} GB is the most. Logistic regression (logreg), dense layers (mlp) and voice read theirs piece by "
            "piece; or learn from fewer speakers: --set train_speakers=50."
        )


def _speakers_unknown(corpus: Corpus, unknown: int, of: int) -> str:
    return (
        f"{unknown} of {of} clips of {corpus.card.title} have no speaker, so a split by speaker cannot keep people apart. Fill in who "
        "speaks (the column speaker of a table); or leave these clips out: --set unknown_speakers=leave-out; or divide by clip: "
        "--split clips, whose score is of people who were heard in training."
    )
