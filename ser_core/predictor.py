"""A run and a clip give a prediction; over time, a timeline. Runs the ONNX graph, never Keras."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ser_core import audio, graphs
from ser_core.features import extraction, sources
from ser_core.features import profile as profiles
from ser_core.features.contract import ContractError
from ser_core.features.profile import BandSums, ProfileError, VoiceProfile
from ser_core.graphs import GraphError, emotion_means, novelty
from ser_core.runs import Run, RunError

#: Most windows in one call of the graph; bounds memory for long clips.
BATCH = 64
#: How far from 1 the sum of an answer's probabilities, and a probability, may lie.
ROUNDING = 1e-3
#: Recordings of which a voice is made at least that a model needs for every answer.
LEAST_CLIPS = 2
#: The remark on a clip whose embedding lies far from the train part's.
UNLIKE = audio.Finding(
    "unlike-training",
    "warning",
    "This does not sound like the voices that the model learned from, so its answer and its confidence are worth less.",
)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of a clip.

    Attributes
    ----------
    labels : tuple of str
        The emotions.
    probabilities : numpy.ndarray
        (labels,), calibrated, in their order; they sum to 1.
    decision : {"emotion", "uncertain", "no-speech"}
        Whether the leading label is an answer: its confidence reaches the model's threshold, lies below it, or nobody speaks.
    findings : tuple of Finding
        Remarks on the recording.
    embedding : numpy.ndarray
        (dims,), the vector in front of the network's last layer, the mean of the windows'.
    profile : VoiceProfile, optional
        The speaker's voice profile that the answer goes by. Default: none.
    channels : dict of str to Prediction
        What the model says of each channel by its name, where a clip's channels were not mixed.

    Examples
    --------
    >>> import ser_core as ser
    >>> said = ser.load("fast").predict("silence.wav")
    >>> said.decision, len(said.labels), round(float(said.probabilities.sum()), 6)
    ('no-speech', 6, 1.0)
    """

    labels: tuple[str, ...]
    probabilities: np.ndarray
    decision: str
    findings: tuple[audio.Finding, ...]
    embedding: np.ndarray = field(repr=False)
    profile: VoiceProfile | None = None
    channels: dict[str, Prediction] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """The most probable emotion, whatever the decision."""
        return self.labels[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The largest probability, 0 to 1."""
        return float(self.probabilities.max())

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as `predict --json` prints it.

        Returns
        -------
        dict
            `label`, `decision`, `probabilities` by label, `quality` (the findings); where there are any, `profile` (clips, seconds, weight)
            and `channels`, each with label, decision and probabilities.
        """
        used = self.profile and {
            "clips": self.profile.clips,
            "seconds": round(self.profile.seconds, 2),
            "weight": round(self.profile.weight, 4),
        }
        return {
            **self._answer(),
            "quality": [
                {"code": finding.code, "severity": finding.severity, "message": finding.message}
                for finding in self.findings
            ],
            **({"profile": used} if used else {}),
            **(
                {"channels": [{"channel": k, **prediction._answer()} for k, prediction in self.channels.items()]}
                if self.channels
                else {}
            ),
        }

    def _answer(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "decision": self.decision,
            "probabilities": {label: float(p) for label, p in zip(self.labels, self.probabilities, strict=True)},
        }


@dataclass(frozen=True, eq=False)
class Timeline:
    """Predictions of windows along a clip, as `Model.timeline` gives them.

    Attributes
    ----------
    labels : tuple of str
        The emotions.
    start_s, end_s : numpy.ndarray
        (windows,), where each begins and ends, seconds.
    probabilities : numpy.ndarray
        (windows, labels).
    speech : numpy.ndarray
        (windows,), bool: whether each holds speech.

    Examples
    --------
    >>> import ser_core as ser
    >>> found = ser.load("fast").timeline("silence.wav", window_s=1.0, hop_s=0.5)
    >>> found.start_s, found.probabilities.shape, found.speech.any()
    (array([0. , 0.5, 1. ]), (3, 6), np.False_)
    """

    labels: tuple[str, ...]
    start_s: np.ndarray
    end_s: np.ndarray
    probabilities: np.ndarray
    speech: np.ndarray


def not_probabilities(values: np.ndarray, shape: tuple[int, int]) -> str:
    """Return why a graph's answer is no probabilities of this shape (windows × labels), in a few words; '' where it is."""
    if values.shape != shape:
        return f"{values.shape} values where {shape} probabilities were stated"
    if not np.isfinite(values).all() or values.min(initial=0.0) < 0.0 or values.max(initial=0.0) > 1.0 + ROUNDING:
        return "values that are no probabilities: they are not all from 0 to 1"
    sums = values.sum(axis=1)
    worst = sums[abs(sums - 1.0).argmax()]
    return "" if abs(worst - 1.0) < ROUNDING else f"values that are no probabilities: they sum to {worst:.3g}"


class Predictor:
    """A run's graph, opened once and usable from many threads."""

    def __init__(self, run: Run) -> None:
        """Open the run's model.onnx, a stranger's in a process of its own (`confined`).

        Raises RunError where the run is damaged or its feature.json does not fit the graph.
        """
        run.checked()
        if run.missing:
            raise RunError(f"The run {run.name} cannot be given a clip. {run.missing}")
        self.run = run
        contract = run.contract
        self.labels, self.threshold, self.inputs = contract.labels, contract.threshold, contract.inputs
        self.least = contract.least
        """The probability from which on a label is in the set beside the answer; None for a model without sets."""
        self.takes_profile = contract.takes_profile
        """Whether the graph has the inputs of a voice profile."""
        self.normalise = contract.normalise
        """By whose statistics its features are scaled; by a `speaker`'s or a `corpus`' it judges no clip without a profile."""
        opening = graphs.ConfinedSession if run.of_a_stranger else graphs.session
        self.session = opening(run.model_path())
        try:
            contract.check(graphs.signature(self.session))
        except ContractError as error:
            raise RunError(f"The run {run.name}: {error}") from error
        self.novelty = novelty.load(run.path / novelty.FILE)
        first = self.inputs[0].source
        self.emotions = emotion_means.load(run.path / emotion_means.FILE, len(self.labels), first.dims)
        self._felt = None if self.emotions is None else self.emotions.added
        self.profile_source = sources.spec_hash(first) + (self.emotions.digest if self.emotions else "")
        """What a voice profile is of: the features, and what was taken out of them."""
        self.voice: VoiceProfile | None = None
        """Whose voice it judges by; None: nobody's."""

    def with_voice(self, profile: VoiceProfile | None) -> Predictor:
        """Return this model, its graph shared, judging the clips of one speaker by their voice.

        Parameters
        ----------
        profile : VoiceProfile or None
            As `profile_of` gives it; None: anybody's clips, without a profile.

        Returns
        -------
        Model
            Of the class that it is called on.

        Raises
        ------
        RunError
            The model takes no voice profile.
        FeatureError
            The profile is of other features than the model's, or of too few recordings.

        Examples
        --------
        >>> import ser_core as ser
        >>> model = ser.load("accurate")
        >>> model.with_voice(None).voice is None
        True
        """
        if profile is not None:
            self.check_profile(profile)
            if self.needs_voice and profile.clips < LEAST_CLIPS:
                raise ProfileError(
                    f"{self.run.name} scales by how much a voice changes, which one recording does not tell: give {LEAST_CLIPS} of this "
                    "speaker, or more."
                )
        same = copy.copy(self)
        same.voice = profile
        return same

    @property
    def needs_voice(self) -> bool:
        return self.normalise != "train"

    def check_profile(self, profile: VoiceProfile | None = None) -> None:
        """Raise RunError where the model takes no voice profile, ProfileError where `profile` is of other frames than its own."""
        if not self.takes_profile:
            raise RunError(
                f"The model {self.run.name} takes no voice profile; leave the profile out or choose another model."
            )
        if profile is None:
            return
        fits = len(profile.means) == self.inputs[0].source.dims and len(profile.said) in (0, len(self.labels))
        if profile.source != self.profile_source or not fits:
            raise ProfileError(
                f"This voice profile was made of other features than {self.run.name} is fed with; make it anew from "
                "the speaker's sound files."
            )

    def profile_of(self, clips: Iterable[audio.Clip]) -> VoiceProfile:
        """Return the voice profile of a speaker's clips; those without speech add nothing.

        Raises RunError where the model takes none, ProfileError for too little speech.
        """
        return self.profile_of_sums(self.speech_of(clip) for clip in clips)

    def speech_of(self, clip: audio.Clip) -> BandSums:
        """Return what a clip adds to a voice profile of its speaker: one row, or none without speech. Raises RunError as `profile_of`."""
        self.check_profile()
        source = self.inputs[0].source
        if any(finding.code == "no-speech" for finding in audio.findings(clip)):
            return profiles.sums((), source)
        return self._added([(extraction.of_source(source, clip.samples), profiles.speech_s(clip.samples))])

    def profile_of_sums(self, each: Iterable[BandSums]) -> VoiceProfile:
        """Return the voice profile of what clips of a speaker added (`speech_of`). Raises as `profile_of`."""
        self.check_profile()
        source = self.inputs[0].source
        made = profiles.of_sums(profiles.joined(each, source), source, self._felt)
        return dataclasses.replace(made, source=self.profile_source)

    def sums_of(self, profile: VoiceProfile) -> BandSums:
        """Return what the clips added of which a profile was made, as one row: the profile of it and more is `profile_of_sums`."""
        return profiles.sums_of_profile(profile, self.inputs[0].source, self._felt)

    def profile_of_features(self, clips: Iterable[tuple[np.ndarray, float]]) -> VoiceProfile:
        """Return the voice profile of a speaker's clips, of each what the first input's source extracts, and its seconds of speech.

        Raises as `profile_of`.
        """
        self.check_profile()
        return self.profile_of_sums([self._added(clips)])

    def _added(self, clips: Iterable[tuple[np.ndarray, float]]) -> BandSums:
        """What clips add to a voice profile, a row a clip, and what is said of each alone."""
        each = list(clips)
        sums = profiles.sums(each, self.inputs[0].source)
        if self.emotions is None or not each:
            return sums
        plain, name = self.with_voice(None), self.inputs[0].name
        said, strange = np.empty((len(each), len(self.labels))), np.zeros(len(each))
        for row, (features, _) in enumerate(each):
            probabilities, embedding = plain.windows_of({name: features})
            said[row] = probabilities.mean(axis=0)
            strange[row] = plain.distance(embedding, {name: features})
        said = sums.frames[:, None] * emotion_means.sharpened(said)
        return dataclasses.replace(sums, said=said, strange=strange * sums.frames)

    def predict(self, clip: audio.Clip) -> Prediction:
        """Return what the model says of the whole clip: the mean of its windows' probabilities.

        Whether the clip is unlike the train part is judged without a voice profile. Of channels that were not mixed (`Clip.apart`)
        each has an answer in `channels`, and the clip's own is that of the louder one.
        """
        findings = audio.findings(clip)
        features = extraction.of_sound(self.inputs, clip.samples)
        probabilities, embedding = self.windows_of(features)
        mean = probabilities.mean(axis=0)
        mean = mean / mean.sum()
        decision = "emotion" if mean.max() >= self.threshold else "uncertain"
        if any(finding.code == "no-speech" for finding in findings):
            decision = "no-speech"
        elif self.unlike(embedding, features):
            findings = (*findings, UNLIKE)
        channels = {name: self.predict(channel) for name, channel in clip.each().items()}
        return Prediction(self.labels, mean, decision, findings, embedding.mean(axis=0), self.voice, channels)

    def unlike(self, embedding: np.ndarray, features: dict[str, np.ndarray]) -> bool:
        """Return whether a clip is farther from the train part than nearly every validation clip (`distance`)."""
        return self.distance(embedding, features) > 1.0

    def distance(self, embedding: np.ndarray, features: dict[str, np.ndarray]) -> float:
        """Return how far a clip is from the train part, judged without a profile: 1 where `novelty.WITHIN` of the validation clips end.

        embedding: of its windows, as `windows_of` gives it for these features. 0 where the run does not know.
        """
        if self.novelty is None:
            return 0.0
        plain = embedding if self.voice is None or self.needs_voice else self.with_voice(None).windows_of(features)[1]
        given = self.inputs[0]
        clip = novelty.describe(plain.mean(axis=0), given.picture(features[given.name]))
        return float(self.novelty.relative(clip)[0])

    def windows(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (probabilities, embedding) of every window of 16 kHz samples."""
        return self.windows_of(extraction.of_sound(self.inputs, samples))

    def windows_of(self, features: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return (probabilities, embedding) of every window of a clip's features, as the inputs' sources extract them."""
        return self.run_graph(self._feeds(features))

    def _feeds(self, features: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        feeds: dict[str, np.ndarray] = {}
        for given in self.inputs:
            cut = given.windows(features[given.name])
            feeds[given.name] = cut.features
            if not given.is_vector:
                feeds["n_frames"] = cut.n_frames
        return feeds

    def timeline(self, clip: audio.Clip, *, window_s: float = 2.5, hop_s: float = 0.5) -> Timeline:
        """Return a prediction for every window of `window_s` seconds that starts every `hop_s`; the last ends with the clip.

        Windows are cut out of the features of the whole clip where their source allows it (`extraction.of_parts`).
        """
        length, step = round(window_s * audio.SAMPLE_RATE), round(hop_s * audio.SAMPLE_RATE)
        n = len(clip.samples)
        starts = [0] if n <= length else sorted({*range(0, n - length, step), n - length})
        parts = extraction.of_parts(self.inputs, clip.samples, [(start, start + length) for start in starts])
        pieces = [self._feeds(features) for features in parts]
        together = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
        counts = [len(next(iter(piece.values()))) for piece in pieces]
        rows = np.split(self.run_graph(together)[0], np.cumsum(counts)[:-1])
        speech = [audio.is_speech(clip.samples[start : start + length]) for start in starts]
        begin = np.array(starts) / audio.SAMPLE_RATE
        end = np.minimum(begin + window_s, n / audio.SAMPLE_RATE)
        return Timeline(self.labels, begin, end, np.array([row.mean(axis=0) for row in rows]), np.array(speech))

    def run_graph(self, feeds: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return (probabilities, embedding) of a batch of windows (inputs by name).

        A graph that takes a voice profile is always fed with one, of zeros where there is none. Raises RunError for a model that
        judges nothing without one.
        """
        n = len(next(iter(feeds.values())))
        profile = self.voice
        if self.needs_voice and profile is None:
            raise RunError(
                f"{self.run.name} judges a clip by how its speaker sounds otherwise: give other clips of the same {self.normalise} with "
                "--profile, or on a page as a voice."
            )
        if self.takes_profile:
            statistics = (
                np.zeros((2, self.inputs[0].source.dims), np.float32) if profile is None else profile.statistics
            )
            weight = 0.0 if profile is None else profile.weight
            feeds = {
                **feeds,
                "profile": np.tile(statistics, (n, 1, 1)),
                "profile_weight": np.full(n, weight, np.float32),
            }
        parts = [
            graphs.run(self.session, {name: values[start : start + BATCH] for name, values in feeds.items()})
            for start in range(0, n, BATCH)
        ]
        probabilities, embedding = np.concatenate([p for p, _ in parts]), np.concatenate([e for _, e in parts])
        if why := not_probabilities(probabilities, (n, len(self.labels))):
            raise GraphError(f"model.onnx of the run {self.run.name} gives {why}.")
        return probabilities, embedding
