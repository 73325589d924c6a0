"""A network is taught by finished runs: their answers are mixed into its labels, and none of them knows what is tested on."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import audio, recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import store
from ser_core.predictor import Predictor
from ser_core.recipes import Fit, Recipe, RecipeError
from ser_core.training import repeats, teaching
from ser_core.training.batches import AugmentedBatches
from ser_core.training.parts import Part
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(made.crema_d(tmp_path_factory.mktemp("corpus") / "c", seconds=0.5))


def recipe(*teachers: str) -> Recipe:
    network = {"channels": [4, 8], "stem": 4, "gru": 4}
    small = recipes.named("crnn").override(["fit.epochs=1"])
    return small.with_(network_params=network, teachers=teachers)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """Another teacher than the shipped `scratch`, which knows none of the made voices."""
    return made.other_model(tmp_path_factory.mktemp("runs") / "second", "scratch")


@pytest.fixture
def parts(corpus: Corpus) -> dict[str, Part]:
    inputs = recipe().feature_set.inputs
    features = {source.name: store.load(corpus, source.source) for source in inputs}
    speakers = sorted(set(corpus.clips["speaker"]))
    by = {"test": speakers[:1], "validation": speakers[1:2], "train": speakers[2:4]}
    return {
        name: Part(
            corpus.clips[corpus.clips["speaker"].isin(chosen)].reset_index(drop=True), corpus.emotions, inputs, features
        )
        for name, chosen in by.items()
    }


def test_the_answers_are_the_mean_of_every_teacher(second: runs.Run, parts: dict[str, Part], corpus: Corpus) -> None:
    found = teaching.answers(recipe("scratch", str(second.path)), parts, corpus)
    train = parts["train"]
    assert found.shape == (len(train.clips), 6)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    (one,) = train.inputs
    frames = {one.name: np.asarray(train.features[one.name][train.clips["clip"][3]])}
    said = [Predictor(teacher).windows_of(frames)[0].mean(axis=0) for teacher in (runs.find("scratch"), second)]
    assert not np.allclose(*said, atol=1e-3)
    np.testing.assert_allclose(found[3], np.mean(said, axis=0), atol=1e-6)


def test_the_seeds_of_a_training_are_as_many_teachers(
    second: runs.Run, parts: dict[str, Part], corpus: Corpus, tmp_path: Path
) -> None:
    shutil.copytree(second.path, tmp_path / "parent" / "seeds" / "0")
    shutil.copytree(runs.find("scratch").path, tmp_path / "parent" / "seeds" / "1")
    (tmp_path / "parent" / "recipe.json").write_text("{}")
    found = teaching.answers(recipe(str(tmp_path / "parent")), parts, corpus)
    np.testing.assert_allclose(found, teaching.answers(recipe("scratch", str(second.path)), parts, corpus), atol=1e-6)


def test_the_label_is_mixed_with_what_the_teachers_say(parts: dict[str, Part]) -> None:
    train = parts["train"]
    taught = dataclasses.replace(train, taught=np.full((len(train.clips), 6), 1 / 6, np.float32))
    fit = Fit(label_smoothing=0.0, taught=0.3)
    batches = AugmentedBatches(taught, dataclasses.replace(recipe().picture, mixup=0.0), fit, 0)
    np.testing.assert_allclose(batches.targets, 0.7 * train.targets + 0.3 / 6, atol=1e-6)
    np.testing.assert_array_equal(batches[0][1], batches.targets[batches.order[: fit.batch_size]])


def test_a_teacher_that_was_chosen_on_a_tested_clip_is_refused(
    second: runs.Run, parts: dict[str, Part], corpus: Corpus, tmp_path: Path
) -> None:
    chosen = runs.Run(shutil.copytree(second.path, tmp_path / "chosen"))
    tested = parts["test"].clips["clip"][0]
    rows = chosen.split.assign(part="train")
    rows.loc[0, ["clip", "part"]] = [tested, "validation"]
    chosen.write_table("split.csv", rows)
    chosen.seal()
    with pytest.raises(RecipeError, match=f"e.g. {tested}"):
        teaching.answers(recipe(str(chosen.path)), parts, corpus)


def test_a_teacher_that_knows_a_tested_clip_is_refused(parts: dict[str, Part], corpus: Corpus) -> None:
    split = runs.find("scratch").split
    heard = split["clip"][split["part"] == "train"].iloc[0]
    tested = parts["test"].clips.assign(clip=[heard, *parts["test"].clips["clip"][1:]])
    with pytest.raises(RecipeError, match=rf"has learned from 1 clips that are .* tested on here, e.g. {heard}"):
        teaching.answers(recipe("scratch"), {**parts, "test": dataclasses.replace(parts["test"], clips=tested)}, corpus)


def test_a_teacher_of_other_emotions_is_refused_and_one_of_other_features_is_not(
    parts: dict[str, Part], corpus: Corpus
) -> None:
    fewer = {**parts, "train": dataclasses.replace(parts["train"], labels=("anger", "neutral"))}
    with pytest.raises(RecipeError, match="knows other emotions"):
        teaching.answers(recipe("scratch"), fewer, corpus)
    train = parts["train"]
    copies = train.clips.assign(clip=train.clips["clip"] + "#copy0")
    both = dataclasses.replace(train, clips=pd.concat([train.clips, copies], ignore_index=True))
    found = teaching.answers(recipe("cnn1d"), {**parts, "train": both}, corpus)
    path = corpus.clips.set_index("clip").loc[train.clips["clip"][2], "path"]
    expected = Predictor(runs.find("cnn1d")).predict(audio.decode(Path(path))).probabilities
    np.testing.assert_allclose(found[2], expected, atol=1e-4)
    np.testing.assert_array_equal(found[: len(copies)], found[len(copies) :])


def test_what_takes_one_label_a_clip_is_not_taught(parts: dict[str, Part], corpus: Corpus) -> None:
    with pytest.raises(RecipeError, match="The network svm"):
        teaching.answers(recipes.named("svm").with_(teachers=("scratch",)), parts, corpus)
    with pytest.raises(RecipeError, match="hinge"):
        recipe("scratch").override(["fit.loss=hinge", "fit.label_smoothing=0"])


def test_a_taught_network_is_trained_and_its_run_names_its_teachers(corpus: Corpus, tmp_path: Path) -> None:
    taught = recipes.named("quick-cnn").override(["fit.epochs=1"]).with_(teachers=("scratch",))
    run = repeats.train(taught, corpus, runs.create(tmp_path / "taught"), Quiet())
    assert run.trained_by.teachers == ("scratch",)
    assert "taught by scratch" in run.log and "`scratch`" in run.card
