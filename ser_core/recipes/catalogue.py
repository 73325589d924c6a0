"""The recipes that ship. The original notebooks' layers are not known: each of their rows is a design of our own that fits its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ser_core import files
from ser_core.augment import picture
from ser_core.augment.waveform import DEGRADED, OTHER_VOICES, WaveformAugmentation
from ser_core.encoders.of_samples import KNOWN
from ser_core.features.sets import HIDDEN
from ser_core.recipes.architecture import Architecture, Block
from ser_core.recipes.network_params import NetworkParams
from ser_core.recipes.recipe import Fit, Recipe, RecipeError, from_dict

#: The 1D rows: fits of less than three minutes on two cores, on cached descriptors.
_FIT_1D = Fit(epochs=40, learning_rate=2e-3, patience=12, ema=0.99)
#: The 2D rows: log-mel, changed as little as a fit of some minutes can make up for; the third row as `crnn`.
_PICTURE = picture.PictureAugmentation(
    stretch=0.1, shift_frames=10, shift_bands=0, mel_masks=0, time_masks=1, mixup=0.2
)

#: The models that ship meet other voices, microphones and rooms: a little of each.
_MICROPHONES = dataclasses.replace(
    _PICTURE, shift_bands=1, noise=0.4, reverb=0.2, band_limit=0.2, tilt_db=8.0, mixup=0.1
)
#: Noise, rooms and hidden channels make every epoch harder: after 44 of them the fit was still under way.
_FIT_CRNN = Fit(epochs=80, batch_size=32, ema=0.99)

#: SAVEE's 384 clips to learn from: a hinge stops at those that are told apart, where a cross-entropy goes on.
_FIT_FEW = Fit(
    epochs=60, batch_size=32, learning_rate=1e-3, weight_decay=0.3, label_smoothing=0.0, ema=0.99, loss="hinge"
)

_CRNN = Recipe(
    "crnn",
    "Residual CNN + bidirectional GRU on log-mel, with a voice profile",
    features="logmel-pieces",
    picture=_MICROPHONES,
    network="crnn",
    network_params={"channels": [24, 48, 96, 128], "excite": True, "profile": True, "hide": 0.3, "room_snr_db": 15.0},
    fit=_FIT_CRNN,
)
_RESIDUAL: dict[str, Any] = {"channels": [96, 96, 128], "residual": True, "gru": 48}


def _over_time(
    name: str,
    title: str,
    row: str,
    features: str = "seed-frames",
    *,
    fit: Mapping[str, Any] = MappingProxyType({}),
    **params: Any,
) -> Recipe:
    """One of the 1D rows: convolutions over a clip's frames."""
    return Recipe(
        name,
        title,
        features=features,
        picture=picture.FRAMES,
        network="cnn1d",
        network_params=NetworkParams(**params),  # type: ignore[typeddict-item]
        fit=dataclasses.replace(_FIT_1D, **fit),
        seed_row=row,
    )


