"""A recipe's network as a Keras model: feature windows in, logits and embedding out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from ser_core.features import sets
from ser_core.networks import crnn, layers

#: Name in a recipe → function from the inputs to the embedding.
BODIES: dict[str, Callable[..., Any]] = {"crnn": crnn.body}


def trainable(network: str, params: Mapping[str, Any], features: sets.FeatureSet, n_labels: int) -> keras.Model:
    """Return the network with outputs `logits` and `embedding`. Raises KeyError for an unknown name."""
    inputs: dict[str, Any] = {}
    for one in features.inputs:
        inputs[one.name] = keras.Input(one.shape, name=one.name, dtype="float32")
    inputs["n_frames"] = keras.Input((), name="n_frames", dtype="int32")
    embedding = keras.layers.Identity(name="embedding")(BODIES[network](inputs, **params))
    logits = keras.layers.Dense(n_labels, name="logits")(embedding)
    return keras.Model(inputs, {"logits": logits, "embedding": embedding}, name=network)


def serving(model: keras.Model, temperature: float) -> keras.Model:
    """Return the network that ships: outputs `probabilities`, calibrated by `temperature`, and `embedding`."""
    logits, embedding = model.output["logits"], model.output["embedding"]
    scaled = layers.Temperature(temperature, name="temperature")(logits)
    probabilities = keras.layers.Softmax(name="probabilities")(scaled)
    return keras.Model(model.input, {"probabilities": probabilities, "embedding": embedding}, name=model.name)
