"""1D CNNs over time on hand-made features, frame by frame; and one over the values of a clip's vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from ser_core.networks import layers


def frames(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (96, 128),
    kernel: int = 5,
    pool: int = 2,
    residual: bool = False,
    gru: int = 0,
    dense: int = 64,
    dropout: float = 0.4,
    mean_subtraction: bool = False,
) -> Any:
    """Return the embedding of a sequence of descriptors (frames × dims, scaled).

    One convolution over time of `kernel` frames for each of `channels`, with batch normalisation, ReLU and a max-pool of
    `pool`; a skip around each where `residual`; a bidirectional GRU of `gru` units; attention, mean and maximum over
    time joined; a dense layer. mean_subtraction: what each descriptor is on average over the sequence is taken off first.
    """
    x, stride = inputs["features"], 1
    if mean_subtraction:
        x = layers.MeanSubtraction()(x, inputs["n_frames"])
    for width in channels:
        skip = x
        x = keras.layers.Conv1D(width, kernel, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization()(x)
        if residual:
            x = x + keras.layers.Conv1D(width, 1, use_bias=False)(skip)
        x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPooling1D(pool)(x)
        x = keras.layers.SpatialDropout1D(dropout / 4)(x)
        stride *= pool
    if gru:
        x = keras.layers.Bidirectional(keras.layers.GRU(gru, return_sequences=True))(x)
    x = layers.MaskedPooling(stride)(x, inputs["n_frames"])
    return _dense(x, dense, dropout)


def of_blocks(
    inputs: dict[str, Any],
    *,
    blocks: int = 3,
    channels: Sequence[int] = (192,),
    kernel: int = 3,
    dense: int = 128,
    dropout: float = 0.5,
) -> Any:
    """Return the embedding of an encoder's hidden states (frames × blocks·dims, scaled).

    The blocks' mean by learned weights; one convolution over time of `kernel` frames for each of `channels`; mean and deviation over
    time, weighed by attention, of the blocks' mean and of each convolution joined; a dense layer.
    """
    x = layers.BlockMean(blocks)(inputs["features"])
    pooled = [layers.AttentiveStatistics()(x, inputs["n_frames"])]
    for width in channels:
        x = keras.layers.SpatialDropout1D(dropout / 2)(x)
        x = keras.layers.Conv1D(width, kernel, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        pooled.append(layers.AttentiveStatistics()(x, inputs["n_frames"]))
    return _dense(keras.layers.Concatenate()(pooled), dense, dropout)


def vector(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (32, 64),
    kernel: int = 5,
    dense: int = 64,
    dropout: float = 0.4,
) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): convolutions along the values, as the notebooks of the time did."""
    x = keras.layers.Reshape((inputs["features"].shape[1], 1))(inputs["features"])
    for width in channels:
        x = keras.layers.Conv1D(width, kernel, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling1D(2)(x)
    x = keras.layers.Dropout(dropout)(keras.layers.Flatten()(x))
    return _dense(x, dense, dropout)


def perceptron(inputs: dict[str, Any], *, dense: Sequence[int] = (256, 128), dropout: float = 0.5) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): dense layers with ReLU and dropout."""
    x = inputs["features"]
    for width in dense:
        x = _dense(x, width, dropout)
    return x


def _dense(x: Any, width: int, dropout: float) -> Any:
    x = keras.layers.Dropout(dropout)(x)
    return keras.layers.Dense(width, activation="relu")(x) if width else x
