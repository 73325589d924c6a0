"""What a leaky split is worth: one quick recipe trained on it, and on as many clips of speakers that are not tested."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ser_core.corpora.base import CorpusError
from ser_core.evaluation import significance, split_sound
from ser_core.evaluation.split_audit import Audit
from ser_core.evaluation.split_worth import Worth
from ser_core.fanout import Progress
from ser_core.networks.classical import CLASSIFIERS, pipeline
from ser_core.recipes import Recipe, RecipeError

#: The recipe that is asked where none is named: its vectors are those by which copies are found. Its changed copies are left out.
QUICK = "whisper-logreg"
#: Groups of speakers at most; each takes a fit.
MOST_GROUPS = 20


def measure(audit: Audit, recipe: Recipe, *, heard: Progress | None = None, fitted: Progress | None = None) -> Worth:
    """Return what the split's leak is worth by `recipe`, a classifier on a vector a clip; copies and voice normalisation are left out.

    Both models are asked about the same clips. The leaky one has learned from the split's train part (of folds, from the others). The
    honest ones: speakers are cut into groups by the recipe's seed, and each group's tested clips are answered by a fit on clips of the
    other groups, as many as the leaky one had, emotion by emotion as far as they go. heard, fitted: told how far features and fits are.
    Raises RecipeError for another kind of recipe, CorpusError where there is no leak by speaker, or no sound or emotion to learn from.
    """
    if recipe.network not in CLASSIFIERS or not recipe.feature_set.is_vector or recipe.own_voice:
        raise RecipeError(
            f"{recipe.name} is no quick classifier on a vector a clip: logreg, svm, {QUICK} or whisper-svm are."
        )
    if not audit.speakers_shared:
        raise CorpusError(
            "No speaker stands on both sides, so there is no leak by voice whose worth could be measured."
        )
    (source,) = (one.source for one in recipe.feature_set.inputs)
    found = split_sound.heard(audit.clips, source, heard)
    rows = audit.clips.rows
    usable = rows.index.isin(list(found.vectors)) & (rows["emotion"] != "") & (rows["speaker"] != "")
    rows = rows[usable]
    if not len(rows):
        raise CorpusError(
            "What a leak is worth takes the sound, emotion and speaker of the clips: name the corpus and its folder."
        )
    vectors = {row: found.vectors[row].astype(np.float64).ravel() for row in rows.index}
    fits = _Fits(recipe, vectors, rows, fitted)
    cuts = _cuts(rows, audit.folds)
    groups, size = _groups(rows, cuts, recipe.seed)
    fits.total = len(cuts) + len(groups)
    tested = pd.Index(sorted({row for _, test in cuts for row in test}))
    leaky = pd.Series(False, index=tested)
    for train, test in cuts:
        leaky[test] = fits.right(_drawn(rows.loc[train], size, recipe.seed), test)
    honest = pd.Series(False, index=tested)
    for number, group in enumerate(groups):
        own = rows["speaker"].isin(group)
        test = tested[own.loc[tested]]
        honest[test] = fits.right(_drawn(rows[~own], size, recipe.seed + number), test)
    speakers = rows["speaker"].loc[tested]
    span = significance.paired((leaky.astype(float) - honest.astype(float)).to_numpy(), list(speakers))
    return Worth(
        recipe.name,
        float(leaky.mean()),
        float(honest.mean()),
        span,
        len(tested),
        int(speakers.nunique()),
        size,
        fits.total,
    )


class _Fits:
    """Fits of one recipe, counted."""

    def __init__(
        self, recipe: Recipe, vectors: dict[int, np.ndarray], rows: pd.DataFrame, told: Progress | None
    ) -> None:
        self.recipe, self.vectors, self.rows, self.told = recipe, vectors, rows, told
        self.done = self.total = 0

    def right(self, train: pd.Index, test: pd.Index) -> np.ndarray:
        """Return for every tested clip whether a fit on the train clips names its emotion."""
        fitted = pipeline(self.recipe.network, self.recipe.network_params)
        emotions = self.rows["emotion"]
        with threadpool_limits(limits=1, user_api="blas"):
            fitted.fit(np.stack([self.vectors[row] for row in train]), emotions.loc[train].to_numpy(str))
            said = fitted.predict(np.stack([self.vectors[row] for row in test]))
        self.done += 1
        if self.told:
            self.told(self.done, self.total)
        right: np.ndarray = said == emotions.loc[test].to_numpy(str)
        return right


def _cuts(rows: pd.DataFrame, folds: bool) -> list[tuple[pd.Index, pd.Index]]:
    """The trainings that the split asks for: which rows are learned from and which are tested."""
    if folds:
        return [
            (rows.index[rows["part"] != fold], rows.index[rows["part"] == fold]) for fold in sorted(set(rows["part"]))
        ]
    tested = "test" if (rows["part"] == "test").any() else "validation"
    cut = (rows.index[rows["part"] == "train"], rows.index[rows["part"] == tested])
    if not len(cut[0]) or not len(cut[1]):
        raise CorpusError("No clip with sound, emotion and speaker is left to learn from, or to test.")
    return [cut]


def _groups(rows: pd.DataFrame, cuts: list[tuple[pd.Index, pd.Index]], seed: int) -> tuple[list[set[str]], int]:
    """Groups of speakers, as few as leave as many clips of others as the split learns from, and how many clips a fit has.

    Where no number of groups leaves so many, every fit has as many as the largest number leaves.
    """
    speakers = sorted(set(rows["speaker"]))
    if len(speakers) < 2:
        raise CorpusError("One speaker alone stands in this split, so no fit can leave its speakers out.")
    order = np.random.default_rng(seed).permutation(speakers)
    counts = rows["speaker"].value_counts()
    wanted = min(len(train) for train, _ in cuts)
    most = min(MOST_GROUPS, len(speakers))
    fewest = min(most, max(2, math.ceil(1.0 / max(1e-9, 1.0 - wanted / len(rows)))))
    for number in range(fewest, most + 1):
        groups = [set(map(str, group)) for group in np.array_split(order, number)]
        left = len(rows) - max(int(counts[list(group)].sum()) for group in groups)
        if left >= wanted:
            break
    return groups, min(wanted, left)


def _drawn(rows: pd.DataFrame, size: int, seed: int) -> pd.Index:
    """So many of the rows, each emotion's share kept."""
    if len(rows) <= size:
        return rows.index
    random = np.random.default_rng(seed)
    order = rows.index[random.permutation(len(rows))]
    emotion = rows["emotion"].loc[order]
    # Each emotion's clips are spread evenly over 0 to 1; the first `size` of all have its share.
    place = (emotion.groupby(emotion).cumcount() + 0.5) / emotion.map(emotion.value_counts())
    return pd.Index(sorted(place.sort_values(kind="stable").index[:size]))
