"""What finished runs tell of a training before it starts."""

from pathlib import Path

import pytest

from ser_core import recipes, runs, settings
from ser_core.corpora import schemes
from ser_core.networks import build
from ser_core.recipes import SEED_ROWS, Recipe
from ser_core.runs import Run, measured


@pytest.fixture(autouse=True)
def nothing_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path / "artifacts")


def finish(
    recipe: Recipe, accuracy: float, seconds: float, *, clips: int = 100, published: bool = False, **found: object
) -> None:
    """Write the files of a finished run that are read here."""
    folder = settings.ARTIFACTS / "results" if published else settings.home().runs
    run = runs.create(runs.new_path(recipe.name, folder))
    run.write_json("recipe.json", {"recipe": recipe.to_dict(), "found": {"seconds": seconds, **found}})
    run.write_json("metrics.json", {"test": {"accuracy": accuracy, "macro_f1": accuracy - 0.01}})
    run.write_text("split.csv", "clip\n" + "c/1\n" * clips)
    run.write_status("done")


def test_an_estimate_is_scaled_by_clips_and_epochs_and_prefers_this_machine() -> None:
    recipe = recipes.named("mlp")
    assert measured.estimate(recipe, 50, 1, measured.finished()) is None
    finish(recipe, 0.5, 60.0, published=True)
    found = measured.estimate(recipe, 50, 1, measured.finished())
    assert found is not None and found.seconds == pytest.approx(30.0) and not found.source.own
    finish(recipe, 0.5, 20.0)
    half = recipe.override([f"fit.epochs={recipe.fit.epochs // 2}"])
    found = measured.estimate(half, 200, 3, measured.finished())
    assert found is not None and found.seconds == pytest.approx(20.0 * 2 * 3 / 2) and found.source.own
    found = measured.estimate(recipe.with_(copies=3), 100, 1, measured.finished())
    assert found is not None and found.seconds == pytest.approx(80.0)


def test_only_the_same_recipe_stands_for_a_row_and_splits_are_told_apart() -> None:
    recipe = recipes.named("cnn1d-model5")
    finish(recipe.with_(split="clips").override(["fit.epochs=3"]), 0.2, 1.0)
    known = measured.finished()
    assert measured.of_recipe(recipe, schemes.BY_CLIP, known) is None and measured.gap(recipe, known) is None
    finish(recipe.with_(split="clips", seed=4), 0.47, 1.0)
    finish(recipe, 0.41, 1.0)
    known = measured.finished()
    by_clip, by_speaker = measured.gap(recipe, known) or (None, None)
    assert by_clip is not None and by_clip.score("accuracy") == 0.47
    assert by_speaker is not None and by_speaker.score("accuracy") == 0.41
    # Another recipe on that corpus borrows it; on another corpus nothing is known.
    assert measured.gap(recipes.named("svm"), known) == (by_clip, by_speaker)
    assert measured.gap(recipes.named("svm").with_(corpus="savee"), known) is None


def test_a_refit_has_learned_from_more_than_a_row_and_stands_for_none() -> None:
    recipe = recipes.named("cnn1d-model5")
    finish(recipe, 0.5, 1.0, published=True, refit={"of": "chosen"})
    assert measured.of_recipe(recipe, schemes.BY_SPEAKER, measured.finished()) is None
    finish(recipe, 0.4, 1.0)
    row = measured.of_recipe(recipe, schemes.BY_SPEAKER, measured.finished())
    assert row is not None and row.score("accuracy") == 0.4


def test_every_row_of_the_seed_is_some_recipes_and_no_more() -> None:
    stated = [recipe.seed_row for recipe in recipes.RECIPES.values() if recipe.seed_row]
    assert sorted(stated) == sorted(SEED_ROWS) and len(stated) == 12
    assert SEED_ROWS["CNN MODEL2"].test_accuracy == 0.55 and SEED_ROWS["Model 6"].test_f1 == 0.43


def test_the_papers_row_is_a_network_on_the_papers_features_and_what_it_reached_ships() -> None:
    recipe = recipes.named("paper-savee")
    assert recipe.network in build.BODIES and recipe.features == "msf-mfcc-whole" and recipe.normalise == "train"
    assert recipes.named("paper-savee-svm").seed_row is None
    by_clip, left_out = (
        Run(settings.ROOT / "artifacts" / "results" / f"savee-cnn-{split}") for split in ("clips", "loso")
    )
    for run in (by_clip, left_out):
        trained = run.trained_by
        assert measured.without_own_labels(trained).with_(split=recipe.split) == recipe
        assert not run.problems(hashes=True) and len(run.metrics["test"]["folds"]) == 5
    assert by_clip.metrics["test"]["accuracy"] >= 0.75 > left_out.metrics["test"]["accuracy"]


@pytest.mark.parametrize(("training", "allowed"), [("on", True), ("off", False)])
def test_training_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, training: str, allowed: bool) -> None:
    monkeypatch.setenv("SER_TRAINING", training)
    assert settings.training_allowed() is allowed
    monkeypatch.setenv("SER_TRAINING", "perhaps")
    with pytest.raises(settings.SettingsError, match="must be 'on' or 'off'"):
        settings.training_allowed()
