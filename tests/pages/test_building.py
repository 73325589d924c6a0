"""Building a network: the form asks for nothing impossible, what is drawn is what is trained, saved and exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.train import building
from ser_core import jobs, recipes, runs, settings
from ser_core.cli import main as cli
from ser_core.cli import overrides
from ser_core.recipes import keras_code, layer_table, originals
from tests import opened
from tests.opened import words

KEY = "quick-cnn-logmel"


pytestmark = pytest.mark.usefixtures("no_runner")


def build(**query: str) -> AppTest:
    return opened.page("train", **{"view": "build", **query})


def trained(at: AppTest) -> recipes.Recipe:
    """The recipe that is queued when Train is pressed."""
    next(one for one in at.button if one.label == "Train").click().run()
    assert not at.exception
    return overrides.resolve(cli.parser().parse_args(list(jobs.all_jobs()[0].arguments)))


def test_what_is_built_is_what_is_trained(corpus: None) -> None:
    at = build()
    assert not at.exception
    at.segmented_control(key=f"built-dims-{KEY}").set_value(2).run()
    at.number_input(key=f"built-blocks-{KEY}").set_value(2).run()
    at.selectbox(key=f"filters-{KEY}-1").set_value(12).run()
    at.toggle(key=f"residual-{KEY}-1").set_value(True).run()
    at.selectbox(key=f"built-gru-{KEY}").set_value(16).run()
    assert not at.exception and not at.error
    recipe = trained(at)
    built = recipe.network_params["architecture"]
    assert (built.dims, len(built.blocks), built.gru) == (2, 2, 16)
    assert (built.blocks[1].filters, built.blocks[1].residual) == (12, True)
    assert (recipe.name, recipe.network, recipe.title) == ("my-network", "built", "My 2D CNN of 2 blocks")
    counted = sum(one.parameters for one in layer_table.of_recipe(recipe, 6))
    assert f"**{counted:,} parameters**" in words(at)


def test_no_pooling_is_offered_that_would_leave_nothing(corpus: None) -> None:
    at = build()
    at.segmented_control(key=f"built-dims-{KEY}").set_value(2).run()
    at.number_input(key=f"built-blocks-{KEY}").set_value(8).run()
    for _ in range(3):
        for place in range(8):
            (pool,) = [one for one in at.selectbox if str(one.key).startswith(f"pool-{KEY}-{place}-")]
            pool.set_value(max(int(one) for one in pool.options))
        at.run()
        assert not at.exception and not at.error
    assert any(len(one.options) == 1 for one in at.selectbox if str(one.key).startswith(f"pool-{KEY}"))


def test_a_network_too_large_is_refused_in_a_sentence(corpus: None) -> None:
    at = build()
    for place in range(3):
        at.selectbox(key=f"filters-{KEY}-{place}").set_value(256)
        at.selectbox(key=f"kernel-{KEY}-{place}").set_value(31)
    at.run()
    at.number_input(key=f"built-blocks-{KEY}").set_value(6).run()
    for place in range(3, 6):
        at.selectbox(key=f"filters-{KEY}-{place}").set_value(256)
        at.selectbox(key=f"kernel-{KEY}-{place}").set_value(31)
    at.run()
    assert not at.exception
    assert "million parameters" in "\n".join(one.value for one in at.error)
    assert not [one for one in at.button if one.label == "Train"]


@pytest.mark.parametrize("name", ["cnn1d-model1", "cnn1d-model3", "cnn2d-initial", "cnn2d-model2", "cnn2d-model3"])
def test_an_original_opens_with_its_layers(name: str) -> None:
    at = build(**{"from": name})
    assert not at.exception and not at.error
    found = originals.opened(recipes.named(name))
    assert found.recipe is not None
    assert f"**{sum(one.parameters for one in layer_table.of_recipe(found.recipe, 6)):,} parameters**" in words(at)
    assert found.said in words(at)


def test_one_that_cannot_be_expressed_says_why() -> None:
    at = build(**{"from": "cnn1d-model4"})
    assert not at.exception and "reads one vector a clip" in words(at) and "under The twelve originals" in words(at)


def test_one_of_a_vector_that_is_none_of_the_originals_says_what_to_do(home: Path) -> None:
    run = runs.create(home / "runs" / "dense")
    run.write_json("recipe.json", {"recipe": recipes.named("mlp").to_dict()})
    at = build(**{"from": "dense"})
    assert not at.exception and "begin with Model 3" in words(at) and "trained as it is under New" in words(at)


def test_the_network_of_a_run_opens_and_a_run_that_is_gone_is_said(corpus: None, home: Path) -> None:
    run = runs.weightless(runs.Run(settings.ARTIFACTS / "results" / "svm-clips"), home / "runs" / "mine")
    stated = recipes.named("quick-cnn").override(["network_params.architecture.dense=32"]).with_(title="Mine")
    run.write_json("recipe.json", {**run.recipe, "recipe": stated.to_dict()})
    at = build(**{"from": "mine"})
    assert not at.exception
    assert at.selectbox(key="built-dense-mine-logmel").value == 32
    assert "cannot be opened" in "\n".join(one.value for one in build(**{"from": "gone"}).warning)


def test_the_code_is_that_of_what_stands_there(corpus: None) -> None:
    at = build()
    at.selectbox(key=f"built-dense-{KEY}").set_value(64).run()
    recipe = trained(at)
    assert recipe.network_params["architecture"].dense == 64
    shown = next(one.value for one in at.code if "keras.Input" in one.value)
    assert (
        shown.strip()
        == keras_code.code(recipe, ("anger", "disgust", "fear", "happiness", "neutral", "sadness")).strip()
    )
    assert {"Save as a recipe", "Export"} <= {one.proto.label for one in at.get("download_button")}


def test_the_saved_file_is_a_recipe_that_a_shell_trains(tmp_path: Path) -> None:
    recipe = recipes.named("quick-cnn").with_(name="my-network")
    path = tmp_path / "my-network.json"
    path.write_text(building.file_of(recipe))
    assert overrides.resolve(cli.parser().parse_args(["train", str(path)])) == recipe


def test_the_layers_of_an_original_open_from_its_row(corpus: None) -> None:
    at = build(view="originals")
    at.session_state["rows"] = {"selection": {"rows": [1], "columns": []}}
    at.run()
    (button,) = [one for one in at.button if one.label == "Open its layers"]
    button.click().run()
    assert not at.exception
    assert at.session_state["train-view"] == "build" and at.selectbox(key="built-from").value == "cnn1d-model2"
