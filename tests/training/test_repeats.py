"""Cross-validation and seeds: whole pieces under a parent, pooled predictions, finished pieces kept."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, recall_score

from ser_core import recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:4])
    return crema_d.MODULE.load(folder)


def trained(corpus: Corpus, path: Path, split: str, seeds: int = 1, **more: bool) -> runs.Run:
    recipe = recipes.named("logreg").with_(features="mfcc-20", split=split)
    return repeats.train(recipe, corpus, runs.create(path), Quiet(), n_folds=3, seeds=seeds, **more)


def test_a_loso_parent_pools_one_fold_a_speaker(corpus: Corpus, tmp_path: Path) -> None:
    run = runs.Run(trained(corpus, tmp_path / "loso", "loso").path)
    assert [piece.name for piece in runs.pieces(run)] == list(made.SPEAKERS[:4])
    assert all(piece.problems(hashes=True) == [] for piece in [run, *runs.pieces(run)])
    rows = run.predictions
    assert sorted(rows["clip"]) == sorted(corpus.clips["clip"])
    assert (rows["fold"] == rows["speaker"]).all()
    found = run.metrics["test"]
    assert found["accuracy"] == pytest.approx(accuracy_score(rows["true"], rows["predicted"]))
    by_fold = {fold: recall_score(g["true"], g["predicted"], average="macro") for fold, g in rows.groupby("fold")}
    assert {one["fold"]: one["uar"] for one in found["folds"]} == pytest.approx(by_fold)
    assert found["mean"]["uar"] == pytest.approx(np.mean(list(by_fold.values())))
    assert found["deviation"]["uar"] == pytest.approx(np.std(list(by_fold.values()), ddof=1))
    for piece in runs.pieces(run):
        parts = piece.split.groupby("part")["speaker"].agg(set)
        assert parts["test"] == {piece.name}
        assert piece.name not in parts["train"] | parts["validation"]


def test_seeds_pool_to_their_mean_and_a_weightless_copy_knows_of_each(corpus: Corpus, tmp_path: Path) -> None:
    run = trained(corpus, tmp_path / "seeds", "clips", seeds=3)
    found = runs.Run(run.path).metrics["test"]
    own = [piece.metrics["test"]["accuracy"] for piece in runs.pieces(run)]
    assert len(set(own)) > 1
    assert found["mean"]["accuracy"] == pytest.approx(np.mean(own))
    assert found["accuracy"] == pytest.approx(np.mean(own))
    copy = runs.weightless(run, tmp_path / "copy")
    assert copy.problems(hashes=True) == [] and runs.pieces(copy) == []
    assert not list(copy.path.rglob("model.*"))
    assert [one.name for one in runs.trainings(copy)] == ["seeds/0", "seeds/1", "seeds/2"]
    assert [one.metrics["test"]["accuracy"] for one in runs.trainings(copy)] == own
    assert all(one.knew_speakers and one.layers for one in runs.trainings(copy))


def test_without_test_a_parent_pools_validation_rows_only(corpus: Corpus, tmp_path: Path) -> None:
    run = trained(corpus, tmp_path / "v", "kfold-speakers", test=False)
    for one in [run, *runs.pieces(run)]:
        assert set(one.predictions["part"]) == {"validation"}
    assert set(run.metrics) == {"validation"}


def test_a_resumed_parent_keeps_the_folds_that_are_whole(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "again"
    first = trained(corpus, path, "kfold-clips")
    before = {piece.name: (piece.path / "files.json").stat().st_mtime_ns for piece in runs.pieces(first)}
    scores = json.loads((path / "metrics.json").read_text())
    (path / "folds" / "1" / "files.json").unlink()
    for name in ("files.json", "metrics.json", "predictions.csv"):
        (path / name).unlink()
    again = repeats.train(
        recipes.named("logreg").with_(features="mfcc-20", split="kfold-clips"),
        corpus,
        runs.Run(path),
        Quiet(),
        n_folds=3,
    )
    after = {piece.name: (piece.path / "files.json").stat().st_mtime_ns for piece in runs.pieces(again)}
    assert {name for name in before if before[name] != after[name]} == {"1"}
    assert runs.Run(path).metrics["test"]["accuracy"] == pytest.approx(scores["test"]["accuracy"])


def test_an_interval_does_not_shrink_because_seeds_answer_the_same_clips(corpus: Corpus, tmp_path: Path) -> None:
    from ser_core.evaluation import metrics

    random = np.random.default_rng(0)
    labels = ("anger", "neutral")
    rows = pd.DataFrame(
        {
            "clip": [f"c/{k}" for k in range(60)],
            "speaker": [str(k % 3) for k in range(60)],
            "true": random.choice(labels, 60),
            "predicted": random.choice(labels, 60),
        }
    )
    once, thrice = (metrics.interval(table, "accuracy", labels) for table in (rows, pd.concat([rows] * 3)))
    assert thrice["high"] - thrice["low"] == pytest.approx(once["high"] - once["low"], abs=0.02)
