"""Training on several corpora from the page: names are shown and edited, terms are said, and what is queued runs to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import jobs, runs
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.jobs import locks
from tests import made, patience
from tests.pages.test_datasets import press, words
from tests.training.test_across import mine, savee


@pytest.fixture(autouse=True)
def no_runner(home: Path) -> Iterator[None]:
    """What the page queues stays queued until the test runs it."""
    with locks.runner_lock():
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("corpora")
    crema_d = made.crema_d(top / "c", ("2001", "2002", "2003"), ("IEO",), seconds=0.3)
    return {"crema-d": crema_d, "savee": savee(top / "s"), "mine": mine(top / "m")}


def view() -> AppTest:
    def page() -> None:
        from pages.train import several_corpora

        several_corpora.show()

    return AppTest.from_function(page, default_timeout=patience.SECONDS).run()


def test_one_corpus_is_too_few() -> None:
    at = view()
    assert "Two corpora or more are needed" in words(at)


def test_one_corpus_is_left_out_from_the_page_to_the_end(folders: dict[str, Path]) -> None:
    for name, folder in folders.items():
        registry.register(name, folder)
    at = view()
    assert not at.exception
    assert "In common: anger, sadness" in words(at) and "University of Surrey" in words(at)
    at.selectbox(key="several-recipe").set_value("logreg").run()
    at = press(at, "Train")
    assert not at.exception
    (job,) = jobs.in_state("queued")
    stated = json.loads((Path(str(job.run)) / "recipe.json").read_text())
    recipe = stated.get("recipe", stated)
    assert recipe["corpus"] == "crema-d+savee+mine" and recipe["split"] == "corpora"
    assert main(job.arguments) == 0
    folds = runs.Run(Path(str(job.run))).metrics["test"]["folds"]
    assert {one["fold"] for one in folds} == set(folders)


def test_one_model_of_all_leaves_out_who_is_not_known(folders: dict[str, Path]) -> None:
    for name, folder in folders.items():
        registry.register(name, folder)
    at = view()
    at.segmented_control(key="several-what").set_value("speakers").run()
    assert not at.exception and "12 clips whose speaker nobody states are left out" in words(at)
    at.multiselect(key="several-corpora").set_value(["crema-d"]).run()
    assert "Pick two or more" in words(at)
