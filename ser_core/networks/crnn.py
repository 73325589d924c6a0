"""A residual CNN with a bidirectional GRU and attention pooling on log-mel pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from ser_core.features import logmel
from ser_core.networks import layers


def body(
    inputs: dict[str, Any],
    *,
    channels: Sequence[int] = (32, 48, 96),
    stem: int = 16,
    gru: int = 64,
    excite: bool = False,
    block_dropout: float = 0.1,
    dropout: float = 0.4,
    dense: int = 0,
    profile: bool = False,
    hide: float = 0.0,
    room_snr_db: float | None = None,
) -> Any:
    """Return the embedding of a log-mel picture (`features`: frames × bands; `n_frames`).

    A 5×5 convolution of `stem` channels with stride 2 in time, a 2×2 max-pool, one residual block for each of
    `channels` with a 2×2 max-pool (the last pools frequency alone), a bidirectional GRU of `gru` units, and
    attention, mean and maximum over time joined. With `profile` two inputs more, `profile` (2 × bands) and
    `profile_weight`, by which the picture is normalised beside its own values (layers.ProfileNormalization, also for `hide`).
    room_snr_db: how far below the voice the noise lies that every picture is given, but for training (layers.ClipNormalization);
    brown, as in rooms. None for no noise.
    """
    room: list[float] = [] if room_snr_db is None else (logmel.brown(inputs["mel_hz"]) - room_snr_db).tolist()
    if profile:
        names = ("features", "n_frames", "profile", "profile_weight")
        x = layers.ProfileNormalization(hide, room=room)(*(inputs[name] for name in names))
    else:
        x = layers.ClipNormalization(room=room)(inputs["features"], inputs["n_frames"])
        x = keras.layers.Reshape((*x.shape[1:], 1))(x)
    x = layers.convolution(x, stem, 5, strides=(2, 1))
    x = keras.layers.MaxPooling2D(2)(x)
    stride = 4
    for number, width in enumerate(channels, start=1):
        x = layers.residual(x, width, excite=excite, dropout=block_dropout)
        last = number == len(channels)
        x = keras.layers.MaxPooling2D((1, 2) if last else 2)(x)
        stride *= 1 if last else 2
    x = keras.layers.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    x = keras.layers.Bidirectional(keras.layers.GRU(gru, return_sequences=True))(x)
    x = layers.MaskedPooling(stride)(x, inputs["n_frames"])
    x = keras.layers.Dropout(dropout)(x)
    if dense:
        x = keras.layers.Dense(dense, activation="relu")(x)
        x = keras.layers.Dropout(dropout / 2)(x)
    return x
