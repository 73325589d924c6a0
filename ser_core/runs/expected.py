"""How long a training takes on this machine: its features and its fit apart, from what ended here, else from a short calibration.

`measured.estimate` scales a whole earlier run. Here what is in the store already costs nothing, and a recipe that was never trained
here is estimated from how fast this machine reads a few clips and multiplies.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from ser_core import learning_rate
from ser_core.audio import AudioError
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.reading import ClipReader
from ser_core.features import sources, store
from ser_core.recipes import Recipe, RecipeError, layer_table, plan, planning
from ser_core.runs import measured
from ser_core.runs.measured import Measured

#: Seconds and clips that the look at a corpus' clips may take.
LOOK_S, LOOK_CLIPS = 0.4, 12
#: What TensorFlow takes to load, and model and calibration after the last epoch, on the machine of `REFERENCE`; s.
AROUND_S = 15.0
#: What TensorFlow alone takes to load there, s.
LOAD_S = 8.0
#: Billion operations a second of one product of matrices, 512 × 512, on the two cores on which the shipped runs were trained.
REFERENCE = 200.0
#: Multiply-adds a second of a fit there, forward and back, and seconds that a clip costs beside them; from `quick-cnn` and 2D networks.
FIT_MULTIPLY_ADDS, CLIP_S = 25e9, 2e-4
#: Of how many trainings it is looked whether their copies lie in the store, at every run of a page; more are as those on average.
LOOKED = 3
#: Seconds until the processes that compute features have started.
FAN_S = 4.0
#: A fit multiplies forward, and twice as much back.
PASSES = 3
#: Share of a corpus' clips that is trained on, where nobody has divided it yet.
TRAINED = 0.75


@dataclass(frozen=True)
class Expected:
    """Seconds for the features that are not in the store yet, and for the fits. source: the run from which the fits are scaled, if any."""

    features_s: float
    fit_s: float
    source: Measured | None

    @property
    def seconds(self) -> float:
        return self.features_s + self.fit_s


def of(recipe: Recipe, corpus: Corpus, trainings: int, known: Sequence[Measured]) -> Expected | None:
    """Return how long so many trainings of the recipe may take on the corpus; None where nothing tells.

    The fits are scaled from a run of the recipe that ended here, else, for a built network, from its multiply-adds and this machine's
    speed, else from a shipped run of the recipe and this machine's speed.
    """
    labels = recipe.labels or corpus.emotions
    clips = int(corpus.clips["emotion"].isin(labels).sum())
    features = of_features(recipe, corpus, trainings)
    scaled = measured.estimate(recipe, clips, trainings, known)
    if scaled is not None and scaled.source.own:
        return Expected(features, max(scaled.seconds, 1.0), scaled.source)
    if recipe.network == layer_table.BUILT:
        return Expected(features, trainings * _of_built(recipe, clips, len(labels)), None)
    if scaled is None:
        return None
    return Expected(features, scaled.seconds * slowness(), scaled.source)


def of_range_test(recipe: Recipe, corpus: Corpus, known: Sequence[Measured]) -> float | None:
    """Return how many seconds a learning-rate range test of the recipe may take on the corpus; None where nothing tells."""
    whole = of(recipe, corpus, 1, known)
    if whole is None:
        return None
    clips = int(corpus.clips["emotion"].isin(recipe.labels or corpus.emotions).sum())
    steps = math.ceil(clips * TRAINED * (1 + recipe.copies) / recipe.fit.batch_size) * recipe.fit.epochs
    tried = min(learning_rate.LONGEST_S, whole.fit_s * learning_rate.STEPS / steps)
    return whole.features_s + slowness() * LOAD_S + tried


def of_features(recipe: Recipe, corpus: Corpus, trainings: int = 1) -> float:
    """Return how many seconds it takes to compute what so many trainings of the recipe read of the corpus and is not in the store, from a
    look at a few clips.

    Of joined corpora each one's are kept with its own.
    """
    copied = list(itertools.islice(_copied(recipe, corpus), min(trainings, LOOKED)))
    # Of what features are computed, of which copies, and how often.
    asked: list[tuple[Corpus, store.Copies | None, float]] = [(corpus, None, 1.0)]
    asked += [(of, copies, copies.number * trainings / len(copied)) for of, copies in copied]
    seconds = 0.0
    for source in (given.source for given in recipe.feature_set.inputs):
        if source.missing:
            continue
        apart = bool(corpus.members) and source.hears_sound
        lacking = 0.0
        for number, whole in enumerate(corpus.members if apart else (corpus,)):
            clips = 0.0
            for of, copies, times in asked:
                own = of.members[number] if apart else of
                if not (store.folder(own, source, copies) / "index.csv").is_file():
                    clips += times * len(own.clips)
            if clips:
                lacking += clips * a_clip(whole, source)
        if lacking:
            seconds += FAN_S + lacking / joblib.cpu_count()
    return seconds


def _copied(recipe: Recipe, corpus: Corpus) -> Iterator[tuple[Corpus, store.Copies]]:
    """Training by training what copies are made of, and which: every seed draws its own, every fold of what it learns from."""
    if not recipe.copies or recipe.waveform is None:
        return
    for seed in itertools.count(recipe.seed):
        try:
            planned = plan(recipe.with_(seed=seed), corpus)
        except (CorpusError, RecipeError):
            # What cannot be trained makes none; whoever starts it is told why.
            return
        copies = store.Copies(recipe.waveform, recipe.copies, seed)
        for division in planned.divisions:
            yield corpus.of(planned.clips["clip"][division.parts.isin(planning.COPIED)]), copies


def a_clip(corpus: Corpus, source: sources.Source) -> float:
    """Return how many seconds one core takes to read a clip of the corpus and compute the source's features, the median of a few."""
    return _a_clip(corpus.fingerprint(), sources.spec_hash(source), _Look(corpus, source))


