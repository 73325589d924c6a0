"""Runs of different splits held against each other: all of them answer the clips that none of them heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from ser_core.corpora import splits
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import on_corpus
from ser_core.evaluation.compare import Comparison, compare
from ser_core.fanout import Progress
from ser_core.predictor import Predictor
from ser_core.runs import Run


def unheard(runs: Mapping[str, Run], corpus: Corpus) -> pd.DataFrame:
    """Return the rows of the corpus' clips that, and whose speakers, stand in no run's train or validation part.

    Clips that the public split drops are left out.
    """
    clips = corpus.clips[~splits.dropped(corpus.clips)]
    for run in runs.values():
        clips = clips[~on_corpus.seen_by(run, clips)]
    return clips


def judged_anew(named: Mapping[str, Predictor], corpus: Corpus, *, progress: Progress | None = None) -> Comparison:
    """Compare models, by the names they are to be called, on the corpus' clips that none of them heard, each without a voice profile.

    A model that is normalised by speaker has that of each speaker's tested clips, as in `on_corpus.evaluate`. progress: of all clips
    of all models. Raises CorpusError where no clip is left, RunError as `compare` does.
    """
    runs = {name: predictor.run for name, predictor in named.items()}
    clips = unheard(runs, corpus)
    if clips.empty:
        raise CorpusError(
            f"{corpus.card.title} has no clip left whose speaker none of {', '.join(named)} learned from."
        )
    ground = dataclasses.replace(corpus, clips=clips.reset_index(drop=True))
    answers = {}
    for number, (name, predictor) in enumerate(named.items()):

        def tell(done: int, of: int, number: int = number) -> None:
            if progress:
                progress(number * of + done, of * len(named))

        answers[name] = on_corpus.evaluate(predictor, ground, progress=tell).predictions
    return compare(runs, answers)
