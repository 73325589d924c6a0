"""A recipe's network as a Keras model: feature windows in, logits and embedding out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ser_core.features import sets
from ser_core.networks import built, cnn1d, cnn2d, crnn, layers, qayyum2019, voice
from ser_core.recipes import RecipeError, layer_table

#: Name in a recipe → function from the inputs (`features`; `n_frames` for sequences; `profile` and `profile_weight` where a network takes
#: a voice profile, `voice`: its means, scaled as a vector is) and what is known of them (`mel_hz`: the bands' centres, of log-mel
#: frames) to the embedding.
BODIES: dict[str, Callable[..., Any]] = {
    layer_table.BUILT: built.body,
    "crnn": crnn.body,
    "cnn1d": cnn1d.frames,
    "cnn1d-blocks": cnn1d.of_blocks,
    "cnn1d-vector": cnn1d.vector,
    "mlp": cnn1d.perceptron,
    "cnn2d-initial": cnn2d.initial,
    "cnn2d-residual": cnn2d.residual,
    "cnn2d-separable": cnn2d.separable,
    "qayyum2019": qayyum2019.body,
    "qayyum2019-strided": qayyum2019.strided,
    "voice": voice.body,
}


#: Those of them that read one vector a clip; the others read frames.
OF_VECTORS = ("cnn1d-vector", "mlp", "qayyum2019", "qayyum2019-strided", "voice")


@dataclass(frozen=True, eq=False)
class Preparation:
    """What was fitted on the train part and stands frozen in front of the network (one value a feature)."""

    mean: np.ndarray
    deviation: np.ndarray
    projection: np.ndarray | None = None
    """LDA: scaled features × components."""


def check(network: str, params: Mapping[str, Any], features: sets.FeatureSet) -> None:
    """Raise RecipeError for an unknown network, for parameters that it does not have, and for features that it cannot read."""
    if network not in BODIES:
        raise RecipeError(f"There is no network called '{network}'. Known: {', '.join(BODIES)}.")
    if features.is_vector != (network in OF_VECTORS):
        fitting = OF_VECTORS if features.is_vector else sorted(set(BODIES) - set(OF_VECTORS))
        kind = "one vector a clip" if features.is_vector else "frames"
        raise RecipeError(
            f"{network} cannot read {features.name}, which is {kind}. Networks for it: {', '.join(fitting)}."
        )
    taken = [
        name
        for name, parameter in inspect.signature(BODIES[network]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    unknown = [name for name in params if name not in taken]
    if unknown:
        raise RecipeError(f"The network {network} has no parameter '{unknown[0]}'; it has {', '.join(taken)}.")
    if network == layer_table.BUILT:
        shape = layer_table.shape(features.inputs[0])
        # Of how many labels it tells apart counts little here.
        layer_table.layers(params.get("architecture", built.Architecture()), *shape, 2)
    if params.get("profile", False) and (features.inputs[0].source.band_hz is None) != features.is_vector:
        raise RecipeError(f"A voice profile is of log-mel frames or of vectors; {features.name} is something else.")


def trainable(
    network: str,
    params: Mapping[str, Any],
    features: sets.FeatureSet,
    n_labels: int,
    prepared: Preparation | None = None,
    own_voice: bool = False,
) -> keras.Model:
    """Return the network with outputs `logits` and `embedding`.

    own_voice: features are scaled by a voice profile, an input of its own, instead of by the train part alone. Raises as `check`.
    """
    check(network, params, features)
    (given,) = features.inputs
    inputs: dict[str, Any] = {given.name: keras.Input(given.shape, name=given.name, dtype="float32")}
    if not given.is_vector:
        inputs["n_frames"] = keras.Input((), name="n_frames", dtype="int32")
    if own_voice or params.get("profile", False):
        inputs["profile"] = keras.Input((2, given.source.dims), name="profile", dtype="float32")
        inputs["profile_weight"] = keras.Input((), name="profile_weight", dtype="float32")
    x = inputs[given.name]
    about: dict[str, Any] = {} if given.source.band_hz is None else {"mel_hz": given.source.band_hz}
    if prepared is not None:
        if own_voice:
            scaling = layers.VoiceScaling(prepared.mean, prepared.deviation, name="scaling")
            x = scaling(x, inputs["profile"], inputs["profile_weight"])
        else:
            scaling = layers.scaling(prepared.mean, prepared.deviation, "scaling", rank=len(x.shape))
            x = scaling(x)
            if given.is_vector and "profile" in inputs:
                about["voice"] = scaling(inputs["profile"][:, 0])
        if prepared.projection is not None:
            lda = keras.layers.Dense(prepared.projection.shape[1], use_bias=False, trainable=False, name="lda")
            lda.build((*[None] * (len(x.shape) - 1), prepared.projection.shape[0]))
            lda.set_weights([prepared.projection])
            x = lda(x)
        if not given.is_vector:
            x = layers.PaddingMask(name="padding")(x, inputs["n_frames"])
    body = BODIES[network]({**inputs, **about, "features": x}, **params)
    embedding = keras.layers.Identity(name="embedding")(body)
    shrunk = keras.regularizers.L2(params["l2"]) if params.get("l2") else None
    logits = keras.layers.Dense(n_labels, kernel_regularizer=shrunk, name="logits")(embedding)
    return keras.Model(inputs, {"logits": logits, "embedding": embedding}, name=network)


def serving(model: keras.Model, temperature: float, with_voice: float | None = None) -> keras.Model:
    """Return the network that ships: outputs `probabilities`, calibrated by `temperature`, and `embedding`.

    with_voice: the temperature by a voice profile, of a network that takes one.
    """
    logits, embedding = model.output["logits"], model.output["embedding"]
    weight = {} if with_voice is None else {"weight": model.input["profile_weight"]}
    scaled = layers.Temperature(temperature, with_voice, name="temperature")(logits, **weight)
    probabilities = keras.layers.Softmax(name="probabilities")(scaled)
    return keras.Model(model.input, {"probabilities": probabilities, "embedding": embedding}, name=model.name)
