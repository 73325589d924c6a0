"""A run on a corpus: what its model says of clips that it has not seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ser_core.augment.degradation import Degradation
from ser_core.corpora import own, splits, unreadable
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.reading import ClipReader
from ser_core.corpora.unreadable import Unreadable
from ser_core.evaluation import calibration, conformal, metrics, seen
from ser_core.evaluation import enrolment as enrolments
from ser_core.evaluation.enrolment import Enrolment, Pool
from ser_core.fanout import Progress
from ser_core.features import extraction, store
from ser_core.features.profile import ProfileError, VoiceProfile, speech_s
from ser_core.predictor import Predictor
from ser_core.runs import Run, prediction_rows


@dataclass(frozen=True, eq=False)
class Enrolled:
    """What was set aside and given to the model.

    Attributes
    ----------
    asked : Enrolment
        How many clips of each speaker, of which emotion.
    pools : dict of str to Pool
        By speaker, what was set aside.
    profiles : dict of str to VoiceProfile
        By speaker, that of the first clips of their pool (none of 0).
    """

    asked: Enrolment
    pools: dict[str, Pool] = field(repr=False)
    profiles: dict[str, VoiceProfile] = field(repr=False)

    @property
    def set_aside(self) -> set[str]:
        """The clips that are left out of the test."""
        return {clip for pool in self.pools.values() for clip in pool.clips}

    def to_dict(self) -> dict[str, Any]:
        """Return {clips, emotion, left_out, seconds}: left_out counts clips, seconds of speech by speaker."""
        seconds = {speaker: round(profile.seconds, 2) for speaker, profile in self.profiles.items()}
        return {**dataclasses.asdict(self.asked), "left_out": len(self.set_aside), "seconds": seconds}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The predictions of a run on a corpus, as `evaluate` gives them.

    Attributes
    ----------
    labels : tuple of str
        The emotions that model and corpus have in common.
    predictions : pandas.DataFrame
        A row a clip: clip, speaker, true, predicted, and the probability `p_<label>` of every label.
    seen : int
        How many clips were seen in the run's training.
    unreadable : Unreadable
        The clips that should have been tested and could not be read.
    unlike : int or None
        How many of the clips are unlike the train part; None where the run does not know.
    enrolment : Enrolled, optional
        What the model was given of each speaker. Default: no clips were set aside.
    degradation : Degradation, optional
        What was done to every clip. Default: nothing.
    adaptation : {"none", "speaker", "corpus"}
        Of whose tested clips a voice profile was made, without labels.
    least : float, optional
        From which probability on the model takes a label into the set beside its answer. Default: it gives no sets.
    threshold : float, default 0
        The confidence below which the model's answer is "uncertain".

    Examples
    --------
    >>> import ser_core as ser
    >>> found = ser.evaluate("fast", ser.corpus("folder", "voices")).to_dict()
    >>> found["n"], found["labels"], 0 <= found["uar"] <= 1
    (48, ['anger', 'sadness'], True)
    """

    labels: tuple[str, ...]
    predictions: pd.DataFrame = field(repr=False)
    seen: int
    unreadable: Unreadable
    unlike: int | None = None
    enrolment: Enrolled | None = None
    degradation: Degradation | None = None
    adaptation: str = "none"
    least: float | None = None
    threshold: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return what `evaluate --json` prints.

        Returns
        -------
        dict
            What `ser_core.evaluation.metrics.summary` says of the predictions, and what was left out, done and given.
        """
        summary = metrics.summary(self.predictions, self.labels)
        enrolled = self.enrolment and self.enrolment.to_dict()
        said = np.asarray(calibration.confidence(self.predictions, self.labels))
        hits = calibration.right(self.predictions)
        return {
            **summary,
            "reliability": metrics.reliability(said, hits).round(4).to_dict("list"),
            "answered": calibration.at_threshold(said, hits, self.threshold),
            "sets": None if self.least is None else conformal.measured(self.predictions, self.labels, self.least),
            "seen": self.seen,
            "failed": dict(self.unreadable.why),
            "unreadable": len(self.unreadable.why),
            "asked": self.unreadable.asked,
            "unlike_training": self.unlike,
            "enrolment": enrolled,
            "degradation": self.degradation and self.degradation.name,
            "adaptation": self.adaptation,
        }


def seen_by(run: Run, clips: pd.DataFrame, hashes: Mapping[str, str] | None = None) -> pd.Series:
    """Return for every clip whether it, or its speaker, was in the run's train or validation part.

    hashes: clip → hash of its decoded samples, by which a copy under another name is known too.
    """
    digests = hashes or {}
    known = [
        seen.of(run, clip=clip, speaker=speaker, digest=digests.get(clip, "")) is not None
        for clip, speaker in zip(clips["clip"], clips["speaker"], strict=True)
    ]
    return pd.Series(known, index=clips.index, dtype=bool)


def evaluate(
    predictor: Predictor,
    corpus: Corpus,
    *,
    speakers: Sequence[str] | None = None,
    include_seen: bool = False,
    enrolment: Enrolment | None = None,
    degradation: Degradation | None = None,
    adapt: str = "none",
    allow_unreadable: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Run the model on a corpus' clips and score them by their most probable label.

    Clips and speakers of the run's train or validation part are left out (`seen` counts them) unless `include_seen`.
    Clips that the public split drops are left out. Where label sets differ, only clips whose emotion is in both count
    and probabilities are renormalised over the common labels. With `enrolment` (of 0 clips too) a pool of each speaker's
    clips is left out, and the model is given the voice profile of the first of them, as they are recorded. With `degradation`
    that is done to every tested clip. adapt: `speaker` gives the model the voice profile of each speaker's tested clips themselves,
    degraded as they are; a model that is normalised by speaker or corpus always has that of these. Clips that cannot be read are left
    out and named; a tenth or more of them end it, unless `allow_unreadable`. Raises CorpusError when no clip is left and for a speaker
    with too few clips for a pool, RunError where the model takes no profile.
    """
    clips = corpus.clips[~splits.dropped(corpus.clips)]
    labels = tuple(label for label in predictor.labels if label in set(clips["emotion"]))
    if not labels:
        raise CorpusError(
            f"{corpus.card.title} has no clip of an emotion that {predictor.run.name} knows ({', '.join(predictor.labels)}). "
            f"{own.labels_said(corpus)}"
        )
    clips = clips[clips["emotion"].isin(labels)]
    if speakers is not None:
        unknown = sorted(set(speakers) - set(corpus.clips["speaker"]))
        if unknown:
            raise CorpusError(f"{corpus.card.title} in {corpus.root} has no speaker {', '.join(unknown)}.")
        clips = clips[clips["speaker"].isin(speakers)]
    heard = seen_by(predictor.run, clips)
    if include_seen or not heard.all():
        features = {given.name: store.load(corpus, given.source, progress=progress) for given in predictor.inputs}
        hashes = {clip: digest for stored in features.values() for clip, digest in stored.hashes.items()}
        heard = seen_by(predictor.run, clips, hashes)
    if not include_seen:
        clips = clips[~heard]
    if clips.empty:
        raise CorpusError(
            f"Nothing unseen is left: all {int(heard.sum())} clips are of clips or speakers that {predictor.run.name} was trained or "
            "chosen on. Name other speakers, or keep them with --include-seen."
        )
    failed = [stored.failed for stored in features.values()]
    left_out = unreadable.among(clips["clip"], failed, corpus.card.title, allowed=allow_unreadable)
    clips = clips[~clips["clip"].isin(left_out.why)]
    enrolled = None
    if enrolment is not None:
        enrolled = _enrolled(predictor, corpus, clips, set().union(*failed), features, enrolment)
        clips = clips[~clips["clip"].isin(enrolled.set_aside)]
        if clips.empty:
            raise CorpusError("All clips are set aside for the enrolment; none is left to test.")
    columns = [predictor.labels.index(label) for label in labels]
    probabilities = np.empty((len(clips), len(labels)))
    unlike = 0
    adapt = predictor.normalise if predictor.needs_voice else adapt
    fed: Iterable[tuple[dict[str, np.ndarray], float]] = _Heard(predictor, clips, features, degradation)
    keys = splits.speaker_key(clips) if adapt != "corpus" else pd.Series("", index=clips.index)
    if adapt == "none":
        voices = enrolled.profiles if enrolled else {}
    else:
        predictor.check_profile()
        # What is read anew, degraded, is kept: it is asked for twice.
        fed = list(fed) if degradation else fed
        voices = _adapted(predictor, keys, fed)
    for row, (speaker, (values, _)) in enumerate(zip(keys, fed, strict=True)):
        judge = predictor.with_voice(voices.get(speaker))
        windows, embedding = judge.windows_of(values)
        unlike += judge.unlike(embedding, values)
        common = windows.mean(axis=0)[columns]
        probabilities[row] = common / common.sum()
    parts = ["test"] * len(clips)
    table = prediction_rows(list(clips["clip"]), parts, clips["speaker"], clips["emotion"], probabilities, labels)
    far = None if predictor.novelty is None else unlike
    return Evaluation(
        labels,
        table,
        int(heard.sum()),
        left_out,
        far,
        enrolled,
        degradation,
        adapt,
        predictor.least,
        predictor.threshold,
    )


