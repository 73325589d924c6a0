"""Layers that the networks share; Keras operations only, so that they run on any of its backends and export to ONNX."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ser_core.features.logmel import RANGE_DB
from ser_core.features.profile import DEVIATION_NEEDS, HALF_WEIGHT_S

PACKAGE = "ser_core"


@keras.saving.register_keras_serializable(package=PACKAGE)
class ClipNormalization(keras.layers.Layer):
    """Centre and scale a picture (frames × bands) by the mean and deviation of all its values that are not padding.

    Values more than `range_db` below the largest are raised to that floor first; padding becomes 0. A gain of the
    recording adds a constant in dB, so it changes nothing. The bands keep their levels against each other: normalised
    band by band, a clip loses the spectral shape that carries emotion.

    room: the noise of a room that every picture is given first, added in power: its level in every band, dB relative to the
    mean power of the picture's frames; empty for none. How far a voice stands above the noise tells how loud it was where one
    microphone recorded all, as in a corpus, and elsewhere how good the microphone is: in a room of its own every recording is
    alike in that. Not in training, whose pictures are to be of rooms and noises of all kinds (PictureAugmentation.noise): a
    network that knows one room alone finds what that room leaves.
    """

    def __init__(self, range_db: float = RANGE_DB, room: Sequence[float] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.range_db, self.room = range_db, [float(level) for level in room]

    def call(self, picture: Any, n_frames: Any, training: bool | None = None) -> Any:
        mask = frame_mask(n_frames, picture.shape[1])[:, :, None]
        if self.room and not training:
            picture = added(picture, self.noise(picture, mask))
        return self.by_itself(self.raised(picture, mask), mask)

    def noise(self, picture: Any, mask: Any) -> Any:
        """Return the power of the room's noise in every band (batch × 1 × bands)."""
        count = ops.maximum(ops.sum(mask, axis=(1, 2), keepdims=True), 1.0)
        level = ops.sum(power(picture) * mask, axis=(1, 2), keepdims=True) / count
        return level * power(ops.convert_to_tensor(self.room, dtype="float32"))

    def raised(self, picture: Any, mask: Any) -> Any:
        """Return the picture (mask of its frames: batch × frames × 1) with nothing below the floor."""
        lowest = ops.full_like(picture, -1e3)
        peak = ops.max(ops.where(mask > 0, picture, lowest), axis=(1, 2), keepdims=True)
        return ops.maximum(picture, peak - self.range_db)

    def by_itself(self, picture: Any, mask: Any) -> Any:
        """Centre and scale by the picture's own mean and deviation."""
        count = ops.maximum(ops.sum(mask, axis=(1, 2), keepdims=True) * picture.shape[2], 1.0)
        mean = ops.sum(picture * mask, axis=(1, 2), keepdims=True) / count
        centred = (picture - mean) * mask
        deviation = ops.sqrt(ops.sum(ops.square(centred), axis=(1, 2), keepdims=True) / count)
        return centred / (deviation + 1e-3)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "range_db": self.range_db, "room": self.room}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ProfileNormalization(ClipNormalization):
    """Show a picture as its own values make it, and beside it as its speaker's voice profile does: frames × bands × 2.

    profile: batch × 2 × bands, mean and deviation of every band in dB; weight w: batch. The first channel is what
    ClipNormalization gives, the second w times (picture - mean) / deviation, band by band; padding stays 0. A gain of the
    recording changes nothing where the profile has it too. With a weight of 0 the profile, whatever it holds, changes nothing.

    hide: in training, the share of the pictures with a profile whose first channel is hidden. A network that always has the
    first hardly learns to read the second.
    """

    def __init__(self, hide: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hide = hide
        if hide:
            self.random = keras.random.SeedGenerator()

    def call(  # type: ignore[override]
        self, picture: Any, n_frames: Any, profile: Any, weight: Any, training: bool | None = None
    ) -> Any:
        mask = frame_mask(n_frames, picture.shape[1])[:, :, None]
        means, deviations = profile[:, 0][:, None, :], profile[:, 1][:, None, :]
        if self.room and not training:
            noise = self.noise(picture, mask)
            picture, means = added(picture, noise), added(means, noise)
        picture = self.raised(picture, mask)
        # What a profile has below the floor, the picture has at it.
        means = ops.maximum(means, ops.min(ops.where(mask > 0, picture, 1e3), axis=(1, 2), keepdims=True))
        by_profile = weight[:, None, None] * (picture - means) * mask / (deviations + 1e-3)
        by_itself = self.by_itself(picture, mask)
        if training and self.hide:
            drawn = keras.random.uniform(ops.shape(weight), seed=self.random)
            hidden = ops.logical_and(drawn < self.hide, weight > 0)
            by_itself = ops.where(hidden[:, None, None], 0.0, by_itself)
        return ops.stack([by_itself, by_profile], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "hide": self.hide}


@keras.saving.register_keras_serializable(package=PACKAGE)
class VoiceScaling(keras.layers.Layer):
    """Scale features (… × dims) by a voice profile as far as its weight says, else by the train part (`features.profile.blended`).

    mean, deviation: of the train part (dims). profile: batch × 2 × dims; weight: batch.
    """

    def __init__(self, mean: Any, deviation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean, self.deviation = [float(number) for number in mean], [float(number) for number in deviation]

    def call(self, features: Any, profile: Any, weight: Any) -> Any:
        share = weight[:, None]
        wide = share / (DEVIATION_NEEDS - (DEVIATION_NEEDS - 1.0) * share)
        centre = share * profile[:, 0] + (1.0 - share) * ops.convert_to_tensor(self.mean, "float32")
        spread = wide * profile[:, 1] + (1.0 - wide) * ops.convert_to_tensor(self.deviation, "float32")
        if len(features.shape) == 3:
            centre, spread = centre[:, None], spread[:, None]
        return (features - centre) / spread

    def compute_output_shape(self, features_shape: Any, *_: Any) -> Any:
        return features_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "deviation": self.deviation}


@keras.saving.register_keras_serializable(package=PACKAGE)
class BesideVoice(keras.layers.Layer):
    """Return a vector (dims), its difference from a voice, and how much each of the two is to be heard (2, their sum is 1).

    voice: batch × dims; weight: batch, s / (s + profile.HALF_WEIGHT_S) for s seconds of speech. half_s: seconds at which both are heard
    alike.
    """

    def __init__(self, half_s: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.half_s = half_s

    def call(self, vector: Any, voice: Any, weight: Any) -> tuple[Any, Any, Any]:
        share = weight[:, None]
        heard = HALF_WEIGHT_S * share / (HALF_WEIGHT_S * share + self.half_s * (1.0 - share))
        return vector, vector - voice, ops.concatenate([1.0 - heard, heard], axis=-1)

    def compute_output_shape(self, vector_shape: Any, *_: Any) -> Any:
        return vector_shape, vector_shape, (vector_shape[0], 2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "half_s": self.half_s}


@keras.saving.register_keras_serializable(package=PACKAGE)
class MaskedPooling(keras.layers.Layer):
    """Join attention, mean and maximum over the steps (steps × dims) that are not padding: 3 × dims.

    `stride`: how many input frames one step stands for. `parts`: which of the three are joined.
    """

    def __init__(self, stride: int, parts: Sequence[str] = ("attention", "mean", "max"), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stride, self.parts = stride, list(parts)
        self.score = keras.layers.Dense(1, name="score")

    def build(self, steps_shape: Any, *_: Any) -> None:
        if "attention" in self.parts:
            self.score.build(steps_shape)
        super().build(steps_shape)

    def call(self, steps: Any, n_frames: Any) -> Any:
        n_steps = (n_frames + (self.stride - 1)) // self.stride
        mask = frame_mask(n_steps, steps.shape[1])[:, :, None]
        far_below = (1.0 - mask) * -1e4
        joined = []
        if "attention" in self.parts:
            joined.append(ops.sum(ops.softmax(self.score(steps) + far_below, axis=1) * steps, axis=1))
        if "mean" in self.parts:
            joined.append(ops.sum(steps * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0))
        if "max" in self.parts:
            joined.append(ops.max(steps + far_below, axis=1))
        return ops.concatenate(joined, axis=-1)

    def compute_output_shape(self, steps_shape: Any, *_: Any) -> tuple[Any, int]:
        return (steps_shape[0], len(self.parts) * steps_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stride": self.stride, "parts": self.parts}


@keras.saving.register_keras_serializable(package=PACKAGE)
class BlockMean(keras.layers.Layer):
    """Average an encoder's blocks, one beside the other (frames × blocks·dims), by learned weights: frames × dims."""

    def __init__(self, blocks: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks = blocks

    def build(self, frames_shape: Any) -> None:
        self.scores = self.add_weight((self.blocks,), "zeros", name="scores")
        super().build(frames_shape)

    def call(self, frames: Any) -> Any:
        each = ops.reshape(frames, (-1, frames.shape[1], self.blocks, frames.shape[2] // self.blocks))
        return ops.sum(each * ops.softmax(self.scores)[None, None, :, None], axis=2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "blocks": self.blocks}


@keras.saving.register_keras_serializable(package=PACKAGE)
class AttentiveStatistics(keras.layers.Layer):
    """Join mean and deviation over the frames (frames × dims) that are not padding, weighed by attention (Okabe et al. 2018, arXiv:1803.10963).

    hidden: units of the attention's layer.
    """

    def __init__(self, hidden: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden = hidden
        self.look, self.score = keras.layers.Dense(hidden, "tanh", name="look"), keras.layers.Dense(1, name="score")

    def build(self, frames_shape: Any, *_: Any) -> None:
        self.look.build(frames_shape)
        self.score.build((*frames_shape[:-1], self.hidden))
        super().build(frames_shape)

    def call(self, frames: Any, n_frames: Any) -> Any:
        mask = frame_mask(n_frames, frames.shape[1])[:, :, None]
        weights = ops.softmax(self.score(self.look(frames)) + (1.0 - mask) * -1e4, axis=1)
        mean = ops.sum(weights * frames, axis=1)
        variance = ops.sum(weights * ops.square(frames - mean[:, None]), axis=1)
        return ops.concatenate([mean, ops.sqrt(ops.maximum(variance, 1e-6))], axis=-1)

    def compute_output_shape(self, frames_shape: Any, *_: Any) -> tuple[Any, int]:
        return (frames_shape[0], 2 * frames_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "hidden": self.hidden}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Temperature(keras.layers.Layer):
    """Divide logits by a scalar that is fitted on the validation part and frozen in the graph.

    with_voice: what it is by a voice profile of weight 1, in between with the weight; None where a profile changes nothing.
    """

    def __init__(self, temperature: float = 1.0, with_voice: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.temperature, self.with_voice = temperature, with_voice

    def call(self, logits: Any, weight: Any = None) -> Any:
        if self.with_voice is None or weight is None:
            return logits / self.temperature
        return logits / (self.temperature + (self.with_voice - self.temperature) * weight[:, None])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature, "with_voice": self.with_voice}


@keras.saving.register_keras_serializable(package=PACKAGE)
class PaddingMask(keras.layers.Layer):
    """Set what stands behind the first `n_frames` frames (frames × dims) to 0: the train part's mean, once scaled."""

    def call(self, frames: Any, n_frames: Any) -> Any:
        return frames * frame_mask(n_frames, frames.shape[1])[:, :, None]


@keras.saving.register_keras_serializable(package=PACKAGE)
class MeanSubtraction(keras.layers.Layer):
    """Take off what each feature is on average over the frames (frames × dims) that are not padding; padding becomes 0.

    A microphone adds a constant to what is logarithmic, so without its mean it is alike for all (Atal 1974, of cepstra).
    """

    def call(self, frames: Any, n_frames: Any) -> Any:
        mask = frame_mask(n_frames, frames.shape[1])[:, :, None]
        mean = ops.sum(frames * mask, axis=1, keepdims=True) / ops.maximum(ops.sum(mask, axis=1, keepdims=True), 1.0)
        return (frames - mean) * mask


def power(level_db: Any) -> Any:
    """Return the power of a level in dB."""
    return ops.exp(level_db * (math.log(10.0) / 10.0))


def added(level_db: Any, noise: Any) -> Any:
    """Return a level in dB with the power `noise` added."""
    return ops.log(power(level_db) + noise) * (10.0 / math.log(10.0))


def frame_mask(n_frames: Any, frames: int) -> Any:
    """Return 1 for frames below `n_frames` (batch) and 0 for padding: batch × frames, float."""
    return ops.cast(ops.arange(frames, dtype="int32")[None, :] < ops.cast(n_frames, "int32")[:, None], "float32")


def convolution(x: Any, channels: int, size: int | tuple[int, int] = 3, strides: int | tuple[int, int] = 1) -> Any:
    """Convolution without bias, batch normalisation, ReLU."""
    x = keras.layers.Conv2D(channels, size, strides, padding="same", use_bias=False)(x)
    return keras.layers.ReLU()(keras.layers.BatchNormalization()(x))


def squeeze_excite(x: Any, ratio: int = 8, names: tuple[str | None, str | None] = (None, None)) -> Any:
    """Weigh the channels by what the whole picture or sequence holds (Hu et al. 2018, arXiv:1709.01507)."""
    channels = x.shape[-1]
    over_all = keras.layers.GlobalAveragePooling2D if len(x.shape) == 4 else keras.layers.GlobalAveragePooling1D
    weights = over_all(keepdims=True)(x)
    weights = keras.layers.Dense(max(4, channels // ratio), activation="relu", name=names[0])(weights)
    return x * keras.layers.Dense(channels, activation="sigmoid", name=names[1])(weights)


def residual(x: Any, channels: int, *, excite: bool, dropout: float) -> Any:
    """Two 3×3 convolutions around a 1×1 skip (He et al. 2016), with optional squeeze-and-excitation."""
    skip = keras.layers.Conv2D(channels, 1, use_bias=False)(x)
    skip = keras.layers.BatchNormalization()(skip)
    x = convolution(x, channels)
    x = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization()(x)
    if excite:
        x = squeeze_excite(x)
    x = keras.layers.ReLU()(x + skip)
    return keras.layers.SpatialDropout2D(dropout)(x)


def scaling(mean: Any, deviation: Any, name: str, rank: int = 2) -> keras.layers.BatchNormalization:
    """Return a frozen layer that subtracts `mean` and divides by `deviation` (one value a feature, of the train part).

    `rank`: dimensions of its input, the batch and the features included.

    BatchNormalization, because keras.layers.Normalization's constants become required inputs of the ONNX graph; its
    default epsilon would swamp features of small variance.
    """
    layer = keras.layers.BatchNormalization(center=False, scale=False, epsilon=1e-12, trainable=False, name=name)
    layer.build((*[None] * (rank - 1), len(mean)))
    layer.set_weights([mean, deviation**2])
    return layer
