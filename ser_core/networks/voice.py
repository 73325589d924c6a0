"""A linear network on an encoder's vector that hears a voice as it is, and as it differs from what its speaker is like."""

from __future__ import annotations

from typing import Any

import keras

from ser_core.networks import layers


def body(
    inputs: dict[str, Any],
    *,
    profile: bool = True,
    half_s: float = 5.0,
    hidden: int = 0,
    dropout: float = 0.5,
    l2: float = 0.0,
) -> Any:
    """Return the embedding of a clip's vector (dims, scaled): itself and its difference from the speaker's profile, side by side.

    Seconds of speech s weigh the second by g = s / (s + half_s) and the first by 1 - g, and both weights stand beside: without a
    profile only the first is heard. hidden: units of a dense layer on each of the two first, 0 for none. l2: shrinks the weights of the
    last layer (`build.trainable`). Without `profile` the vector is all there is.
    """
    x = inputs["features"]
    if not profile:
        return _dense(x, hidden, dropout)
    plain, beside, weights = layers.BesideVoice(half_s)(x, inputs["voice"], inputs["profile_weight"])
    plain, beside = _dense(plain, hidden, dropout), _dense(beside, hidden, dropout)
    return keras.layers.Concatenate()([plain * weights[:, :1], beside * weights[:, 1:], weights])


def _dense(x: Any, units: int, dropout: float) -> Any:
    return keras.layers.Dropout(dropout)(keras.layers.Dense(units, activation="relu")(x)) if units else x
