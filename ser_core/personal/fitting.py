"""A personal model from beginning to end: one's own recordings are heard, a head is fitted, the run is written."""

from __future__ import annotations

import dataclasses
import time

import numpy as np

from ser_core import runs
from ser_core.corpora.base import Corpus
from ser_core.evaluation import metrics
from ser_core.evaluation.temperature import clip_probabilities, fit_temperature
from ser_core.fanout import Progress
from ser_core.personal import collected, head
from ser_core.personal.hearing import Heard, hear
from ser_core.personal.writing import Fitted, write
from ser_core.predictor import Predictor
from ser_core.runs import Run


def fit(
    corpus: Corpus,
    base: Predictor,
    *,
    classes: tuple[str, ...] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Run:
    """Fit a head for the corpus' classes on the embedding of `base`, and return the finished run in SER_HOME/runs.

    corpus: one's own recordings, with a column `sitting`. classes: those to tell apart, of any names; all by default.
    seed: draws the folds where clips are not divided by sitting. Takes seconds for a hundred clips, without TensorFlow.
    Raises PersonalError where there are too few clips or classes.
    """
    started = time.monotonic()
    clips = corpus.clips if classes is None else corpus.clips[corpus.clips["emotion"].isin(classes)]
    reason = collected.refusal(collected.counts(clips))
    if reason:
        raise collected.PersonalError(reason)
    heard = hear(clips, base, progress)
    fitted = fitted_on(heard, seed)
    return runs.whole(f"personal-{base.run.name}", lambda run: write(run, heard, fitted, base, seed, started))


def fitted_on(heard: Heard, seed: int) -> Fitted:
    """Fit the head, cross-validate it, and choose temperature and threshold on what was cross-validated."""
    clips, labels = heard.clips, collected.classes(heard.clips)
    division = collected.divide(clips, seed)
    true = clips["emotion"].tolist()
    scores = head.cross_validated(heard.embeddings, heard.rows, true, division.folds, labels)
    targets = np.eye(len(labels))[[labels.index(name) for name in true]]
    enough = min(collected.counts(clips).values()) >= collected.ENOUGH
    temperature = fit_temperature(scores, heard.rows, targets) if enough else 1.0
    probabilities = clip_probabilities(scores, heard.rows, temperature)
    right = probabilities.argmax(axis=1) == targets.argmax(axis=1)
    threshold = metrics.choose_threshold(probabilities.max(axis=1), right)
    final = dataclasses.replace(head.fit(heard.embeddings, heard.rows, true, labels), temperature=temperature)
    return Fitted(labels, final, division, probabilities, threshold)
