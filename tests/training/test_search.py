"""Search of a recipe's settings: chosen on validation alone, resumable, side by side in processes and on a Dask scheduler's workers."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from ser_core import fanout, recipes, runs
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.recipes import RecipeError, search_ranges
from ser_core.runs import Run, RunError
from ser_core.training import search, side_by_side
from ser_core.training import train as single
from ser_core.training.reporter import Quiet
from ser_core.training.side_by_side import Piece
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")

RECIPE = recipes.named("logreg").with_(features="mfcc-20", split="clips")
RANGES = (search_ranges.parse("network_params.c=1e-6:10:log"),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:4], seconds=0.3)


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return crema_d.MODULE.load(folder)


def scores(run: Run) -> dict[int, float]:
    """The validation UAR of every trial that has ended well, read from its own run."""
    trials = [Run(path) for path in (run.path / "trials").iterdir() if (path / "metrics.json").is_file()]
    return {int(one.name): one.metrics["validation"]["uar"] for one in trials}


def test_the_best_by_validation_alone_is_trained_and_reads_the_test_part_once(
    beside: Path, corpus: Corpus, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    run = search.search(
        RECIPE, RANGES, 4, corpus, runs.create(tmp_path / "s"), Quiet(), workers=1,
        done=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    found = scores(run)
    assert sorted(found) == [0, 1, 2, 3] and told[-1] == (4, 4) and len(set(found.values())) > 1
    best = max(found, key=lambda number: (found[number], -number))
    trials = {number: Run(run.path / "trials" / str(number)) for number in found}
    run = Run(run.path)
    assert run.recipe["recipe"] == trials[best].recipe["recipe"] and run.metrics["validation"]["uar"] == found[best]
    assert "test" in run.metrics and not run.problems(hashes=True)
    for one in trials.values():
        assert set(one.metrics) == {"validation"} and not (one.predictions["part"] == "test").any()
    c = run.recipe["recipe"]["network_params"]["c"]
    assert f"network_params.c={c}, the best of 4 trials by the validation part's UAR" in run.card
    assert "too high as a forecast" in run.card and not runs.pieces(run)


def test_an_interrupted_search_goes_on_where_it_stopped(
    beside: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.create(tmp_path / "s")
    train, begun = single.train, []

    def interrupted(recipe: recipes.Recipe, *rest: object, **more: object) -> Run:
        begun.append(recipe.network_params["c"])
        if len(begun) == 3:
            raise KeyboardInterrupt
        return train(recipe, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(single, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search.search(RECIPE, RANGES, 4, corpus, run, Quiet(), workers=1)
    assert Run(run.path).status["state"] == "cancelled" and set(scores(run)) == {0, 1}
    with pytest.raises(RunError, match="holds another search"):
        search.search(RECIPE.with_(seed=1), RANGES, 4, corpus, run, Quiet(), workers=1)
    search.search(RECIPE, RANGES, 4, corpus, run, Quiet(), workers=1, test=False)
    assert set(scores(run)) == {0, 1, 2, 3}
    # The third was begun anew with its own setting; then come the fourth, and the best.
    assert len(begun) == 6 and begun[3] == begun[2] and begun[5] in begun[:5]
    assert set(Run(run.path).metrics) == {"validation"}


def test_a_trial_that_fails_is_passed_over_and_a_search_of_nothing_else_is_said(
    beside: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, number = single.train, []

    def failing(recipe: recipes.Recipe, corpus: Corpus, run: Run, *rest: object, **more: object) -> Run:
        number.append(run.path.name)
        if run.path.name in fails:
            raise RunError("its fit diverges")
        return train(recipe, corpus, run, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(single, "train", failing)
    fails = {"0"}
    run = search.search(RECIPE, RANGES, 2, corpus, runs.create(tmp_path / "s"), Quiet(), workers=1)
    assert "trial 0 failed: its fit diverges" in Run(run.path).log and set(scores(run)) == {1}
    fails = {"0", "1"}
    with pytest.raises(RunError, match="None of 2 trials succeeded"):
        search.search(RECIPE, RANGES, 2, corpus, runs.create(tmp_path / "t"), Quiet(), workers=1)


def test_what_cannot_be_searched_is_refused_before_there_is_a_folder(
    beside: Path, corpus: Corpus, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RecipeError, match="a cross-validation has several"):
        search.check(RECIPE.with_(split="loso"), RANGES, corpus)
    with pytest.raises(RecipeError, match="does not take these parameters"):
        search.check(RECIPE, [search_ranges.parse("network_params.depth=1:4")], corpus)
    words = ["search", "logreg", "--data", str(folder), "--split", "clips", "--run", str(tmp_path / "s"), "--trials"]
    for more, why in (
        (["0"], "at least 1"),
        (["2", "--range", "network_params.c=0:1"], "network_params.c cannot be 0"),
        (["2", "--range", "nothing"], "is no range"),
    ):
        assert main([*words, *more]) == 1
        said = capsys.readouterr().err.strip()
        assert why in said and len(said.splitlines()) == 1 and not (tmp_path / "s").exists()


def test_the_command_searches_in_two_processes(
    beside: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--data",
        str(folder),
        "--split",
        "clips",
        "--set",
        "features=mfcc-20",
        "--run",
        str(tmp_path / "s"),
        "--json",
    ]
    assert main(["search", "logreg", *words, "--trials", "2", "--jobs", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "done" and {"validation", "test"} <= set(told["metrics"])
    assert len(scores(Run(tmp_path / "s"))) == 2


def test_without_optuna_the_command_says_what_brings_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    words = ["--data", str(folder), "--split", "clips", "--run", str(tmp_path / "s"), "--trials", "2"]
    assert main(["search", "logreg", *words]) == 1
    assert re.search(r"optuna is not installed here; .*\.\[search\]", capsys.readouterr().err)
    assert not (tmp_path / "s").exists()


def test_trainings_run_on_two_workers_of_a_dask_scheduler(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("dask.distributed")
    pieces = [Piece(RECIPE.with_(seed=seed), tmp_path / str(seed)) for seed in range(4)]
    side_by_side.features_first(RECIPE, corpus, lambda done, of: None, [])
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        monkeypatch.setenv(fanout.VARIABLE, cluster.scheduler_address)
        done = list(side_by_side.train(pieces, corpus, test=False, allow_unreadable=False, workers=2))
        with distributed.Client(cluster) as client:
            fitted = client.run(lambda: "ser_core.training.classical" in sys.modules)
    monkeypatch.delenv(fanout.VARIABLE)
    assert {one.path.name for one, why in done if not why} == {"0", "1", "2", "3"}
    assert list(fitted.values()) == [True, True] and all(not Run(one.path).problems(hashes=True) for one in pieces)
    here = runs.create(tmp_path / "here")
    single.train(RECIPE, corpus, here, Quiet(), test=False)
    assert Run(here.path).metrics == Run(pieces[0].path).metrics