@dataclass(frozen=True, eq=False)
class _Heard:
    """What the model is fed with of each clip in turn, and its seconds of speech: from the store, or read anew and degraded."""

    predictor: Predictor
    clips: pd.DataFrame
    features: Mapping[str, store.Features | store.Together]
    degradation: Degradation | None

    def __iter__(self) -> Iterator[tuple[dict[str, np.ndarray], float]]:
        reader = ClipReader()
        seconds = next(iter(self.features.values())).seconds
        for row, clip in enumerate(self.clips["clip"]):
            if self.degradation is None:
                yield {name: np.asarray(stored[clip]) for name, stored in self.features.items()}, seconds[clip]
                continue
            place = self.clips.iloc[row]
            sound = reader.read(place["path"], place.get("start", np.nan), place.get("end", np.nan)).samples
            samples = self.degradation.apply(sound, clip)
            yield extraction.of_sound(self.predictor.inputs, samples), speech_s(samples)


def _adapted(
    predictor: Predictor, keys: pd.Series, heard: Iterable[tuple[dict[str, np.ndarray], float]]
) -> dict[str, VoiceProfile]:
    """The profile of each speaker's tested clips, by key. Raises CorpusError for a speaker of too little speech."""
    name = predictor.inputs[0].name
    of: dict[str, list[tuple[np.ndarray, float]]] = {key: [] for key in keys.unique()}
    for key, (values, seconds) in zip(keys, heard, strict=True):
        of[key].append((values[name], seconds))
    voices = {}
    for key, clips in of.items():
        try:
            voices[key] = predictor.profile_of_features(clips)
        except ProfileError as error:
            raise CorpusError(f"The speaker {key.partition('/')[2] or 'of these clips'}: {error}") from error
    return voices


def _enrolled(
    predictor: Predictor,
    corpus: Corpus,
    tested: pd.DataFrame,
    failed: set[str],
    features: Mapping[str, store.Features | store.Together],
    enrolment: Enrolment,
) -> Enrolled:
    """Set aside the pools of the tested clips' speakers, and make the profiles that are asked for."""
    usable = corpus.clips[~splits.dropped(corpus.clips) & ~corpus.clips["clip"].isin(failed)]
    pools = enrolments.pools(usable, list(splits.speaker_key(tested).unique()))
    profiles = {}
    if enrolment.clips:
        (name,) = features
        for speaker, pool in pools.items():
            seconds = features[name].seconds
            clips = ((features[name][clip], seconds.get(clip, 0.0)) for clip in pool.enrolled(enrolment))
            try:
                profiles[speaker] = predictor.profile_of_features(clips)
            except ProfileError as error:
                raise CorpusError(f"The speaker {speaker.partition('/')[2]}: {error}") from error
    return Enrolled(enrolment, pools, profiles)
