"""A recipe is one whole experiment: corpus, labels, split, features, augmentation, network and fit, as a frozen value."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ser_core.augment.picture import PictureAugmentation
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.features import sets


class RecipeError(ValueError):
    """A recipe is unknown or does not fit; the message says what and where."""


#: What a network can be fitted to make small: its name in a recipe → how it is called.
LOSSES = {"crossentropy": "Cross-entropy", "hinge": "Hinge"}


@dataclass(frozen=True)
class Fit:
    """How a network is fitted.

    learning_rate rises over `warmup_epochs` and falls along a cosine to 0 at the last epoch; AdamW with `weight_decay`.
    patience: epochs without a better validation UAR after which the fit stops; 0 never stops early. The weights of the
    epoch with the best validation UAR are kept. ema: momentum of the moving average of the weights that is validated
    and kept (0: the weights themselves). class_weights: weigh emotions by the inverse of their share. loss: a key of LOSSES;
    hinge (Crammer & Singer 2001) minds only the clips within the margin, as a support vector machine does, and takes no
    label_smoothing. taught: how much of a label is what the recipe's teachers say of the clip. Raises RecipeError for a loss that is none.
    """

    epochs: int = 40
    batch_size: int = 64
    learning_rate: float = 2e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 1e-3
    label_smoothing: float = 0.1
    patience: int = 0
    ema: float = 0.0
    class_weights: bool = False
    loss: str = "crossentropy"
    taught: float = 0.5

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise RecipeError(f"There is no loss called '{self.loss}'. Known: {', '.join(LOSSES)}.")
        if self.loss == "hinge" and self.label_smoothing:
            raise RecipeError("The hinge loss takes no label smoothing: set fit.label_smoothing=0.")


@dataclass(frozen=True)
class Recipe:
    """One experiment. `network_params` are keyword arguments of the network's function; `seed` draws everything random.

    descriptors: the spectral descriptors of `features` that are kept, empty for all; selected_on: the digest of the train
    part on which they were selected, which is the only one that they may be used with (features.selection.train_digest).
    lda: components of an LDA of the frames in front of the network, 0 for none.
    waveform: how the sounds of the train part are changed in `copies` copies a clip, computed once and kept in the store;
    picture: how features are changed anew in every epoch.
    start: the run whose weights a network begins with, all but the last layer's; empty to begin from nothing.
    teachers: finished runs whose answers on the train part are mixed into its labels (training.teaching).
    """

    name: str
    title: str
    corpus: str = "crema-d"
    labels: tuple[str, ...] = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
    split: str = "speakers"
    features: str = "logmel"
    descriptors: tuple[str, ...] = ()
    selected_on: str = ""
    lda: int = 0
    waveform: WaveformAugmentation | None = None
    copies: int = 0
    picture: PictureAugmentation = PictureAugmentation()
    network: str = "crnn"
    network_params: dict[str, Any] = field(default_factory=dict)
    fit: Fit = Fit()
    start: str = ""
    teachers: tuple[str, ...] = ()
    seed: int = 0
    seed_row: str | None = None
    """The seed project's own name of the row whose figure stands beside this recipe's."""

    def __post_init__(self) -> None:
        if self.teachers and self.fit.loss == "hinge":
            raise RecipeError(
                "The hinge loss takes one right label a clip, so it cannot be taught: leave teachers out."
            )

    @property
    def feature_set(self) -> sets.FeatureSet:
        """The feature set, cut down to the kept descriptors. Raises FeatureError for names that it does not have."""
        named = sets.named(self.features)
        return sets.kept(named, self.descriptors) if self.descriptors else named

    @property
    def profile(self) -> bool:
        """Whether the network takes a voice profile beside the picture."""
        return self.network_params.get("profile", False) is True

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def with_(self, **changes: Any) -> Recipe:
        """Return the recipe with fields replaced."""
        return dataclasses.replace(self, **changes)

    def on_external(self, features: str) -> Recipe:
        """Return the recipe on vectors that were computed elsewhere, by the set's name; what belongs to its own is dropped."""
        return self.with_(features=features, descriptors=(), selected_on="", lda=0, waveform=None, copies=0)

    def override(self, settings: list[str]) -> Recipe:
        """Return the recipe with `key=value` settings applied; a key may be dotted (`fit.epochs=10`), a value is JSON or text.

        Raises RecipeError for an unknown key or a value of the wrong type.
        """
        stated = self.to_dict()
        for setting in settings:
            key, found, text = setting.partition("=")
            if not found:
                raise RecipeError(f"'{setting}' is not of the form key=value.")
            try:
                value = json.loads(text)
            except ValueError:
                value = text
            *path, last = key.split(".")
            place = stated
            for step in path:
                place = place.get(step) if isinstance(place, dict) else None  # type: ignore[assignment]
            if not isinstance(place, dict) or (last not in place and path != ["network_params"]):
                raise RecipeError(f"A recipe has no field '{key}'.")
            place[last] = value
        return from_dict(stated)


def from_dict(stated: dict[str, Any]) -> Recipe:
    """Return the recipe that `to_dict` described. Raises RecipeError for unknown fields or values of the wrong type."""
    return typing.cast(Recipe, _build(Recipe, stated, "recipe"))


def flat(stated: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a table of tables as one, its keys the dotted names that `override` takes: `fit.epochs`."""
    found: dict[str, Any] = {}
    for key, value in stated.items():
        found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def in_words(value: Any) -> str:
    """Return a setting's value as tables show it: lists by commas, nothing for None."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def _build(kind: type, stated: Any, where: str) -> Any:
    if not isinstance(stated, dict):
        raise RecipeError(f"{where} must be a table of fields.")
    hints = typing.get_type_hints(kind)
    unknown = set(stated) - set(hints)
    if unknown:
        raise RecipeError(f"{where} has no field '{sorted(unknown)[0]}'; it has {', '.join(hints)}.")
    try:
        return kind(**{name: _value(hints[name], value, f"{where}.{name}") for name, value in stated.items()})
    except TypeError as error:
        raise RecipeError(f"{where}: {error}") from error


def _value(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where)
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        allowed = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        return None if value is None else _value(allowed[0], value, where)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise RecipeError(f"{where} must be a list, not {value!r}.")
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, item, where) for item in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = origin or hint
    if not isinstance(value, plain) or (plain is int and isinstance(value, bool)):
        raise RecipeError(f"{where} must be of the type {plain.__name__}, not {value!r}.")
    return value
