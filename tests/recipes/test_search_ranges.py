"""Ranges of a search: read from text, held against the settings' own ranges."""

from __future__ import annotations

import pytest

from ser_core import recipes
from ser_core.recipes import RecipeError, search_ranges
from ser_core.recipes.search_ranges import SearchRange


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fit.learning_rate=1e-4:1e-2:log", SearchRange("fit.learning_rate", 1e-4, 1e-2, log=True)),
        ("fit.epochs=5:20", SearchRange("fit.epochs", 5, 20)),
        ("fit.batch_size=32,64", SearchRange("fit.batch_size", choices=(32, 64))),
        ("normalise=train,speaker", SearchRange("normalise", choices=("train", "speaker"))),
        (
            "network_params.class_weight=balanced,null",
            SearchRange("network_params.class_weight", choices=("balanced", None)),
        ),
    ],
)
def test_a_range_is_read_and_written(text: str, expected: SearchRange) -> None:
    found = search_ranges.parse(text)
    assert found == expected and search_ranges.parse(str(found)) == expected
    assert found.whole == (text == "fit.epochs=5:20")


@pytest.mark.parametrize(
    "text",
    ["fit.epochs", "=1:2", "fit.epochs=", "fit.epochs=5", "fit.epochs=a:b", "fit.epochs=9:3", "fit.ema=0:1:log", "seed=1:2:lin", "x=1:2:log:3"],
)  # fmt: skip
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match="is no range"):
        search_ranges.parse(text)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["fit.learning_rate=0.1:3"], "fit.learning_rate cannot be 3: it should be less than or equal to 1"),
        (["fit.learning_rate=0:0.1"], "greater than 0"),
        (["fit.epochs=1.5:4"], "fit.epochs cannot be 1.5: it should be a valid integer"),
        (["fit.speed=1:2"], "no field 'fit.speed'"),
        (["network_params.c=-1:2"], "network_params.c cannot be -1"),
        (["fit.loss=hinge,crossentropy,l1"], "no loss called 'l1'"),
        (["fit.epochs=1:2", "fit.epochs=3:4"], "fit.epochs is searched in two ranges"),
    ],
)
def test_a_range_lies_in_the_settings_own(texts: list[str], why: str) -> None:
    recipe = recipes.named("mlp").override(["fit.label_smoothing=0"])
    with pytest.raises(RecipeError, match=why):
        search_ranges.checked(recipe, [search_ranges.parse(text) for text in texts])


@pytest.mark.parametrize("name", list(recipes.RECIPES))
def test_every_recipe_has_ranges_that_fit_it(name: str) -> None:
    recipe = recipes.named(name)
    ranges = search_ranges.suited(recipe)
    search_ranges.checked(recipe, ranges)
    assert {one.key for one in ranges} == (
        {"network_params.c"}
        if recipe.network in ("svm", "logreg")
        else {"fit.learning_rate", "fit.weight_decay"} | ({"fit.label_smoothing"} - {"fit.label_smoothing" if recipe.fit.loss == "hinge" else ""})
    )  # fmt: skip
