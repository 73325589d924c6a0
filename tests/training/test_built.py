"""Networks that somebody builds: what is counted without Keras is what Keras makes, and so is what the exported code makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ser_core import graphs, recipes, runs
from ser_core.graphs import parity
from ser_core.networks import build
from ser_core.recipes import Recipe, RecipeError, keras_code, layer_table, originals
from ser_core.recipes.architecture import Architecture, Block
from ser_core.training import export

LABELS = ("anger", "fear", "neutral")

ONE_D = Architecture(1, (Block(8, 5, stride=4), Block(12, 5, dropout=0.1)))
BUILT = {
    "plain": ONE_D,
    "gru": Architecture(1, (Block(6, 4, pool=3, residual=True, excite=True),), gru=5, pooling="attention", dense=7),
    "no norm": Architecture(1, (Block(6, 3, normalise="none", repeat=2, residual=True, stride=2),), pooling="max"),
    "separable": Architecture(1, (Block(6, 3, normalise="layer", separable=True, pooling="average"),), pooling="mean"),
    "2d": Architecture(2, (Block(4, 5, stride=2, stride_bands=1), Block(6, pool=2, pool_bands=4)), dense=5),
    "2d residual": Architecture(2, (Block(4, 3, stride=2, repeat=2, residual=True, excite=True), Block(6)), gru=4),
    "2d separable": Architecture(
        2, (Block(4, 5, pool=1), Block(6, separable=True, stride=2, pooling="average")), bands="mean", pooling="mean"
    ),
}


def recipe(built: Architecture, features: str = "logmel") -> Recipe:
    return Recipe("mine", "Mine", features=features, network="built", network_params={"architecture": built})


def model_of(of: Recipe) -> keras.Model:
    """The network as it is trained, with what stands frozen in front of it left out."""
    return build.trainable(of.network, of.network_params, of.feature_set, len(LABELS))


@pytest.mark.parametrize("name", BUILT)
def test_the_count_is_keras_own_layer_by_layer(name: str) -> None:
    of = recipe(BUILT[name])
    model, counted = model_of(of), layer_table.of_recipe(of, len(LABELS))
    made = {row["name"]: row for row in export.layer_table(model)}
    for layer in counted:
        row = made[layer.name]
        assert (layer.kind, layer.shape, layer.parameters) == (row["kind"], tuple(row["shape"]), row["parameters"]), (
            layer.name
        )
    assert sum(layer.parameters for layer in counted) == model.count_params()


@pytest.mark.parametrize("name", ["plain", "2d", "2d residual"])
def test_a_value_depends_on_so_many_frames_and_no_more(name: str) -> None:
    """Measured: what changes in the middle of the last block where single frames of the input change."""
    built = BUILT[name]
    built = Architecture(
        built.dims, tuple(Block(**{**vars_of(block), "excite": False}) for block in built.blocks), pooling="max"
    )
    of = recipe(built, "mfcc-20-frames")
    keras.utils.set_random_seed(0)
    model = model_of(of)
    last = layer_table.of_recipe(of, len(LABELS))
    counted = next(layer for layer in reversed(last) if layer.frames is not None)
    seen = keras.Model(model.input, model.get_layer(counted.name).output)
    frames = of.feature_set.inputs[0].frames
    middle = counted.shape[0] // 2
    base = np.random.default_rng(0).normal(size=(1, frames, 20)).astype(np.float32)
    many = np.repeat(base, frames, axis=0)
    many[np.arange(frames), np.arange(frames)] += 50.0
    given = {of.feature_set.inputs[0].name: many, "n_frames": np.full(frames, frames, np.int32)}
    plain = np.asarray(seen({one: values[:1] for one, values in given.items()} | {of.feature_set.inputs[0].name: base}))
    moved = np.abs(np.asarray(seen(given)) - plain).reshape(frames, counted.shape[0], -1)[:, middle].max(axis=1) > 1e-5
    touched = np.flatnonzero(moved)
    # Maxima may hide a frame at the rim; what is outside of the field must move nothing.
    assert touched[-1] - touched[0] + 1 <= counted.frames
    assert touched[-1] - touched[0] + 1 > counted.frames * 0.7


def vars_of(block: Block) -> dict[str, Any]:
    return {name: getattr(block, name) for name in block.__dataclass_fields__}


@pytest.mark.parametrize("name", BUILT)
def test_the_exported_code_runs_by_itself_and_makes_the_same_network(name: str) -> None:
    of = recipe(BUILT[name])
    text = keras_code.code(of, LABELS)
    assert "ser_core" not in text and len(text.splitlines()) <= 32
    made: dict[str, Any] = {}
    exec(compile(text, "handed-in.py", "exec"), made)
    model, trained = made["model"], model_of(of)
    assert model.output_shape == (None, len(LABELS)) and model.count_params() == trained.count_params()
    assert weighty(model) == weighty(trained)
    frames, width = layer_table.shape(of.feature_set.inputs[0])
    assert np.isfinite(model(np.random.default_rng(0).normal(size=(2, frames, width)).astype(np.float32))).all()


#: The kinds of layers that both have; the pooling over time is one layer in the trained network and several of Keras' in the code.
KINDS = ("Conv1D", "Conv2D", "BatchNormalization", "Bidirectional", "MaxPooling1D", "MaxPooling2D", "AveragePooling1D")


def weighty(model: keras.Model) -> list[tuple[str, tuple[int, ...]]]:
    """Kind and output shape of the layers that both have, in order of their names."""
    kinds = [(type(layer).__name__, layer) for layer in model.layers]
    return sorted((kind, tuple(layer.output.shape[1:])) for kind, layer in kinds if kind in KINDS)


def test_the_code_of_three_blocks_has_about_twenty_lines() -> None:
    lines = keras_code.code(recipes.named("quick-cnn"), LABELS).splitlines()
    assert 18 <= len(lines) <= 26


@pytest.mark.parametrize("name", ["gru", "2d residual", "separable"])
def test_it_is_exported_and_padding_changes_no_answer(name: str, tmp_path: Path) -> None:
    of = recipe(BUILT[name])
    keras.utils.set_random_seed(0)
    model = model_of(of)
    random = np.random.default_rng(0)
    (one,) = of.feature_set.inputs
    real = {
        one.name: random.normal(size=(4, *one.shape)).astype(np.float32) * 10,
        "n_frames": np.array([256, 200, 128, 90], np.int32),
    }
    run = runs.create(tmp_path / "r")
    difference = export.FittedNetwork(model).export(1.3, real, run)
    assert difference < 1e-4
    expected = np.asarray(build.serving(model, 1.3).predict(real, verbose=0)["probabilities"])
    assert parity.of_graph(run.model_path(), real, expected) < 1e-4
    assert graphs.session(run.model_path()).get_outputs()


def test_what_is_impossible_is_refused_in_a_sentence() -> None:
    for built, said in (
        (Architecture(2, tuple(Block(8, pool=2) for _ in range(8))), "Block 7 leaves nothing of 4 × 1 steps"),
        (Architecture(1, (Block(512, 31), Block(512, 31)), dense=1024), "million parameters"),
        (Architecture(2, (Block(128, 15, pool=1), Block(64, 3))), "billion multiply-adds"),
    ):
        with pytest.raises(RecipeError, match=said):
            build.check("built", recipe(built).network_params, recipe(built).feature_set)
    with pytest.raises(RecipeError, match="one vector a clip"):
        build.check("built", {}, recipe(ONE_D, "mfcc-20").feature_set)
    with pytest.raises(RecipeError, match="same stride over time and over bands"):
        recipe(ONE_D).override(
            ['network_params.architecture.blocks=[{"separable": true, "stride": 2, "stride_bands": 1}]']
        )
    with pytest.raises(RecipeError, match="filters"):
        recipe(ONE_D).override(['network_params.architecture.blocks=[{"filters": 0}]'])


def test_the_originals_open_as_the_same_network_or_say_in_what_they_differ() -> None:
    said = {}
    for name, original in recipes.RECIPES.items():
        if original.seed_row is None:
            continue
        found = originals.opened(original)
        said[name] = found.said if found.recipe else None
        if found.recipe is None or found.said.startswith("What leads"):
            continue
        theirs, ours = (
            build.trainable(one.network, one.network_params, one.feature_set, 6) for one in (original, found.recipe)
        )
        assert theirs.count_params() == ours.count_params(), name
    same = [name for name, one in said.items() if one == ""]
    assert same == ["cnn1d-model1", "cnn1d-model2", "cnn1d-model5", "cnn1d-model6", "cnn2d-model2"]
    assert [name for name, one in said.items() if one is None] == ["cnn1d-model4", "paper-savee", "paper-crema-d"]


def test_an_original_that_opens_as_the_same_network_answers_the_same() -> None:
    original = recipes.named("cnn2d-model2")
    found = originals.opened(original)
    assert found.recipe is not None
    models = [build.trainable(one.network, one.network_params, one.feature_set, 6) for one in (original, found.recipe)]
    random = np.random.default_rng(0)
    real = {
        "logmel": random.normal(size=(2, 256, 64)).astype(np.float32) * 10,
        "n_frames": np.array([256, 120], np.int32),
    }
    weights = [weight.shape for weight in models[0].get_weights()]
    assert sorted(weights) == sorted(weight.shape for weight in models[1].get_weights())
    for model in models:
        for weight in model.weights:
            weight.assign(np.full(weight.shape, 0.01, np.float32))
    one, two = (np.asarray(model(real)["logits"]) for model in models)
    np.testing.assert_allclose(one, two, rtol=1e-4)