@lru_cache(maxsize=1)
def slowness() -> float:
    """Return how many times slower than where the shipped runs were trained this machine multiplies, from a quarter of a second."""
    values = np.random.default_rng(0).random((512, 512), dtype=np.float32)
    best, begun = np.inf, time.perf_counter()
    # One thread, the fastest of several turns: several threads would wait for whatever else runs.
    with threadpool_limits(limits=1, user_api="blas"):
        # Once at least: on a crowded machine the quarter of a second may be over before the first.
        while np.isinf(best) or time.perf_counter() - begun < 0.25:
            start = time.perf_counter()
            values @ values
            best = min(best, time.perf_counter() - start)
    return REFERENCE / (joblib.cpu_count() * 2 * 512**3 / best / 1e9)


def _of_built(recipe: Recipe, clips: int, n_labels: int) -> float:
    try:
        cost = sum(layer.multiply_adds for layer in layer_table.of_recipe(recipe, n_labels))
    except RecipeError:
        return AROUND_S
    trained = clips * TRAINED * (1 + recipe.copies)
    epoch = trained * (PASSES * cost / FIT_MULTIPLY_ADDS + CLIP_S)
    return slowness() * (AROUND_S + recipe.fit.epochs * epoch)


@dataclass(frozen=True, eq=False)
class _Look:
    """What is looked at; every two are alike to the cache, whose other keys tell corpora and sources apart."""

    corpus: Corpus
    source: sources.Source

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Look)


@lru_cache(maxsize=64)
def _a_clip(fingerprint: str, spec: str, look: _Look) -> float:
    clips = look.corpus.clips
    rows = clips.iloc[np.linspace(0, len(clips) - 1, LOOK_CLIPS + 1).astype(int)]
    reader, took, begun = ClipReader(), [], time.perf_counter()
    for number, row in enumerate(rows.itertuples()):
        start = time.perf_counter()
        try:
            sources.extracted(look.source, reader.read(row.path, row.start, row.end).samples)
        except (AudioError, OSError, ValueError):
            continue
        # The first one loads what the others find loaded.
        if number:
            took.append(time.perf_counter() - start)
        if took and time.perf_counter() - begun > LOOK_S:
            break
    return float(np.median(took)) if took else 0.0
