"""Cross-validation and seeds: whole pieces under a parent, side by side, pooled predictions, finished pieces kept."""

import json
import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, recall_score

from ser_core import fanout, recipes, runs
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.corpora.splits import PARTS
from ser_core.features import store
from ser_core.recipes import Recipe
from ser_core.runs import Run, RunError
from ser_core.training import repeats, side_by_side
from ser_core.training import train as single
from ser_core.training.reporter import Quiet
from tests import made, patience

pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:4])
    return crema_d.MODULE.load(folder)


def trained(corpus: Corpus, path: Path, split: str, seeds: int = 1, **more: Any) -> runs.Run:
    recipe = recipes.named("logreg").with_(features="mfcc-20", split=split)
    repeats.train(recipe, corpus, runs.create(path), Quiet(), n_folds=3, seeds=seeds, **more)
    return runs.Run(path)


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


def alike(one: Run, other: Run) -> None:
    """Of two parents the trainings, their answers and their scores are the same, to the digit."""
    assert [piece.name for piece in runs.trainings(one)] == [piece.name for piece in runs.trainings(other)]
    pd.testing.assert_frame_equal(one.predictions, other.predictions)
    pd.testing.assert_frame_equal(one.split, other.split)
    assert one.metrics == other.metrics
    assert not one.problems(hashes=True) and not other.problems(hashes=True)


def test_seeds_with_their_folds_side_by_side_are_what_they_are_one_after_the_other(
    corpus: Corpus, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    apart = trained(corpus, tmp_path / "apart", "kfold-clips", seeds=2, workers=1)
    beside = trained(
        corpus, tmp_path / "beside", "kfold-clips", seeds=2, workers=2, piece_done=lambda *done: told.append(done)
    )
    assert len(runs.trainings(apart)) == 6 and told == [(done, 6) for done in range(7)]
    assert [one.recipe["pooled"] for one in [beside, *runs.pieces(beside)]] == ["seeds", "folds", "folds"]
    assert beside.recipe["asked"] == {"folds": 3, "seeds": 2}
    alike(apart, beside)
    for number in (0, 1):
        alike(Run(apart.path / "seeds" / str(number)), Run(beside.path / "seeds" / str(number)))
    # Whoever asked answers for all of them; what a worker holds while it trains has gone.
    assert {one.status["pid"] for one in runs.pieces(beside)} == {os.getpid()}
    assert not list(beside.path.rglob(".lock"))


def test_seeds_run_on_two_workers_of_a_dask_scheduler(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("dask.distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        monkeypatch.setenv(fanout.VARIABLE, cluster.scheduler_address)
        there = trained(corpus, tmp_path / "there", "clips", seeds=4)
        with distributed.Client(cluster) as client:
            fitted = client.run(lambda: "ser_core.training.classical" in sys.modules)
    assert list(fitted.values()) == [True, True]
    monkeypatch.delenv(fanout.VARIABLE)
    alike(trained(corpus, tmp_path / "here", "clips", seeds=4, workers=1), there)


def test_what_seeds_read_is_computed_before_the_first_is_trained(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("audiomentations")
    recipe = recipes.named("logreg").override(["copies=1"]).with_(features="mfcc-20", split="clips")
    computed: list[bool] = []
    compute, begun = store._compute, []

    def noted(*given: object) -> None:
        computed.append(bool(begun))
        compute(*given)  # type: ignore[arg-type]

    def fitting(*given: object, **more: object) -> Run:
        begun.append(given)
        return fit(*given, **more)  # type: ignore[arg-type]

    fit = single.train
    monkeypatch.setattr(store, "_compute", noted)
    monkeypatch.setattr(single, "train", fitting)
    run = repeats.train(recipe, corpus, runs.create(tmp_path / "r"), Quiet(), seeds=2, workers=1)
    # Each seed divides the clips and changes its copies in its own way.
    assert computed == [False, False] and len(begun) == 2
    assert len(Run(run.path).predictions)


def test_one_that_fails_ends_its_own_run_and_the_others_go_on(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = single.train

    def failing(recipe: Recipe, corpus: Corpus, run: Run, *rest: object, **more: object) -> Run:
        if run.path.relative_to(tmp_path).as_posix() in ("a/seeds/1/folds/0", "c"):
            with single.reported(run):
                raise RunError("its fit diverges")
        return fit(recipe, corpus, run, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(single, "train", failing)
    recipe = recipes.named("logreg").with_(features="mfcc-20", split="kfold-clips")
    asked = [(recipe.with_(seed=seed), Run(tmp_path / name)) for seed, name in enumerate("ab")]
    repeats.each(asked, corpus, Quiet(), n_folds=2, seeds=2, workers=1, go_on=True)
    a, b = (run for _, run in asked)
    assert a.status["state"] == "failed" and "failed: its fit diverges" in a.log
    assert {one.name: one.status["state"] for one in runs.pieces(a)} == {"0": "done", "1": "failed"}
    assert b.status["state"] == "done" and not b.problems(hashes=True)
    # Without it what fails ends all, and each says so that was not finished.
    with pytest.raises(RunError, match="diverges"):
        repeats.each(asked, corpus, Quiet(), n_folds=2, seeds=2, workers=1)
    assert (a.status["state"], b.status["state"]) == ("failed", "done")
    alone = [(recipe.with_(split="clips"), Run(tmp_path / name)) for name in "cd"]
    repeats.each(alone, corpus, Quiet(), workers=1, go_on=True)
    assert [run.status["state"] for _, run in alone] == ["failed", "done"]
    assert set(Run(tmp_path / "d").split["part"]) == set(PARTS)


def test_the_command_trains_so_many_seeds_at_a_time(
    corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "logreg", "--data", str(corpus.root), "--split", "clips", "--set", "features=mfcc-20"]
    assert main([*words, "--seeds", "2", "--jobs", "2", "--run", str(tmp_path / "r"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "done"
    assert [one.name for one in runs.trainings(Run(tmp_path / "r"))] == ["seeds/0", "seeds/1"]
    assert main([*words, "--seeds", "2", "--jobs", "0"]) == 1
    assert "--jobs at least 1" in capsys.readouterr().err


def test_what_a_worker_still_trains_is_taken_from_it(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = trained(corpus, tmp_path / "there", "clips", seeds=2, workers=1)
    fit, begun = single.train, []

    def noted(*given: Any, **more: Any) -> Run:
        begun.append(given[2].name)
        return fit(*given, **more)

    monkeypatch.setattr(single, "train", noted)
    held, counted = tmp_path / "again" / "seeds" / "0", threading.Event()
    held.mkdir(parents=True)

    def go_on() -> Run:
        run = Run(held.parent.parent)
        recipe = recipes.named("logreg").with_(features="mfcc-20", split="clips")
        return repeats.train(
            recipe, corpus, run, Quiet(), seeds=2, workers=1, piece_done=lambda done, total: counted.set()
        )

    with ThreadPoolExecutor() as threads:
        with filelock.FileLock(held / side_by_side.LOCK):
            going_on = threads.submit(go_on)
            assert counted.wait(patience.SECONDS)
            shutil.copytree(finished.path / "seeds" / "0", held, dirs_exist_ok=True)
        again = going_on.result()
    assert begun == ["1"]
    alike(finished, Run(again.path))
