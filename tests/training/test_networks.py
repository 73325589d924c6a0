"""Every recipe's network: builds, has the two outputs, exports to ONNX with the same answers, and passes over padding."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ser_core import graphs, recipes, runs
from ser_core.augment import picture
from ser_core.features.contract import Contract
from ser_core.graphs import parity
from ser_core.networks import build
from ser_core.recipes import Fit
from ser_core.training import export, preparation
from ser_core.training.batches import AugmentedBatches
from ser_core.training.parts import Part

LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def inputs_of(recipe: recipes.Recipe, n: int = 4) -> dict[str, np.ndarray]:
    (one,) = recipe.feature_set.inputs
    random = np.random.default_rng(0)
    values = random.normal(size=(n, *one.shape)).astype(np.float32) * 10
    if one.is_vector:
        return {one.name: values, **_profile(recipe, n, random)}
    n_frames = random.integers(one.frames // 3, one.frames, n).astype(np.int32)
    values[np.arange(one.frames) >= n_frames[:, None]] = 0
    given = {one.name: values, "n_frames": n_frames}
    return {**given, **_profile(recipe, n, random)}


def _profile(recipe: recipes.Recipe, n: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    if not recipe.profile:
        return {}
    dims = recipe.feature_set.inputs[0].source.dims
    statistics = np.stack([random.normal(size=(n, dims)), random.uniform(1, 9, (n, dims))], axis=1)
    return {"profile": statistics.astype(np.float32), "profile_weight": np.linspace(0, 0.9, n).astype(np.float32)}


def model_of(recipe: recipes.Recipe) -> keras.Model:
    (one,) = recipe.feature_set.inputs
    prepared = None
    if not recipe.features.startswith("logmel"):
        random = np.random.default_rng(1)
        projection = random.normal(size=(one.source.dims, recipe.lda)).astype(np.float32) if recipe.lda else None
        prepared = build.Preparation(
            random.normal(size=one.source.dims), random.uniform(0.5, 2, one.source.dims), projection
        )
    keras.utils.set_random_seed(0)
    return build.trainable(recipe.network, recipe.network_params, recipe.feature_set, len(LABELS), prepared)


def test_without_the_means_a_constant_changes_no_answer() -> None:
    recipe = recipes.named("cnn1d-model3").override(["network_params.mean_subtraction=true"])
    model, real = model_of(recipe), inputs_of(recipe)
    (one,) = recipe.feature_set.inputs
    frames = np.arange(one.frames) < real["n_frames"][:, None]
    constant = np.random.default_rng(3).normal(size=(4, 1, one.source.dims)) * 10
    moved = {**real, one.name: (real[one.name] + constant * frames[:, :, None]).astype(np.float32)}
    np.testing.assert_allclose(
        model.predict(moved, verbose=0)["logits"], model.predict(real, verbose=0)["logits"], atol=1e-3
    )


@pytest.mark.parametrize(
    "recipe",
    [
        *(recipe for recipe in recipes.RECIPES.values() if recipe.network in build.BODIES),
        recipes.named("cnn1d-model3").override(["network_params.mean_subtraction=true"]),
    ],
    ids=lambda recipe: f"{recipe.name}{'-mean-subtraction' if recipe.network_params.get('mean_subtraction') else ''}",
)
def test_a_network_exports_with_the_same_answers(recipe: recipes.Recipe, tmp_path: Path) -> None:
    model = model_of(recipe)
    real = inputs_of(recipe)
    run = runs.create(tmp_path / "r")
    difference = export.FittedNetwork(model).export(1.3, real, run)
    assert difference <= parity.PARITY
    probabilities, embedding = graphs.run(graphs.session(run.model_path()), real)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)
    assert embedding.shape == (4, model.output["embedding"].shape[1])
    stated = Contract.of(recipe.feature_set, LABELS, 0.5, recipe.profile).to_json()["inputs"]
    signature = graphs.signature(graphs.session(run.model_path()))
    assert {one["name"]: (one["shape"], one["dtype"]) for one in stated} == signature


def test_a_pictures_gain_and_padding_change_nothing() -> None:
    recipe = recipes.named("crnn")
    model = model_of(recipe)
    # A profile does not become louder with the clip.
    real = {**inputs_of(recipe), "profile_weight": np.zeros(4, np.float32)}
    louder = real["logmel"] + 20.0 * (np.arange(256) < real["n_frames"][:, None])[:, :, None].astype(np.float32)
    plain = np.asarray(model(real)["logits"])
    np.testing.assert_allclose(np.asarray(model({**real, "logmel": louder})["logits"]), plain, atol=1e-3)


class _Features(dict):  # type: ignore[type-arg]
    """Features of clips by id, as the store gives them."""


def part(n: int = 60) -> Part:
    import pandas as pd

    recipe = recipes.named("cnn1d-model5")
    random = np.random.default_rng(0)
    scale = np.logspace(-4, 3, 20)
    labels = np.array(LABELS)[np.arange(n) % 6]
    features = _Features({f"c/{k}": (random.normal(5, 1, (30, 20)) * scale).astype(np.float32) for k in range(n)})
    table = pd.DataFrame({"clip": list(features), "speaker": "s", "emotion": labels})
    (one,) = recipe.feature_set.inputs
    return Part(table, LABELS, recipe.feature_set.inputs, {one.name: features})  # type: ignore[dict-item]


def test_scaling_gives_unit_deviation_for_every_feature_however_small() -> None:
    train = part()
    prepared = preparation.prepare(train, lda=0)
    assert prepared is not None
    layer = build.layers.scaling(prepared.mean, prepared.deviation, "scaling")
    rows = np.concatenate([train.features["mfcc_20_frames"][clip] for clip in train.clips["clip"]])
    scaled = np.asarray(layer(rows, training=True))
    np.testing.assert_allclose(scaled.mean(axis=0), 0.0, atol=0.01)
    np.testing.assert_allclose(scaled.std(axis=0), 1.0, atol=0.01)


def test_lda_has_one_axis_less_than_labels_at_most() -> None:
    prepared = preparation.prepare(part(), lda=9)
    assert prepared is not None and prepared.projection is not None
    assert prepared.projection.shape == (20, 5)


def test_batches_depend_on_seed_and_epoch_alone() -> None:
    train, recipe = part(), recipes.named("cnn1d-model5")

    def batches(seed: int, epoch: int) -> AugmentedBatches:
        return AugmentedBatches(train, recipe.picture, Fit(batch_size=16), seed, epoch)

    first, again = batches(0, 3)[1], batches(0, 3)[1]
    np.testing.assert_array_equal(first[0]["mfcc_20_frames"], again[0]["mfcc_20_frames"])
    assert not np.array_equal(first[0]["mfcc_20_frames"], batches(1, 3)[1][0]["mfcc_20_frames"])
    later = batches(0, 0)
    for _ in range(3):
        later.on_epoch_end()
    np.testing.assert_array_equal(first[1], later[1][1])
    np.testing.assert_allclose(first[1].sum(axis=1), 1.0, atol=1e-5)


def test_every_epoch_gives_each_batch_once_in_an_order_of_its_own() -> None:
    def turns(first_epoch: int) -> list[int]:
        return AugmentedBatches(part(), picture.NONE, Fit(batch_size=2), 0, first_epoch).turns

    orders = [turns(epoch) for epoch in range(1, 5)]
    assert all(sorted(order) == list(range(len(orders[0]))) for order in orders)
    assert len({tuple(order) for order in orders}) == 4


def test_a_simplification_that_fails_is_left_out_of_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tf2onnx.optimizer import IdentityOptimizer

    failed: list[bool] = []

    def fails(*_: object, **__: object) -> None:
        failed.append(True)
        raise ValueError("not this graph")

    monkeypatch.setattr(IdentityOptimizer, "_optimize", fails)
    recipe = recipes.named("mlp")
    run = runs.create(tmp_path / "r")
    assert export.FittedNetwork(model_of(recipe)).export(1.3, inputs_of(recipe), run) <= parity.PARITY
    assert len(failed) > 1
