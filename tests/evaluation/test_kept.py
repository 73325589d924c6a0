"""Evaluations that are kept: whole folders beside the run, shown again from disk alone."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ser_core import jobs, settings
from ser_core.cli.main import main
from ser_core.evaluation import kept, metrics
from ser_core.jobs import locks
from tests import made, opened


@pytest.fixture
def corpus(home: Path, tmp_path: Path) -> Path:
    """A small corpus, and a model of one's own, of which no evaluation ships."""
    shutil.copytree(settings.ARTIFACTS / "models" / "paper", home / "runs" / "mine")
    return made.crema_d(tmp_path / "c", made.SPEAKERS[:2], made.SENTENCES[:1], seconds=0.4)


def test_a_kept_evaluation_is_read_back_as_it_was_printed(
    home: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "mine", "--corpus", "crema-d", "--data", str(corpus), "--keep", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    (one,) = kept.of_run("mine")
    assert (one.corpus, one.condition, one.run) == ("crema-d", "unseen", "mine")
    assert one.metrics == printed
    again = metrics.summary(one.predictions, printed["labels"])
    assert again["accuracy"] == printed["accuracy"] and again["confusion"] == printed["confusion"]
    assert one.stated["include_seen"] is False and str(corpus) not in (one.path / "evaluation.json").read_text()
    assert isinstance(one.predictions, pd.DataFrame)
    assert [k.path for k in kept.everything() if k.path.is_relative_to(home)] == [one.path]
    assert all(k.path.is_relative_to(settings.ARTIFACTS) for k in kept.shipped())


def test_what_is_published_is_one_file_that_says_the_same(
    home: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for more in ([], ["--include-seen"]):
        assert main(["evaluate", "mine", "--corpus", "crema-d", "--data", str(corpus), "--keep", *more]) == 0
    own = kept.of_run("mine")
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path / "artifacts")
    light = kept.publish(home / "evaluations", "mine")
    assert {one.path for one in light} == {tmp_path / "artifacts" / "evaluations" / "mine.json"}
    for one, was in zip(light, own, strict=True):
        assert (one.run, one.corpus, one.condition) == (was.run, was.corpus, was.condition)
        assert (one.stated, one.metrics) == (was.stated, was.metrics)
    assert kept.shipped() == light and kept.of_run("mine") == kept.everything() == [*light, *own]
    light[0].path.write_text("{")
    (damaged,) = kept.shipped()
    with pytest.raises(ValueError, match="Expecting"):
        _ = damaged.metrics


def test_another_condition_gets_its_own_folder_and_the_same_one_is_replaced(home: Path, corpus: Path) -> None:
    said = ["evaluate", "mine", "--corpus", "crema-d", "--data", str(corpus), "--keep"]
    for more in ([], [], ["--speakers", made.SPEAKERS[0]], ["--include-seen"]):
        assert main([*said, *more]) == 0
    conditions = [one.condition for one in kept.of_run("mine")]
    assert len(conditions) == 3 and {"unseen", "seen-too"} < set(conditions)


def test_the_results_page_shows_it_and_names_a_damaged_one(home: Path, corpus: Path) -> None:
    assert main(["evaluate", "mine", "--corpus", "crema-d", "--data", str(corpus), "--keep"]) == 0
    at = opened.page("results", view="run", run="mine", tab="elsewhere")
    assert not at.exception
    table = next(one.value for one in at.dataframe if "corpus" in one.value.columns)
    assert list(table["corpus"]) == ["CREMA-D"] and table["n"].iloc[0] == 12
    (one,) = kept.of_run("mine")
    (one.path / "metrics.json").write_text("{")
    at.run()
    assert not at.exception
    assert any("is damaged" in str(warning.value) for warning in at.warning)


def test_an_evaluation_that_unreadable_clips_ended_goes_on_without_them_on_a_click(home: Path, corpus: Path) -> None:
    with locks.runner_lock():
        job = jobs.queue(
            ["evaluate", "mine", "--corpus", "crema-d", "--keep"], kind="evaluation", title="mine on CREMA-D"
        )
        job.write_status("failed", message="9 of the 12 clips cannot be read; leave them out with --allow-unreadable.")
        opened.press(opened.page("results", view="run", run="mine", tab="elsewhere"), "Leave them out and go on")
        assert jobs.all_jobs()[0].arguments == (*job.arguments, "--allow-unreadable")
