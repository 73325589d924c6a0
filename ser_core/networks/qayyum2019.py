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
    pool: int = 2,
    width: int = 128,
    dense: Sequence[int] = (256, 128),
    dropout: float = 0.4,
    limit: float | None = None,
) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): convolutions along the values beside dense layers, joined.

    width: what the convolutions, each followed by a maximum over `pool` values, are brought down to. dense: widths of the
    layers beside them. limit: values farther from 0, the train part's mean, are cut to so many deviations; None cuts none.
    """
    values = inputs["features"]
    if limit is not None:
        values = keras.ops.clip(values, -limit, limit)
    x = keras.layers.Reshape((values.shape[1], 1))(values)
    for count in channels:
        x = keras.layers.Conv1D(count, kernel, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling1D(pool)(x)
    x = keras.layers.Dense(width, activation="relu")(keras.layers.Dropout(dropout)(keras.layers.Flatten()(x)))
    y = keras.layers.Dropout(dropout / 2)(values)
    for count in dense:
        y = keras.layers.Dropout(dropout)(keras.layers.Dense(count, activation="relu")(y))
    return keras.layers.Concatenate()([x, y])


def strided(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (128,),
    kernel: int = 15,
    stride: int = 4,
    dropout: float = 0.5,
    limit: float | None = 2.5,
) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): convolutions along the values, every `stride` of them, and no more.

    For a corpus of some hundred clips. Neither a maximum over neighbours nor batch normalisation: the one keeps the largest of values
    that mean different things, the other's statistics are of a few dozen clips. limit: values farther from 0, the train part's mean, are
    cut to so many deviations; None cuts none.
    """
    x = inputs["features"]
    if limit is not None:
        x = keras.ops.clip(x, -limit, limit)
    x = keras.layers.Reshape((x.shape[1], 1))(x)
    for count in channels:
        x = keras.layers.Conv1D(count, kernel, strides=stride, padding="same", activation="relu")(x)
    return keras.layers.Dropout(dropout)(keras.layers.Flatten()(x))
