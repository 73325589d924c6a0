"""A run and a clip give a prediction; over time, a timeline. Runs the ONNX graph, never Keras."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ser_core import audio, graphs
from ser_core.features import extraction, sources
from ser_core.features import profile as profiles
from ser_core.features.contract import ContractError
from ser_core.features.profile import ProfileError, VoiceProfile
from ser_core.graphs import GraphError, novelty
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
    """What a model says of a clip: calibrated probabilities, the leading label, and whether that is an answer."""

    labels: tuple[str, ...]
    probabilities: np.ndarray
    decision: str
    """emotion, uncertain (confidence below the model's threshold) or no-speech."""
    findings: tuple[audio.Finding, ...]
    embedding: np.ndarray = field(repr=False)
    profile: VoiceProfile | None = None
    """The speaker's voice profile that the answer goes by, if any."""
    channels: dict[str, Prediction] = field(default_factory=dict, repr=False)
    """What it says of each channel by its name, where a clip's channels were not mixed."""

    @property
    def label(self) -> str:
        """The most probable emotion, whatever the decision."""
        return self.labels[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())

    def to_dict(self) -> dict[str, Any]:
        """Return label, decision, probabilities and quality as `predict --json` prints them, and where there are any the profile
        and each channel's label, decision and probabilities."""
        used = self.profile and {
            "clips": self.profile.clips,
            "seconds": round(self.profile.seconds, 2),
            "weight": round(self.profile.weight, 4),
        }
        return {
            **self._answer(),
            "quality": [{"code": one.code, "severity": one.severity, "message": one.message} for one in self.findings],
            **({"profile": used} if used else {}),
            **(
                {"channels": [{"channel": k, **one._answer()} for k, one in self.channels.items()]}
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
    """Predictions of windows along a clip: start and end in seconds, probabilities (windows × labels)."""

    labels: tuple[str, ...]
    start_s: np.ndarray
    end_s: np.ndarray
    probabilities: np.ndarray
    speech: np.ndarray
    """Whether each window holds speech."""


def not_probabilities(values: np.ndarray, shape: tuple[int, int]) -> str:
    """Return why a graph's answer is no probabilities of this shape (windows × labels), in a few words; '' where it is."""
    if values.shape != shape:
        return f"{values.shape} values where {shape} probabilities were stated"
    if not np.isfinite(values).all() or values.min(initial=0.0) < 0.0 or values.max(initial=0.0) > 1.0 + ROUNDING:
        return "values that are no probabilities: they are not all from 0 to 1"
    sums = values.sum(axis=1)
    return (
        ""
        if (abs(sums - 1.0) < ROUNDING).all()
        else f"values that are no probabilities: they sum to {sums[abs(sums - 1.0).argmax()]:.3g}"
    )


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
        self.voice: VoiceProfile | None = None
        """Whose voice it judges by; None: nobody's."""

    def with_voice(self, profile: VoiceProfile | None) -> Predictor:
        """Return this model, its graph shared, judging the clips of one speaker by their voice profile; None: anybody's without.

        Raises RunError where the model takes none, ProfileError where the profile is of other frames than its own.
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
        source = self.inputs[0].source
        if profile is not None and (profile.source, len(profile.means)) != (sources.spec_hash(source), source.dims):
            raise ProfileError(
                f"This voice profile was made of other features than {self.run.name} is fed with; make it anew from "
                "the speaker's sound files."
            )

    def profile_of(self, clips: Iterable[audio.Clip]) -> VoiceProfile:
        """Return the voice profile of a speaker's clips; those without speech add nothing.

        Raises RunError where the model takes none, ProfileError for too little speech.
        """
        self.check_profile()
        spoken = [clip for clip in clips if all(one.code != "no-speech" for one in audio.findings(clip))]
        return self.profile_of_features(
            (extraction.of_source(self.inputs[0].source, clip.samples), profiles.speech_s(clip.samples))
            for clip in spoken
        )

    def profile_of_features(self, clips: Iterable[tuple[np.ndarray, float]]) -> VoiceProfile:
        """Return the voice profile of a speaker's clips, of each what the first input's source extracts, and its seconds of speech.

        Raises as `profile_of`.
        """
        self.check_profile()
        return profiles.of_features(clips, self.inputs[0].source)

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
        if any(one.code == "no-speech" for one in findings):
            decision = "no-speech"
        elif self.unlike(embedding, features):
            findings = (*findings, UNLIKE)
        channels = {name: self.predict(one) for name, one in clip.each().items()}
        return Prediction(self.labels, mean, decision, findings, embedding.mean(axis=0), self.voice, channels)

    def unlike(self, embedding: np.ndarray, features: dict[str, np.ndarray]) -> bool:
        """Return whether a clip is far from the train part, judged without a profile; False where the run does not know.

        embedding: of its windows, as `windows_of` gives it for these features.
        """
        if self.novelty is None:
            return False
        plain = embedding if self.voice is None or self.needs_voice else self.with_voice(None).windows_of(features)[1]
        one = self.inputs[0]
        clip = novelty.describe(plain.mean(axis=0), one.picture(features[one.name]))
        return bool(self.novelty.unlike(clip)[0])

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
