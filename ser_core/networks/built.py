"""The network that somebody built of blocks: a recipe's `architecture` as Keras layers, named as recipes/layer_table.py names them."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ser_core.networks import layers
from ser_core.recipes.architecture import POOLINGS, Architecture, Block

#: Of 1D and 2D networks.
_CONVOLUTION = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D}
_SEPARABLE = {1: keras.layers.SeparableConv1D, 2: keras.layers.SeparableConv2D}
_POOLING = {
    ("max", 1): keras.layers.MaxPooling1D,
    ("max", 2): keras.layers.MaxPooling2D,
    ("average", 1): keras.layers.AveragePooling1D,
    ("average", 2): keras.layers.AveragePooling2D,
}
_DROPOUT = {1: keras.layers.SpatialDropout1D, 2: keras.layers.SpatialDropout2D}


def body(inputs: dict[str, Any], *, architecture: Architecture = Architecture()) -> Any:
    """Return the embedding of a clip's frames (frames × values): blocks, then what stands for all steps.

    Log-mel frames are centred and scaled clip by clip first; others come scaled by the train part.
    """
    built = architecture
    x = inputs["features"]
    if "mel_hz" in inputs:
        x = layers.ClipNormalization()(x, inputs["n_frames"])
    if built.dims == 2:
        x = keras.layers.Reshape((*x.shape[1:], 1))(x)
    for number, block in enumerate(built.blocks, start=1):
        x = _block(x, block, built.dims, number)
    if built.dims == 2:
        x = ops.mean(x, axis=2) if built.bands == "mean" else keras.layers.Reshape((x.shape[1], -1))(x)
    if built.gru:
        x = keras.layers.Bidirectional(keras.layers.GRU(built.gru, return_sequences=True), name="gru")(x)
    x = layers.MaskedPooling(built.stride, POOLINGS[built.pooling], name="over_time")(x, inputs["n_frames"])
    x = keras.layers.Dropout(built.dropout)(x)
    return keras.layers.Dense(built.dense, activation="relu", name="dense")(x) if built.dense else x


def _block(x: Any, block: Block, dims: int, number: int) -> Any:
    plain, strides = block.normalise == "none", block.strides(dims)
    convolution = (_SEPARABLE if block.separable else _CONVOLUTION)[dims]
    skip = x
    for turn in range(block.repeat):
        name = f"{number}{'ab'[turn] if block.repeat == 2 else ''}"
        step = strides if turn == 0 else 1
        x = convolution(block.filters, block.kernel, step, "same", use_bias=plain, name=f"conv{name}")(x)
        x = _normalised(x, block, f"norm{name}")
        if turn + 1 < block.repeat:
            x = keras.layers.ReLU()(x)
    if block.excite:
        x = layers.squeeze_excite(x, names=(f"squeeze{number}", f"excite{number}"))
    if block.residual:
        skip = _CONVOLUTION[dims](block.filters, 1, strides, use_bias=plain, name=f"skip{number}")(skip)
        x = x + _normalised(skip, block, f"skipnorm{number}")
    x = keras.layers.ReLU()(x)
    pools = block.pools(dims)
    if max(pools) > 1:
        x = _POOLING[block.pooling, dims](pools, name=f"pool{number}")(x)
    return _DROPOUT[dims](block.dropout)(x) if block.dropout else x


def _normalised(x: Any, block: Block, name: str) -> Any:
    if block.normalise == "none":
        return x
    kind = keras.layers.BatchNormalization if block.normalise == "batch" else keras.layers.LayerNormalization
    return kind(name=name)(x)