def _pretrained(
    name: str,
    title: str,
    network: str,
    features: str = "whisper",
    waveform: WaveformAugmentation = DEGRADED,
    **fields: Any,
) -> Recipe:
    """One of the recipes on a pretrained ear: fitted on the clips and on copies of each with noise, in a room, on the telephone.

    Fitted on clean clips alone, such a classifier is lost in the first noise.
    """
    copies = len(waveform.kinds)
    return Recipe(name, title, features=features, network=network, waveform=waveform, copies=copies, **fields)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _over_time(
            "cnn1d-model1",
            "1D CNN over time on the original notebooks' ten descriptors",
            "Model 1",
            channels=[96, 128],
            fit={"epochs": 20},
        ),
        _over_time(
            "cnn1d-model2",
            "1D CNN over time on each frame's descriptors projected by LDA",
            "Model 2 (with LDA)",
            channels=[48, 64, 96],
            kernel=7,
        ).with_(lda=5),
        _over_time(
            "cnn1d-model3",
            "Residual 1D CNN with a GRU on the original notebooks' ten descriptors",
            "Model 3",
            fit={"epochs": 16},
            **_RESIDUAL,
        ),
        Recipe(
            "cnn1d-model4",
            "1D CNN along the values of the descriptors' means and deviations",
            features="seed",
            picture=picture.NONE,
            network="cnn1d-vector",
            fit=_FIT_1D,
            seed_row="Model 4",
        ),
        _over_time(
            "cnn1d-model5",
            "The smallest 1D CNN: one layer on 20 MFCC",
            "Model 5",
            "mfcc-20-frames",
            channels=[32],
            dense=0,
        ),
        _over_time(
            "cnn1d-model6",
            "1D CNN over time on 100 MFCC, frame by frame",
            "Model 6",
            "mfcc-100-frames",
            channels=[64, 96],
        ),
        _over_time(
            "cnn1d-model3-aug",
            "Model 3 with three changed copies of every clip: noise, pitch, speed, gain, shift",
            "Model 3 with augmentation",
            # Four times the clips an epoch; four epochs take less than three minutes on two cores.
            fit={"epochs": 4, "warmup_epochs": 0.5, "patience": 0},
            **_RESIDUAL,
        ).with_(waveform=WaveformAugmentation(), copies=3),
        Recipe(
            "cnn2d-initial",
            "2D CNN on log-mel: three convolutions and a dense layer",
            picture=_PICTURE,
            network="cnn2d-initial",
            fit=Fit(epochs=60, learning_rate=1e-3, patience=15, ema=0.99),
            seed_row="Initial Model",
        ),
        Recipe(
            "cnn2d-model2",
            "Residual 2D CNN on log-mel with attention over time",
            picture=dataclasses.replace(_PICTURE, mixup=0.1),
            network="cnn2d-residual",
            network_params={"channels": [24, 48, 96, 128], "excite": True},
            fit=Fit(epochs=30, batch_size=32, ema=0.99),
            seed_row="CNN MODEL2",
        ),
        Recipe(
            "cnn2d-model3",
            "2D CNN of depthwise separable convolutions on log-mel",
            picture=picture.PictureAugmentation(mixup=0.2),
            network="cnn2d-separable",
            fit=Fit(epochs=30, ema=0.99),
            seed_row="CNN MODEL3",
        ),
        Recipe(
            "paper-savee",
            "The paper's MSF + MFCC into a CNN, re-implemented by name, on SAVEE",
            corpus="savee",
            split="clips",
            features="msf-mfcc-whole",
            picture=picture.NONE,
            network="qayyum2019-strided",
            fit=_FIT_FEW,
            seed_row="Paper implementation on SAVEE",
        ),
        Recipe(
            "paper-savee-svm",
            "The paper's MSF + MFCC into a support vector machine, on SAVEE: a floor",
            corpus="savee",
            split="clips",
            features="msf-mfcc-whole",
            network="svm",
            network_params={"c": 10.0},
        ),
        Recipe(
            "paper-crema-d",
            "The paper's MSF + MFCC into a CNN, re-implemented by name, on CREMA-D",
            features="msf-mfcc",
            picture=picture.NONE,
            network="qayyum2019",
            fit=Fit(epochs=60, learning_rate=1e-3, patience=20, ema=0.99),
            seed_row="Paper implementation on CREMA-D",
        ),
        Recipe(
            "quick-cnn",
            "A small 1D CNN on log-mel, to begin with",
            # Changed little: so few epochs end before such a network has learned its clips by heart.
            picture=dataclasses.replace(_PICTURE, mixup=0.0),
            network="built",
            network_params={
                "architecture": Architecture(
                    1, (Block(96, 5, stride=4, dropout=0.1), Block(128, 5, dropout=0.1), Block(128, 5, dropout=0.1))
                )
            },
            fit=Fit(epochs=12, learning_rate=3e-3, warmup_epochs=1.0, ema=0.99),
        ),
        _CRNN,
        _CRNN.with_(
            name="crnn-small",
            title="The crnn at half the width, for slow machines",
            network_params={**_CRNN.network_params, "channels": [16, 32, 48, 80], "gru": 40},
        ),
        Recipe(
            "mlp",
            "Dense layers on the descriptors' means and deviations: a floor",
            features="seed",
            picture=picture.NONE,
            network="mlp",
            fit=_FIT_1D,
        ),
        Recipe(
            "svm",
            "Support vector machine on the descriptors' means and deviations: a floor",
            features="seed",
            network="svm",
        ),
        Recipe(
            "logreg",
            "Logistic regression on the descriptors' means and deviations: a floor",
            features="seed",
            network="logreg",
        ),
        Recipe(
            "egemaps-svm",
            "Support vector machine on openSMILE's eGeMAPS: the field's classic baseline",
            features="egemaps",
            network="svm",
        ),
        _pretrained("whisper-logreg", "Logistic regression on a pretrained ear", "logreg", network_params={"c": 0.001}),
        _pretrained(
            "whisper-svm",
            "Linear support vector machine on a pretrained ear",
            "svm",
            network_params={"c": 1e-4, "kernel": "linear"},
        ),
        _pretrained(
            "whisper-mlp",
            "A dense layer on a pretrained ear",
            "mlp",
            picture=picture.NONE,
            network_params={"dense": [192], "dropout": 0.5},
            fit=Fit(epochs=20, learning_rate=1e-3, weight_decay=0.01, ema=0.99),
        ),
        _pretrained(
            "voice",
            "A pretrained ear and a profile of who speaks",
            "voice",
            "whisper-percentiles",
            waveform=OTHER_VOICES,
            picture=dataclasses.replace(picture.NONE, mixup=0.4),
            network_params={"profile": True, "l2": 0.03},
            fit=Fit(epochs=12, batch_size=128, learning_rate=1e-3, warmup_epochs=1.0, weight_decay=0.0, ema=0.99),
        ),
        *(
            _pretrained(
                f"{name.removesuffix('-base')}-logreg",
                f"Logistic regression on {known.title}, the middle of its layers",
                "logreg",
                f"{HIDDEN}{name}:{known.layers // 2}",
                network_params={"c": 0.001},
            )
            for name, known in KNOWN.items()
        ),
        _pretrained(
            "whisper-cnn",
            "1D CNN with attention over a pretrained ear's frames, its blocks weighed",
            "cnn1d-blocks",
            "whisper-frames",
            picture=dataclasses.replace(picture.FRAMES, stretch=0.0, mixup=0.0),
            fit=Fit(epochs=12, learning_rate=1e-3, weight_decay=0.01, ema=0.99),
        ),
    )
}


def named(name: str) -> Recipe:
    """Return the recipe called `name`, or the one in the file of that name (a recipe.json).

    Raises RecipeError when there is neither.
    """
    if name in RECIPES:
        return RECIPES[name]
    path = Path(name)
    if path.suffix == ".json" and path.is_file():
        try:
            stated = files.from_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise RecipeError(f"{path} is not JSON: {error}") from error
        return from_dict(stated.get("recipe", stated) if isinstance(stated, dict) else stated)
    raise RecipeError(f"There is no recipe called '{name}'. Known: {', '.join(RECIPES)}; or a recipe.json file.")


def with_selection(recipe: Recipe, path: Path) -> Recipe:
    """Return the recipe on the descriptors that a selection (its selected.json) kept. Raises RecipeError for another file."""
    try:
        stated = files.from_json(path.read_text(encoding="utf-8"))
        return recipe.with_(
            features=str(stated["features"]),
            descriptors=tuple(stated["descriptors"]),
            selected_on=str(stated["selected_on"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecipeError(f"{path} is not the selected.json of a selection: {error}") from error
