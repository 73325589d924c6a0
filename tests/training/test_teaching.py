"""A network is taught by finished runs: their answers are mixed into its labels, and none of them knows what is tested on."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from ser_core import recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import store
from ser_core.predictor import Predictor
from ser_core.recipes import Fit, Recipe, RecipeError
from ser_core.training import repeats, teaching
from ser_core.training.batches import AugmentedBatches, Part
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(made.crema_d(tmp_path_factory.mktemp("corpus") / "c", seconds=0.5))


@pytest.fixture(scope="module")
def split(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One split for all seeds, as that of CREMA-D is."""
    part = dict(enumerate(("test", "validation")))
    number = corpus.clips["speaker"].rank(method="dense").astype(int) - 1
    path = tmp_path_factory.mktemp("split") / "split.csv"
    corpus.clips[["clip"]].assign(part=number.map(part).fillna("train")).to_csv(path, index=False)
    return path


def recipe(split: Path, *teachers: runs.Run) -> Recipe:
    network = {"channels": [4, 8], "stem": 4, "gru": 4, "profile": True}
    small = recipes.named("crnn").override(["fit.epochs=2", "fit.ema=0.5"])
    return small.with_(network_params=network, split=str(split), teachers=tuple(str(one.path) for one in teachers))


@pytest.fixture(scope="module")
def teacher(corpus: Corpus, split: Path, one_home: Path, tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """Two seeds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(one_home))
        run = runs.create(tmp_path_factory.mktemp("runs") / "seeds")
        return repeats.train(recipe(split), corpus, run, repeats.Quiet(), test=False, seeds=2)


@pytest.fixture
def parts(corpus: Corpus, split: Path, teacher: runs.Run) -> dict[str, Part]:
    """The parts of the teacher's own split."""
    one = recipe(split)
    inputs = one.feature_set.inputs
    features = {source.name: store.load(corpus, source.source) for source in inputs}
    clips = runs.pieces(teacher)[0].split
    return {
        name: Part(clips[clips["part"] == name].reset_index(drop=True), one.labels, inputs, features)
        for name in ("train", "validation", "test")
    }


def test_the_answers_are_the_mean_of_every_seed_of_every_teacher(
    split: Path, teacher: runs.Run, parts: dict[str, Part]
) -> None:
    seeds = runs.pieces(teacher)
    found = teaching.answers(recipe(split, teacher, seeds[0]), parts)
    train = parts["train"]
    assert found.shape == (len(train.clips), 6)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    (one,) = train.inputs
    frames = {one.name: np.asarray(train.features[one.name][train.clips["clip"][3]])}
    first, second = (Predictor(seed).windows_of(frames)[0].mean(axis=0) for seed in seeds)
    np.testing.assert_allclose(found[3], (2 * first + second) / 3, atol=1e-6)


def test_the_label_is_mixed_with_what_the_teachers_say(split: Path, parts: dict[str, Part]) -> None:
    train, recipe_ = parts["train"], recipe(split)
    said = np.full((len(train.clips), 6), 1 / 6, np.float32)
    taught = dataclasses.replace(train, taught=said)
    fit = Fit(label_smoothing=0.0, taught=0.3)
    batches = AugmentedBatches(taught, dataclasses.replace(recipe_.picture, mixup=0.0), fit, 0)
    np.testing.assert_allclose(batches.targets, 0.7 * train.targets + 0.3 / 6, atol=1e-6)
    np.testing.assert_array_equal(batches[0][1], batches.targets[batches.order[: fit.batch_size]])


def test_a_teacher_that_knows_a_tested_clip_is_refused(split: Path, teacher: runs.Run, parts: dict[str, Part]) -> None:
    swapped = {**parts, "test": parts["train"], "train": parts["test"]}
    with pytest.raises(RecipeError, match=r"has learned from .* tested on here"):
        teaching.answers(recipe(split, teacher), swapped)


def test_a_teacher_of_other_emotions_is_refused(split: Path, teacher: runs.Run, parts: dict[str, Part]) -> None:
    fewer = {**parts, "train": dataclasses.replace(parts["train"], labels=("anger", "neutral"))}
    with pytest.raises(RecipeError, match="other emotions"):
        teaching.answers(recipe(split, teacher), fewer)


def test_what_takes_one_label_a_clip_is_not_taught(split: Path, teacher: runs.Run, parts: dict[str, Part]) -> None:
    with pytest.raises(RecipeError, match="The network svm"):
        teaching.answers(recipes.named("svm").with_(teachers=(str(teacher.path),)), parts)
    with pytest.raises(RecipeError, match="hinge"):
        recipe(split, teacher).override(["fit.loss=hinge", "fit.label_smoothing=0"])


def test_a_taught_network_is_trained_and_its_run_names_its_teachers(
    split: Path, teacher: runs.Run, corpus: Corpus, tmp_path: Path
) -> None:
    taught = recipe(split, teacher)
    run = repeats.train(taught, corpus, runs.create(tmp_path / "taught"), repeats.Quiet())
    assert recipes.from_dict(run.recipe["recipe"]).teachers == (str(teacher.path),)
    plain = repeats.train(recipe(split), corpus, runs.create(tmp_path / "plain"), repeats.Quiet())
    assert run.history["loss"].iloc[0] != plain.history["loss"].iloc[0]
    assert str(teacher.path) in run.card
