"""A CNN on modulation spectral features and MFCC, after Qayyum, Arefeen & Shahnaz (SPICSCON 2019).

The paper's layers are not known to us: this is a re-implementation by name, a design of our own on the paper's features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


def body(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (32, 64),
    kernel: int = 7,
    dense: Sequence[int] = (256, 128),
    dropout: float = 0.4,
) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): convolutions along the values beside dense layers, joined."""
    values = inputs["features"]
    x = keras.layers.Reshape((values.shape[1], 1))(values)
    for width in channels:
        x = keras.layers.Conv1D(width, kernel, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling1D(2)(x)
    x = keras.layers.Dense(dense[-1], activation="relu")(keras.layers.Dropout(dropout)(keras.layers.Flatten()(x)))
    y = keras.layers.Dropout(dropout / 2)(values)
    for width in dense:
        y = keras.layers.Dropout(dropout)(keras.layers.Dense(width, activation="relu")(y))
    return keras.layers.Concatenate()([x, y])
