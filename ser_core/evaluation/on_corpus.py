"""A run on a corpus: what its model says of clips that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ser_core.corpora import splits
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import metrics, seen
from ser_core.features import store
from ser_core.predictor import Predictor
from ser_core.runs import Run, prediction_rows


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The predictions of a run on a corpus, their metrics, and how many clips were seen in its training.

    unlike: how many of the clips are unlike the train part (`predictor.UNLIKE`); None where the run does not know.
    """

    labels: tuple[str, ...]
    predictions: pd.DataFrame = field(repr=False)
    seen: int
    failed: dict[str, str]
    unlike: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what `evaluate --json` prints."""
        found = metrics.summary(self.predictions, self.labels)
        return {**found, "seen": self.seen, "failed": self.failed, "unlike_training": self.unlike}


def seen_by(run: Run, clips: pd.DataFrame, hashes: Mapping[str, str] | None = None) -> pd.Series:
    """Return for every clip whether it, or its speaker, was in the run's train or validation part.

    hashes: clip → hash of its decoded samples, by which a copy under another name is known too.
    """
    digests = hashes or {}
    found = [
        seen.of(run, clip=clip, speaker=speaker, digest=digests.get(clip, "")) is not None
        for clip, speaker in zip(clips["clip"], clips["speaker"], strict=True)
    ]
    return pd.Series(found, index=clips.index, dtype=bool)


def evaluate(
    predictor: Predictor,
    corpus: Corpus,
    *,
    speakers: Sequence[str] | None = None,
    include_seen: bool = False,
    progress: store.Progress | None = None,
) -> Evaluation:
    """Run the model on a corpus' clips and score them by their most probable label.

    Clips and speakers of the run's train or validation part are left out (`seen` counts them) unless `include_seen`.
    Clips that the public split drops are left out. Where label sets differ, only clips whose emotion is in both count
    and probabilities are renormalised over the common labels. Raises CorpusError when no clip is left.
    """
    clips = corpus.clips[~splits.dropped(corpus.clips)]
    labels = tuple(label for label in predictor.labels if label in set(clips["emotion"]))
    clips = clips[clips["emotion"].isin(labels)]
    if speakers is not None:
        unknown = sorted(set(speakers) - set(corpus.clips["speaker"]))
        if unknown:
            raise CorpusError(f"{corpus.card.title} in {corpus.root} has no speaker {', '.join(unknown)}.")
        clips = clips[clips["speaker"].isin(speakers)]
    heard = seen_by(predictor.run, clips)
    if include_seen or not heard.all():
        features = {one.name: store.load(corpus, one.source, progress=progress) for one in predictor.inputs}
        hashes = {clip: digest for found in features.values() for clip, digest in found.hashes.items()}
        heard = seen_by(predictor.run, clips, hashes)
    if not include_seen:
        clips = clips[~heard]
    if clips.empty:
        raise CorpusError(
            f"Nothing unseen is left: all {int(heard.sum())} clips are of clips or speakers that {predictor.run.name} was trained or "
            "chosen on. Name other speakers, or keep them with --include-seen."
        )
    failed = {clip: why for found in features.values() for clip, why in found.failed.items()}
    clips = clips[~clips["clip"].isin(failed)]
    if clips.empty:
        clip, why = next(iter(failed.items()))
        raise CorpusError(f"None of the clips of {corpus.card.title} can be read; {clip}: {why}")
    columns = [predictor.labels.index(label) for label in labels]
    probabilities = np.empty((len(clips), len(labels)))
    unlike = 0
    for row, clip in enumerate(clips["clip"]):
        found, embedding = predictor.windows_of({name: np.asarray(one[clip]) for name, one in features.items()})
        unlike += predictor.unlike(embedding)
        common = found.mean(axis=0)[columns]
        probabilities[row] = common / common.sum()
    parts = ["test"] * len(clips)
    table = prediction_rows(list(clips["clip"]), parts, clips["speaker"], clips["emotion"], probabilities, labels)
    return Evaluation(labels, table, int(heard.sum()), failed, None if predictor.novelty is None else unlike)
