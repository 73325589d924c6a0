"""A built network as Keras code that runs by itself: what a student may read, change and hand in."""

from __future__ import annotations

from collections.abc import Iterator

from ser_core.recipes import layer_table
from ser_core.recipes.architecture import POOLINGS, Architecture, Block
from ser_core.recipes.recipe import Recipe, RecipeError

#: How each part of a pooling over time is said.
_JOINED = {"attention": "ops.sum(weights * x, axis=1)", "mean": "ops.mean(x, axis=1)", "max": "ops.max(x, axis=1)"}


def code(recipe: Recipe, labels: tuple[str, ...]) -> str:
    """Return Python code that makes the recipe's built network of layers that Keras has, with as many parameters and the same shapes.

    It reads whole windows: unlike the trained network it counts padding at a window's end. Raises RecipeError for another network,
    and as `layer_table.layers` does.
    """
    layer_table.of_recipe(recipe, len(labels))
    built = recipe.network_params.get("architecture", Architecture())
    (given,) = recipe.feature_set.inputs
    frames, width = layer_table.shape(given, recipe.lda)
    if not labels:
        raise RecipeError("A network that tells no emotion apart has no last layer.")
    return "\n".join(_lines(recipe, built, frames, width, labels, by_clip=given.source.normalised_by_network)) + "\n"


def _lines(
    recipe: Recipe, built: Architecture, frames: int, width: int, labels: tuple[str, ...], *, by_clip: bool
) -> Iterator[str]:
    yield "import keras"
    yield "from keras import layers, ops"
    yield ""
    yield f"# {_line(recipe.feature_set.title)}."
    yield f"x = inputs = keras.Input(({frames}, {width}))"
    if by_clip:
        yield "x = layers.LayerNormalization(axis=(1, 2), center=False, scale=False)(x)  # each clip by itself"
    if built.dims == 2:
        yield f"x = layers.Reshape(({frames}, {width}, 1))(x)"
    for block in built.blocks:
        yield from _block(block, built.dims)
    if built.dims == 2:
        yield "x = ops.mean(x, axis=2)" if built.bands == "mean" else "x = layers.Reshape((x.shape[1], -1))(x)"
    if built.gru:
        yield f"x = layers.Bidirectional(layers.GRU({built.gru}, return_sequences=True))(x)"
    parts = POOLINGS[built.pooling]
    if "attention" in parts:
        yield "weights = layers.Softmax(axis=1)(layers.Dense(1)(x))"
    joined = [_JOINED[part] for part in parts]
    yield f"x = {joined[0]}" if len(joined) == 1 else f"x = layers.Concatenate()([{', '.join(joined)}])"
    yield f"x = layers.Dropout({built.dropout})(x)"
    if built.dense:
        yield f'x = layers.Dense({built.dense}, activation="relu")(x)'
    yield f"outputs = layers.Dense({len(labels)})(x)  # {_line(', '.join(labels))}"
    yield "model = keras.Model(inputs, outputs)"
    fit = recipe.fit
    loss = (
        "keras.losses.CategoricalHinge()"
        if fit.loss == "hinge"
        else f"keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing={fit.label_smoothing})"
    )
    yield f"optimizer = keras.optimizers.AdamW({fit.learning_rate}, weight_decay={fit.weight_decay})"
    yield f'model.compile(optimizer, {loss}, ["accuracy"])'
    yield "model.summary()"


def _line(words: str) -> str:
    """Words of others behind a #: whatever ended the line there would be code."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def _block(block: Block, dims: int) -> Iterator[str]:
    plain = block.normalise == "none"
    kind = f"layers.{'Separable' if block.separable else ''}Conv{dims}D"
    bias = "" if plain else ", use_bias=False"
    if block.residual:
        yield "skip = x"
    for turn in range(block.repeat):
        strides = _strides(block.strides(dims)) if turn == 0 else ""
        yield f'x = {kind}({block.filters}, {block.kernel}{strides}, padding="same"{bias})(x)'
        if turn + 1 < block.repeat:
            yield f"x = layers.ReLU()({_normalised('x', block)})"
    last = _normalised("x", block)
    if block.excite or block.residual:
        if last != "x":
            yield f"x = {last}"
        last = "x"
    if block.excite:
        yield f"weights = layers.GlobalAveragePooling{dims}D(keepdims=True)(x)"
        yield f'weights = layers.Dense({block.squeezed}, activation="relu")(weights)'
        yield f'x = x * layers.Dense({block.filters}, activation="sigmoid")(weights)'
    if block.residual:
        skip = f"layers.Conv{dims}D({block.filters}, 1{_strides(block.strides(dims))}{bias})(skip)"
        yield f"x = x + {_normalised(skip, block)}"
    yield f"x = layers.ReLU()({last})"
    pools = block.pools(dims)
    if max(pools) > 1:
        size = pools[0] if len(set(pools)) == 1 else pools
        yield f"x = layers.{'Max' if block.pooling == 'max' else 'Average'}Pooling{dims}D({size})(x)"
    if block.dropout:
        yield f"x = layers.SpatialDropout{dims}D({block.dropout})(x)"


def _normalised(x: str, block: Block) -> str:
    kinds = {"none": "", "batch": "BatchNormalization", "layer": "LayerNormalization"}
    return f"layers.{kinds[block.normalise]}()({x})" if kinds[block.normalise] else x


def _strides(strides: tuple[int, ...]) -> str:
    if max(strides) == 1:
        return ""
    return f", strides={strides[0] if len(set(strides)) == 1 else strides}"
