"""2D CNNs on log-mel pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ser_core.networks import layers


def initial(
    inputs: dict[str, Any], *, channels: Sequence[int] = (8, 16, 32), dense: int = 64, dropout: float = 0.3
) -> Any:
    """Return the embedding of a log-mel picture: the first thing one would try, 3×3 convolutions, max-pools, one dense layer."""
    x = _picture(inputs)
    for width in channels:
        x = keras.layers.MaxPooling2D(2)(keras.layers.Conv2D(width, 3, padding="same", activation="relu")(x))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.AveragePooling2D((1, 2))(x)) if dense == 0 else _columns(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.layers.Dense(dense, activation="relu")(x) if dense else x


def residual(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (32, 48, 96),
    stem: int = 16,
    excite: bool = False,
    dropout: float = 0.4,
) -> Any:
    """Return the embedding of a log-mel picture: a strided 5×5 stem, residual blocks, attention, mean and maximum over time."""
    x = keras.layers.MaxPooling2D(2)(layers.convolution(_picture(inputs), stem, 5, strides=(2, 1)))
    for width in channels:
        x = keras.layers.MaxPooling2D(2)(layers.residual(x, width, excite=excite, dropout=0.1))
    x = keras.layers.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    x = layers.MaskedPooling(4 * 2 ** len(channels))(x, inputs["n_frames"])
    return keras.layers.Dropout(dropout)(x)


def separable(inputs: dict[str, Any], *, channels: Sequence[int] = (24, 48, 96), dropout: float = 0.3) -> Any:
    """Return the embedding of a log-mel picture: depthwise separable convolutions, few parameters, mean over the picture."""
    x = keras.layers.MaxPooling2D(2)(layers.convolution(_picture(inputs), 16, 5, strides=(2, 1)))
    for width in channels:
        x = keras.layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling2D(2)(x)
    return keras.layers.Dropout(dropout)(keras.layers.GlobalAveragePooling2D()(x))


def _picture(inputs: dict[str, Any]) -> Any:
    x = layers.ClipNormalization()(inputs["features"], inputs["n_frames"])
    return keras.layers.Reshape((*x.shape[1:], 1))(x)


def _columns(x: Any) -> Any:
    """Mean over time, every band and channel kept."""
    return keras.layers.Flatten()(ops.mean(x, axis=1))
