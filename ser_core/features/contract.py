"""What a run's model is fed with and answers, as its feature.json states it to any program that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from ser_core import audio
from ser_core.features import logmel, profile, sets, sources

#: What is done to a sound before its features, at `audio.VERSION`.
SOUND = (
    f"offset and rumble taken out: a Butterworth high-pass of order 2 at {audio.RUMBLE_HZ:g} Hz, forwards and backwards"
)
_WEIGHT = f"profile_weight is s / (s + {profile.HALF_WEIGHT_S:g}) for s seconds of speech"
#: What the inputs of a voice profile hold, of log-mel pictures.
PROFILE = (
    "mean and deviation in dB of each band over the speaker's frames of speech (at most trim_db below their clip's loudest; values "
    f"more than {logmel.RANGE_DB:g} dB below its largest raised to that; deviations of at least "
    f"{sources.LogMelSource.least_deviation:g} dB); {_WEIGHT.replace('speech', 'it')}; without a profile both are 0"
)
#: What they hold of other features, of frames over all frames, of vectors over clips, each as much as it has seconds of speech.
PROFILE_OF_VECTORS = (
    "mean and deviation of each feature over the clips of the speaker, less what the clips' emotions are expected to add, where there is "
    "emotion-means.npz and most of the clips are of one emotion, by the answers without a profile: that emotion's means, unless "
    f"the speech lies {profile.STRANGE:g} times as far from the train part as nearly all validation clips, or farther; "
    f"{_WEIGHT}; without a profile both are 0"
)
#: Whose statistics scale the features.
Normalise = Literal["train", "speaker", "corpus"]
#: Largest size of an input that is served, so that a stranger's feature.json asks for no memory that there is not.
LARGEST = 100_000

#: A graph's inputs by name: shape without the batch, and element type.
Signature = dict[str, tuple[list[int], str]]


class ContractError(ValueError):
    """A feature.json states what this program cannot make, or not what its graph takes; the message says what."""


@dataclass(frozen=True)
class Contract:
    """What a model is fed with and answers.

    feature_set: the set's name. inputs: those that hold a clip's features. labels: what its probabilities are of, in their order.
    threshold: the confidence below which the answer is "uncertain", 0 to 1. takes_profile: whether the graph has the inputs of a
    voice profile. normalise: by whose statistics its features are scaled (`Recipe.normalise`); by a speaker's or a corpus', it judges no
    clip without a profile of them. audio_version: what was done to the sounds that the run was measured on (`audio.VERSION`); None for runs that
    are older than the versions. least: the probability from which on a label is in the set beside the answer (`evaluation.conformal`); None
    for a model without sets.
    """

    feature_set: str
    inputs: tuple[sets.Input, ...]
    labels: tuple[str, ...]
    threshold: float
    takes_profile: bool = False
    normalise: str = "train"
    audio_version: int | None = audio.VERSION
    least: float | None = None

    @classmethod
    def of(
        cls,
        features: sets.FeatureSet,
        labels: tuple[str, ...],
        threshold: float,
        takes_profile: bool = False,
        normalise: str = "train",
    ) -> Contract:
        """Return the contract of a model that is fed with a named set, through the door for sound as it is now."""
        return cls(features.name, features.inputs, labels, threshold, takes_profile or normalise != "train", normalise)

    @property
    def signature(self) -> Signature:
        """The inputs that its graph has."""
        taken: Signature = {given.name: (list(given.shape), "float32") for given in self.inputs}
        if not all(given.is_vector for given in self.inputs):
            taken["n_frames"] = ([], "int32")
        if self.takes_profile:
            taken |= {"profile": ([2, self.inputs[0].source.dims], "float32"), "profile_weight": ([], "float32")}
        return taken

    def check(self, signature: Signature) -> None:
        """Raise ContractError where a graph has other inputs than these; their order says nothing."""
        if signature != self.signature:
            raise ContractError(f"feature.json states the inputs {self.signature}, model.onnx has {signature}.")

    def to_json(self) -> dict[str, Any]:
        """Return feature.json: what a program must compute and feed to run model.onnx on a clip."""
        made_of = {given.name: given.to_dict() for given in self.inputs}
        first = self.inputs[0]
        stated: dict[str, Any] = {"sample_rate": audio.SAMPLE_RATE}
        if self.audio_version is not None:
            stated["audio_version"] = self.audio_version
        if self.audio_version == audio.VERSION:
            stated["sound"] = SOUND
        stated |= {
            "feature_set": self.feature_set,
            "inputs": [
                {"name": name, "shape": shape, "dtype": dtype, **made_of.get(name, {"source": None})}
                for name, (shape, dtype) in self.signature.items()
            ],
            "window_s": first.frames * first.source.hop_s,
            "hop_s": first.hop * first.source.hop_s,
            "long": "what is longer than `beyond` frames is cut into pieces of `piece` frames, half overlapping (piece 0: never)",
            "pad": "zeros after the last frame; n_frames says how many frames are not padding",
            "pooling": "mean of the windows' probabilities",
            "labels": list(self.labels),
            "threshold": self.threshold,
        }
        if self.least is not None:
            stated["set_least"] = self.least
        if self.normalise != "train":
            stated["normalise"] = self.normalise
        if self.takes_profile:
            stated["profile"] = PROFILE if first.source.band_hz is not None else PROFILE_OF_VECTORS
        return stated

    @classmethod
    def from_json(cls, stated: Any) -> Contract:
        """Return what a feature.json states, a stranger's too. Raises ContractError where this program cannot make it."""
        try:
            taken = {given["name"]: (list(given["shape"]), given["dtype"]) for given in stated["inputs"]}
            contract = cls(
                stated.get("feature_set", ""),
                tuple(sets.Input.from_dict(given) for given in stated["inputs"] if given.get("source")),
                tuple(stated["labels"]),
                float(stated["threshold"]),
                not taken.keys().isdisjoint(("profile", "profile_weight")),
                str(stated.get("normalise", "train")),
                stated.get("audio_version"),
                None if stated.get("set_least") is None else float(stated["set_least"]),
            )
            contract._served(taken)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ContractError(f"feature.json does not fit this program: {error}") from error
        return contract

    def _served(self, taken: Signature) -> None:
        """Raise ValueError where a graph of these inputs, or such answers, cannot be served; `taken`: the inputs as stated."""
        if not all(isinstance(label, str) for label in self.labels) or not 0 <= self.threshold <= 1:
            raise ValueError("it states no labels or no threshold between 0 and 1")
        if self.least is not None and not 0 <= self.least <= 1:
            raise ValueError("it states a set_least that is not between 0 and 1")
        if self.audio_version is not None and not (
            isinstance(self.audio_version, int) and self.audio_version <= audio.VERSION
        ):
            raise ValueError(f"it states the audio version {self.audio_version!r}; known are {audio.VERSION} and older")
        if not self.inputs:
            raise ValueError("it states no input of a clip's features")
        if not all(0 < size <= LARGEST for given in self.inputs for size in given.shape):
            raise ValueError(f"it states an input of more than {LARGEST} values along an axis")
        if self.normalise not in get_args(Normalise):
            raise ValueError(f"it is normalised by {self.normalise!r}; known are {', '.join(get_args(Normalise))}")
        if self.normalise != "train" and not self.takes_profile:
            raise ValueError(f"it is normalised by {self.normalise} without a voice profile")
        if self.takes_profile and not self.inputs[0].source.gives_profile:
            raise ValueError("it takes a voice profile, but not one of what it is fed with")
        for given in self.inputs:
            if taken[given.name] != self.signature[given.name]:
                raise ValueError(f"{given.name} has the shape {list(given.shape)}, not {taken[given.name][0]}")
        if taken != self.signature:
            raise ValueError(f"it states the inputs {', '.join(taken)}; fed are {', '.join(self.signature)}")
