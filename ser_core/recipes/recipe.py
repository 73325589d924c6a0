"""A recipe is one whole experiment: corpus, labels, split, features, augmentation, network and fit, as a frozen value."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    TypeAdapter,
    ValidationError,
)
from pydantic.dataclasses import dataclass as checked_dataclass

from ser_core import files
from ser_core.augment.picture import PictureAugmentation
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.features import sets
from ser_core.features.contract import Normalise
from ser_core.ranges import CHECKED, Share
from ser_core.recipes.network_params import NetworkParams


class RecipeError(ValueError):
    """A recipe is unknown or does not fit; the message says what and where."""


#: So much of a value that does not fit is said, in signs.
LONGEST = 100
#: What a network can be fitted to make small: its name in a recipe → how it is called.
LOSSES = {"crossentropy": "Cross-entropy", "hinge": "Hinge"}

#: Seeds that NumPy and Keras take.
Seed = Annotated[int, Field(ge=0, lt=2**32)]


def _listed(stated: Any) -> Any:
    """A list, or `a,b` as it can be typed without JSON's brackets and quotes, as the tuple that a name's field holds."""
    if isinstance(stated, str):
        return tuple(part.strip() for part in stated.split(",") if part.strip())
    return tuple(stated) if isinstance(stated, list) else stated


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"it names {twice} twice")
    return names


#: Names, each once; in a setting also as text, by commas.
Names = Annotated[tuple[str, ...], AfterValidator(_each_once), BeforeValidator(_listed)]


@checked_dataclass(frozen=True, config=CHECKED)
class Fit:
    """How a network is fitted.

    The weights of the epoch with the best validation UAR are kept.

    Attributes
    ----------
    epochs : int, default 40
        At most.
    batch_size : int, default 64
        Windows a step.
    learning_rate : float, default 0.002
        Rises over `warmup_epochs` and falls along a cosine to 0 at the last epoch.
    warmup_epochs : float, default 2.0
        Of the learning rate.
    weight_decay : float, default 0.001
        Of AdamW.
    label_smoothing : float, default 0.1
        How much of a label is spread over all.
    patience : int, default 0
        Epochs without a better validation UAR after which the fit stops; 0 never stops early.
    ema : float, default 0.0
        Momentum of the moving average of the weights that is validated and kept; 0: the weights themselves.
    class_weights : bool, default False
        Weigh emotions by the inverse of their share.
    corpus_weights : bool, default False
        Weigh the clips of joined corpora by the inverse of their corpus' share, so that the largest does not decide.
    loss : {"crossentropy", "hinge"}
        Hinge (Crammer & Singer 2001) minds only the clips within the margin, as a support vector machine does, and takes no label smoothing.
    taught : float, default 0.5
        How much of a label is what the recipe's teachers say of the clip.

    Raises
    ------
    RecipeError
        There is no such loss, or it takes no label smoothing.
    """

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 40
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 64
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 2e-3
    warmup_epochs: NonNegativeFloat = 2.0
    weight_decay: Share = 1e-3
    label_smoothing: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    patience: NonNegativeInt = 0
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    class_weights: bool = False
    corpus_weights: bool = False
    loss: str = "crossentropy"
    taught: Share = 0.5

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise RecipeError(f"There is no loss called '{self.loss}'. Known: {', '.join(LOSSES)}.")
        if self.loss == "hinge" and self.label_smoothing:
            raise RecipeError("The hinge loss takes no label smoothing: set fit.label_smoothing=0.")


@checked_dataclass(frozen=True, config=CHECKED)
class Recipe:
    """One experiment.

    Attributes
    ----------
    name, title : str
        What it is called in commands, and for readers.
    corpus : str, default "crema-d"
        What it is trained on; several joined by "+".
    labels : tuple of str
        The emotions that are told apart. Default: all that the corpus has.
    split : str, default "speakers"
        How the corpus is divided.
    features : str, default "logmel"
        A feature set, one of `ser_core.features.sets.SETS`.
    descriptors : tuple of str
        The spectral descriptors of `features` that are kept. Default: all.
    selected_on : str
        The digest of the train part on which they were selected, which is the only one that they may be used with
        (features.selection.train_digest).
    train_speakers : int, default 0
        Of how many of the train part's speakers is learned, drawn by the seed; 0 for all.
    normalise : {"train", "speaker", "corpus"}
        Whose mean and deviation scale the features: the train part's, or those of all of a speaker's or of the corpus' clips, unlabelled,
        tested ones included, as the field normalises speakers. Such a model judges no clip without a profile.
    lda : int, default 0
        Components of an LDA of the frames in front of the network, 0 for none.
    waveform : WaveformAugmentation, optional
        How the sounds of the train part are changed in their copies. Default: there are none.
    copies : int, default 0
        Copies of a clip, computed once and kept in the store.
    picture : PictureAugmentation
        How features are changed anew in every epoch.
    network : str, default "crnn"
        A network or classifier.
    network_params : NetworkParams
        Keyword arguments of the network's function.
    fit : Fit
        How it is fitted.
    start : str
        The run whose weights a network begins with, all but the last layer's; empty to begin from nothing.
    teachers : tuple of str
        Finished runs whose answers on the train part are mixed into its labels (training.teaching).
    unknown_speakers : {"refuse", "leave-out"}
        What becomes of clips whose speaker nobody stated where the split is by speaker.
    mapping : dict of str to dict
        Of joined corpora: corpus to its own emotion to the common one, '' to leave it out. Default: known synonyms to the library's names.
    seed : int, default 0
        Draws everything random.
    seed_row : str, optional
        The seed project's own name of the row whose figure stands beside this recipe's.

    Raises
    ------
    RecipeError
        Fields contradict.

    Examples
    --------
    >>> from ser_core import recipes
    >>> recipe = recipes.named("crnn").with_(split="clips").override(["fit.epochs=10"])
    >>> recipe.split, recipe.fit.epochs
    ('clips', 10)
    """

    name: str
    title: str
    corpus: str = "crema-d"
    labels: Names = ()
    split: str = "speakers"
    features: str = "logmel"
    descriptors: Names = ()
    selected_on: str = ""
    train_speakers: NonNegativeInt = 0
    normalise: Normalise = "train"
    lda: NonNegativeInt = 0
    waveform: WaveformAugmentation | None = None
    copies: Annotated[int, Field(ge=0, le=20)] = 0
    picture: PictureAugmentation = PictureAugmentation()
    network: str = "crnn"
    network_params: NetworkParams = field(default_factory=NetworkParams)
    fit: Fit = Fit()
    start: str = ""
    teachers: Names = ()
    unknown_speakers: Literal["refuse", "leave-out"] = "refuse"
    mapping: dict[str, dict[str, str]] = field(default_factory=dict)
    seed: Seed = 0
    seed_row: str | None = None

    def __post_init__(self) -> None:
        if self.own_voice and (self.lda or self.profile):
            raise RecipeError(
                f"Features that are normalised by {self.normalise} are not projected and need no voice profile beside: set lda=0 and "
                "leave network_params.profile out."
            )
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

    @property
    def own_voice(self) -> bool:
        """Whether features are scaled by the statistics of their speaker or corpus."""
        return self.normalise != "train"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, as recipe.json states them."""
        return dataclasses.asdict(self)

    def with_(self, **changes: Any) -> Recipe:
        """Return the recipe with fields replaced. Raises RecipeError for a value that is out of its range."""
        try:
            return dataclasses.replace(self, **changes)
        except ValidationError as error:
            raise RecipeError(_sentence(error)) from error

    def on_external(self, features: str) -> Recipe:
        """Return the recipe on vectors that were computed elsewhere, by the set's name; what belongs to its own is dropped."""
        return self.with_(features=features, descriptors=(), selected_on="", lda=0, waveform=None, copies=0)

    def on_corpora(self, names: Sequence[str], mapping: Mapping[str, Mapping[str, str]] | None = None) -> Recipe:
        """Return the recipe on several corpora joined, each weighing the same; mapping: as the field. Raises RecipeError for fewer than two."""
        if len(names) < 2 or len(set(names)) < len(names):
            raise RecipeError(f"Name two or more different corpora, not: {', '.join(names) or 'none'}.")
        fit = dataclasses.replace(self.fit, corpus_weights=True)
        return self.with_(
            corpus="+".join(names), fit=fit, mapping={name: dict(own) for name, own in (mapping or {}).items()}
        )

    def override(self, settings: list[str]) -> Recipe:
        """Return the recipe with `key=value` settings applied; a key may be dotted (`fit.epochs=10`), a value is JSON or text.

        Raises RecipeError for an unknown key or a value of the wrong type.
        """
        stated = self.to_dict()
        for setting in settings:
            key, equals, text = setting.partition("=")
            if not equals:
                raise RecipeError(f"'{setting}' is not of the form key=value.")
            try:
                value = files.from_json(text)
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
    """Return the recipe that `to_dict` described. Raises RecipeError for unknown fields and values of the wrong type or range."""
    try:
        # As JSON, in which a list is what a tuple becomes.
        return _RECIPE.validate_json(json.dumps(stated))
    except ValidationError as error:
        raise RecipeError(_sentence(error)) from error


def flat(stated: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a table of tables as one, its keys the dotted names that `override` takes: `fit.epochs`."""
    dotted: dict[str, Any] = {}
    for key, value in stated.items():
        dotted |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return dotted


def in_words(value: Any) -> str:
    """Return a setting's value as tables show it: lists by commas, nothing for None."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def _sentence(error: ValidationError) -> str:
    """The first of the reasons why a recipe is none, naming the field as `override` does."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    own = first.get("ctx", {}).get("error")
    if isinstance(own, RecipeError):
        return str(own)
    if first["type"] == "unexpected_keyword_argument":
        return f"A recipe has no field '{where}'."
    if first["type"] in ("missing", "missing_argument"):
        return f"A recipe needs the field '{where}'."
    reason = str(own) if own is not None else first["msg"].replace("Input", "it", 1)
    given = repr(first["input"])
    said = given if len(given) <= LONGEST else f"{given[:LONGEST]}…"
    return f"{where or 'A recipe'} cannot be {said}: {reason}."


_RECIPE = TypeAdapter(Recipe)
