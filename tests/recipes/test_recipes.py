"""Recipes: values that survive JSON, overridden field by field, refused with a reason."""

import json
from pathlib import Path

import pytest

from ser_core import recipes
from ser_core.augment.picture import PictureAugmentation
from ser_core.corpora import split_tables
from ser_core.corpora.base import CorpusError
from ser_core.recipes import RecipeError
from ser_core.studies import members


@pytest.mark.parametrize("name", list(recipes.RECIPES))
def test_a_recipe_survives_json(name: str) -> None:
    recipe = recipes.named(name)
    assert recipes.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert recipe.feature_set.name == recipe.features


def test_any_field_can_be_overridden() -> None:
    recipe = recipes.named("crnn").override(
        [
            "fit.epochs=3",
            "picture.mixup=0",
            "split=clips",
            'labels=["anger","neutral"]',
            "network_params.gru=8",
            "picture.noise_snr_db=[5,10]",
        ]
    )
    assert (recipe.fit.epochs, recipe.picture.mixup, recipe.split) == (3, 0.0, "clips")
    assert recipe.labels == ("anger", "neutral") and recipe.network_params["gru"] == 8
    assert recipe.picture == PictureAugmentation(
        **{**recipes.named("crnn").to_dict()["picture"], "mixup": 0.0, "noise_snr_db": (5.0, 10.0)}
    )


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("fit.epochs", "key=value"),
        ("fit.speed=1", "no field 'fit.speed'"),
        ("nothing=1", "no field 'nothing'"),
        ("fit.epochs=many", "fit.epochs cannot be 'many': it should be a valid integer"),
        ("fit.epochs=1.5", "fit.epochs cannot be 1.5: it should be a valid integer"),
        ("fit.epochs=0", "fit.epochs cannot be 0: it should be greater than or equal to 1"),
        ("fit.epochs=-3", "greater than or equal to 1"),
        ("fit.batch_size=0", "fit.batch_size cannot be 0"),
        ("fit.batch_size=-4", "fit.batch_size cannot be -4"),
        ("fit.learning_rate=NaN", "fit.learning_rate cannot be nan: it should be a finite number"),
        ("fit.learning_rate=0", "greater than 0"),
        ("fit.learning_rate=-0.1", "greater than 0"),
        ("fit.learning_rate=Infinity", "finite number"),
        ("fit.ema=1", "less than 1"),
        ("seed=-1", "seed cannot be -1"),
        ("seed=4294967296", "less than 4294967296"),
        ("seed=true", "valid integer"),
        ("copies=-1", "copies cannot be -1"),
        ("picture.stretch=2", "picture.stretch cannot be 2"),
        ("picture.noise=1.5", "picture.noise cannot be 1.5"),
        ("picture.noise_snr_db=[20,10]", "its first value should not be above its second"),
        ("network_params.dropout=1", "network_params.dropout cannot be 1"),
        ("network_params.channels=[]", "network_params.channels"),
        ("network_params.gru=-8", "network_params.gru"),
        ("network_params.profile=yes", "network_params.profile cannot be 'yes': it should be a valid boolean"),
        ("labels=anger,fear,anger", "it names anger twice"),
        ("labels=7", "labels cannot be 7"),
        ("fit.loss=squares", "no loss called 'squares'"),
        ("fit.loss=hinge", "takes no label smoothing"),
    ],
)
def test_a_wrong_override_says_why(setting: str, reason: str) -> None:
    with pytest.raises(recipes.RecipeError, match=reason):
        recipes.named("crnn").override([setting])


def test_a_recipe_file(tmp_path: Path) -> None:
    own = recipes.named("crnn").with_(name="mine", seed=7)
    (tmp_path / "mine.json").write_text(json.dumps(own.to_dict()))
    assert recipes.named(str(tmp_path / "mine.json")) == own
    (tmp_path / "run.json").write_text(json.dumps({"recipe": own.to_dict(), "packages": {}}))
    assert recipes.named(str(tmp_path / "run.json")) == own
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(recipes.RecipeError, match="not JSON"):
        recipes.named(str(tmp_path / "bad.json"))
    with pytest.raises(recipes.RecipeError, match="no recipe called 'nothing'"):
        recipes.named("nothing")


def test_what_is_nested_without_end_is_a_sentence(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    (tmp_path / "deep.json").write_text(deep)
    with pytest.raises(RecipeError, match=r"deep\.json is not JSON: it is nested too deep"):
        recipes.named(str(tmp_path / "deep.json"))
    with pytest.raises(RecipeError, match="is not the selected"):
        recipes.with_selection(recipes.named("svm"), tmp_path / "deep.json")
    with pytest.raises(RecipeError) as error:
        recipes.named("svm").override([f"fit.epochs={deep}"])
    assert len(str(error.value)) < 300
    with pytest.raises(CorpusError, match="nested too deep"):
        split_tables.read([tmp_path / "deep.json"])
    assert members.values(deep) == [deep]
