"""What every source says of itself, and how one is read from JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from ser_core import audio
from ser_core.features.encoder import Heard


class FeatureError(ValueError):
    """A feature set is unknown or cannot be read; the message says which."""


@dataclass(frozen=True, eq=False)
class Group:
    """Columns of a source's features that belong together: their name in recipes, what readers call them, and which they are."""

    name: str
    title: str
    columns: np.ndarray


class Source(Protocol):
    """16 kHz samples in, frames × dims out (one row for a vector of the whole clip); never normalised.

    A source is a frozen dataclass below this one; what it does not say holds for a vector that cut the silence from the samples itself.
    """

    kind: ClassVar[str]
    """Its name in JSON."""
    normalised_by_network: ClassVar[bool] = False
    """Whether a network normalises it clip by clip itself, so that no scaling is fitted on the train part."""
    gives_profile: ClassVar[bool] = True
    """Whether a voice profile can be made of it."""
    least_deviation: ClassVar[float] = 1e-6
    """What a profile's deviations are at least: a column that never moves must not decide alone."""

    @property
    def dims(self) -> int: ...

    @property
    def hop_s(self) -> float:
        """Seconds from frame to frame; 0 for a vector."""
        return 0.0

    @property
    def hears_level(self) -> bool:
        """Whether what is computed tells a network how loud the recording is."""
        return False

    @property
    def hears_sound(self) -> bool:
        """Whether it is computed of the recording, so that what is done to sound (`audio.VERSION`) changes it."""
        return True

    @property
    def ear(self) -> str:
        """What recipe.json calls the network, trained on other sound before, that makes it (`runs.leagues`); '' where none does."""
        return ""

    @property
    def half_precision(self) -> bool:
        """Whether the store keeps it as float16: frames of many values that need no more."""
        return False

    @property
    def missing(self) -> str:
        """What is missing on this machine to compute it of a new clip, a sentence; '' for nothing."""
        return ""

    @property
    def terms(self) -> str:
        """On whose terms it is computed, and what is learned of it with it, a sentence; '' for those of this program."""
        return ""

    @property
    def credit(self) -> str:
        """Whose weights make it, and their licence, a sentence; '' where none were made before."""
        return ""

    @property
    def to_confirm(self) -> str:
        """What whoever runs this program must confirm before it is computed (`confirm`), a sentence; '' for nothing, or once it was."""
        return ""

    def confirm(self) -> None:
        """Keep that `to_confirm` was confirmed."""
        return

    @property
    def band_hz(self) -> np.ndarray | None:
        """The centres (Hz) of its columns, low to high, where frames side by side are a picture of levels in dB; else None."""
        return None

    @property
    def looks(self) -> bool:
        """Whether it looks at a picture first, parts of which can be hidden (`look`, `of_looks`)."""
        return False

    def look(self, samples: np.ndarray) -> Heard:
        """Return the picture that it looks at, of samples without offset and rumble. Raises FeatureError where it looks at none."""
        raise FeatureError("These features are made of no picture.")

    def of_looks(self, pictures: np.ndarray) -> list[np.ndarray]:
        """Return the features of pictures (number × frames × bands) of one length, as `extract` gives them of a sound."""
        raise FeatureError("These features are made of no picture.")

    @property
    def pictures(self) -> Mapping[str, Any]:
        """The pictures that show what a network is fed with (logmel, spectral, msf, encoder): the parameters of each."""
        return {}

    @property
    def groups(self) -> Sequence[Group]:
        """Every column once, in groups that are explained together."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The names of the groups that a feature selection may choose from; empty where there is no choice."""
        return ()

    def kept(self, names: tuple[str, ...]) -> Source:
        """Return it with these of its `choices` alone. Raises FeatureError where it has none."""
        raise FeatureError("These features have no descriptors to choose from.")

    def pooled(self) -> Source:
        """Return it as one vector a clip, for a selection among its `choices`. Raises FeatureError where it has none."""
        raise FeatureError("These features have no descriptors to choose from.")

    def speech(self, features: np.ndarray) -> np.ndarray:
        """Return what a clip's features add to a voice profile of its speaker: frames of speech × dims, float64; a vector adds itself."""
        return np.asarray(features, np.float64)

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return the features of the samples as they are; what networks are fed with comes from `extracted`."""

    def part(self, sound: np.ndarray, start: int, whole: Callable[[], np.ndarray]) -> np.ndarray:
        """Return the features of `sound`, what a recording holds from its sample `start` on.

        whole: gives those of the recording, out of which they are cut where they do not depend on what lies outside the part.
        """
        return self.extract(sound)

    def bounds(self, features: np.ndarray) -> tuple[int, int]:
        """Return the first frame that a network is fed with and the one after the last."""
        return 0, len(features)

    def to_dict(self) -> dict[str, Any]:
        """Return its kind and fields as JSON takes them."""
        fields = dataclasses.asdict(self)  # type: ignore[call-overload]
        given = {name: value for name, value in fields.items() if name not in _ADDED or value is not None}
        return {"kind": self.kind, **given}

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Source:
        """Return the source that `to_dict` described, of its fields."""
        return cls(**fields)


#: Name of a pool → which percentile over time it is.
PERCENTILES = {"p10": 10, "p50": 50, "p90": 90}
#: How a descriptor's course over time becomes a vector.
POOLS = ("mean", "std", *PERCENTILES)


def pooled(frames: np.ndarray, pools: Sequence[str]) -> np.ndarray:
    """Return these of the POOLS of `frames` (frames × rows), one behind the other."""
    made = {"mean": frames.mean(axis=0), "std": frames.std(axis=0)}
    if wanted := [pool for pool in pools if pool in PERCENTILES]:
        # Together: each alone would sort the frames anew.
        levels = np.percentile(frames, [PERCENTILES[pool] for pool in wanted], axis=0)
        made |= dict(zip(wanted, levels, strict=True))
    return np.concatenate([made[pool] for pool in pools])


#: What is left out of JSON where it is not done to the sound, so that sets that are older than it are found in the store.
_ADDED = ("level_dbfs", "highpass_hz", "room_snr_db", "hiss_snr_db")

#: Kind → function from what `to_dict` stated, without the kind, to the source.
KINDS: dict[str, Callable[[dict[str, Any]], Source]] = {}


def blocks(widths: Sequence[tuple[str, str, int]]) -> list[Group]:
    """Return groups of columns side by side, from the name, title and width of each."""
    ends = np.cumsum([width for _, _, width in widths])
    return [
        Group(name, title, np.arange(end - width, end)) for (name, title, width), end in zip(widths, ends, strict=True)
    ]


def from_dict(stated: dict[str, Any]) -> Source:
    """Return the source that `to_dict` described.

    Raises FeatureError for an unknown kind or field, and where a named preset means something else in this version.
    """
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()}
    kind = fields.pop("kind", None)
    if kind not in KINDS:
        raise FeatureError(f"There is no feature source of the kind '{kind}'.")
    try:
        return KINDS[kind](fields)
    except (TypeError, KeyError) as error:
        raise FeatureError(f"The feature specification {stated} does not fit this version: {error}") from error


def extracted(source: Source, samples: np.ndarray) -> np.ndarray:
    """Return what a network is fed with of a recording's 16 kHz samples: the source's features of the sound without offset and rumble.

    The one door from sound to networks, in training, serving and explaining alike. Raises what the source raises.
    """
    return source.extract(audio.centred(samples))


def spec_hash(source: Source) -> str:
    """Return 16 hex digits that change with any parameter of the source."""
    return hashlib.sha256(json.dumps(source.to_dict(), sort_keys=True).encode()).hexdigest()[:16]
