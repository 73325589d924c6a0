"""The chosen form once more, on train and validation part: nothing is chosen anew, and the test part stays unheard."""

import dataclasses
import shutil
from pathlib import Path
from statistics import median

import pytest

from ser_core import audio, recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe
from ser_core.training import held_out, refit, repeats
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(
        made.crema_d(tmp_path_factory.mktemp("corpus") / "c", sentences=made.SENTENCES[:2], seconds=0.5)
    )


def recipe() -> Recipe:
    small = recipes.named("cnn1d-model5").with_(network_params={"channels": [8]})
    return small.override(["fit.epochs=4", "fit.batch_size=16", "fit.ema=0.5"])


@pytest.fixture(scope="module")
def chosen(corpus: Corpus, one_home: Path, tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """Two seeds, whose test part was not read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(one_home))
        run = runs.create(tmp_path_factory.mktemp("runs") / "seeds")
        return repeats.train(recipe(), corpus, run, Quiet(), test=False, seeds=2)


@pytest.fixture(scope="module")
def read(chosen: runs.Run, corpus: Corpus, one_home: Path, tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """The same seeds, their test part read."""
    copy = runs.Run(tmp_path_factory.mktemp("read") / "seeds")
    shutil.copytree(chosen.path, copy.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(one_home))
        return held_out.read_test(copy, corpus)


def test_the_test_part_of_seeds_is_read_as_their_mean(read: runs.Run) -> None:
    own = [one.metrics["test"]["accuracy"] for one in runs.pieces(read)]
    assert len(own) == 2
    assert read.metrics["test"]["accuracy"] == pytest.approx(sum(own) / 2)
    assert set(read.predictions["part"]) == {"test"}


def test_what_is_settled_stands_whether_or_not_the_test_part_was_read(chosen: runs.Run, read: runs.Run) -> None:
    unread, settled = refit.settled_by(chosen), refit.settled_by(read)
    assert settled.trainings == 2
    assert settled.before["test"]["accuracy"] == read.metrics["test"]["accuracy"]
    assert "test" not in unread.before
    alike = ("trainings", "epochs", "temperature", "threshold")
    assert [getattr(settled, name) for name in alike] == [getattr(unread, name) for name in alike]


def test_a_refit_trains_on_validation_too_and_chooses_nothing(read: runs.Run, corpus: Corpus, tmp_path: Path) -> None:
    run = refit.refit(read, corpus, runs.create(tmp_path / "refit"), Quiet())
    seeds = runs.pieces(read)
    before, after = (one.split.set_index("clip")["part"] for one in (seeds[0], run))
    assert set(after[after == "train"].index) == set(before[before != "test"].index)
    assert set(after[after == "test"].index) == set(before[before == "test"].index)
    best = [int(one.history["val_uar"].idxmax()) + 1 for one in seeds]
    assert len(run.history) == round(median(best))
    assert "val_uar" not in run.history
    for name in ("temperature", "threshold"):
        assert run.recipe["found"][name] == pytest.approx(median(one.recipe["found"][name] for one in seeds))
    assert set(run.predictions["part"]) == {"test"}
    assert set(run.metrics) == {"test"}
    assert run.trained_by == recipe().with_(labels=corpus.emotions)
    assert "Refitted" in run.card
    assert f"mean of 2 seeds, same test part: accuracy {read.metrics['test']['accuracy']:.3f}" in run.card
    assert run.problems(hashes=True) == []
    found = Predictor(run).predict(audio.decode(Path(corpus.clips["path"][0])))
    assert found.probabilities.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_run_without_a_fit_is_not_refitted(corpus: Corpus, tmp_path: Path) -> None:
    plain = recipes.named("logreg").with_(features="mfcc-20")
    run = repeats.train(plain, corpus, runs.create(tmp_path / "r"), Quiet())
    with pytest.raises(runs.RunError, match="holds no fit"):
        refit.refit(runs.Run(run.path), corpus, runs.create(tmp_path / "refit"), Quiet())


def test_no_option_changes_a_refit(capsys: pytest.CaptureFixture[str]) -> None:
    from ser_core.cli.main import main

    assert main(["train", "accurate", "--refit", "--epochs", "3"]) == 1
    assert "--refit" in capsys.readouterr().err


def test_a_refit_goes_on_to_its_last_epoch_whatever_the_patience(
    read: runs.Run, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = dataclasses.replace(refit.settled_by(read), epochs=4)
    monkeypatch.setattr(refit, "settled_by", lambda chosen: settled)
    impatient = runs.Run(tmp_path / "seeds")
    shutil.copytree(read.path, impatient.path)
    first = runs.pieces(impatient)[0]
    stated = first.recipe
    stated["recipe"]["fit"]["patience"] = 1
    first.write_json("recipe.json", stated)
    run = refit.refit(runs.Run(impatient.path), corpus, runs.create(tmp_path / "refit"), Quiet())
    assert run.recipe["recipe"]["fit"]["patience"] == 1 and len(run.history) == 4
