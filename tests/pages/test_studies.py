"""Studies on the pages: chosen and started in Train, filling and written up in Results."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import jobs, recipes, runs, settings, studies
from ser_core.runs import expected
from ser_core.studies import outcome, state, words
from tests import opened
from tests.opened import press
from tests.studies import ready

pytestmark = pytest.mark.usefixtures("no_runner")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long features take is measured by computing some."""
    monkeypatch.setattr(expected, "of_features", lambda recipe, corpus, trainings: 0.0)


def said(at: AppTest) -> str:
    return opened.words(at).replace("\\", "")


def compare(**query: str) -> AppTest:
    return opened.page("train", view="compare", **query)


def shown(name: str = "ready-made") -> AppTest:
    return opened.page("results", view="studies", study=name)


def test_ticked_networks_become_a_study_with_one_queue(corpus: None) -> None:
    at = compare(networks="quick-cnn,cnn2d-model3,logreg")
    assert not at.exception and not at.error
    assert at.multiselect(key="study-networks").value == ["quick-cnn", "cnn2d-model3", "logreg"]
    assert "6 trainings, **about" in said(at)
    at.number_input(key="study-seeds").set_value(3)
    at.text_input(key="study-name").set_value("My first")
    at.number_input(key="study-epochs").set_value(4).run()
    assert "9 trainings" in said(at)
    press(at, "Start the study")
    (study,) = studies.all_studies()
    assert (study.name, study.seeds, study.split, study.varied) == ("My first", 3, "speakers", "")
    assert [one.name for one in study.members] == ["quick-cnn", "cnn2d-model3", "logreg"]
    assert {one.recipe.fit.epochs for one in study.members} == {4}
    queued = list(reversed(jobs.all_jobs()))
    assert [job.run for job in queued] == [study.run(one).path for one in study.members]
    assert all("--seeds" in job.arguments for job in queued)
    # The study is where it leads.
    assert "my-first" in at.query_params["study"]
    assert "0 of 3 trained" in said(at)


def test_one_setting_in_several_values(corpus: None) -> None:
    at = compare(what="setting", network="quick-cnn")
    assert not at.exception and not at.error
    at.selectbox(key="study-setting-built").set_value("network_params.architecture.dense").run()
    at.text_input(key="study-values-network_params.architecture.dense").set_value("0, 16, 64").run()
    press(at, "Start the study")
    (study,) = studies.all_studies()
    assert (study.name, study.varied) == ("Dense units of quick-cnn", "network_params.architecture.dense")
    assert [one.name for one in study.members] == ["dense 0", "dense 16", "dense 64"]
    assert [one.recipe.network_params["architecture"].dense for one in study.members] == [0, 16, 64]
    at = compare(what="setting", network="quick-cnn")
    at.text_input(key="study-values-network_params.architecture.dropout").set_value("0.1, 7").run()
    assert not at.exception and "dropout" in "\n".join(one.value for one in at.error)
    assert not [one for one in at.button if one.label == "Start the study"]


def test_too_few_networks_and_the_same_twice_are_said(corpus: None) -> None:
    at = compare(networks="quick-cnn")
    assert "Tick one more." in said(at) and not [one for one in at.button if one.label == "Start the study"]
    at = compare(what="setting", network="logreg")
    at.selectbox(key="study-setting-logreg").set_value("fit.epochs").run()
    at.text_input(key="study-values-fit.epochs").set_value("5, 5").run()
    assert "are the same network" in "\n".join(one.value for one in at.error)


def test_the_card_of_a_training_leads_here_with_its_network_ticked(corpus: None, home: Path) -> None:
    run = runs.weightless(runs.find("cnn2d-model2-speakers"), home / "runs" / "mine")
    stated = recipes.named("quick-cnn").override(["network_params.architecture.dense=32"])
    mine = stated.with_(title="My 1D CNN of 3 blocks", name="my-network")
    run.write_json("recipe.json", {**run.recipe, "recipe": mine.to_dict()})
    run.seal()
    at = compare(networks="mine,cnn2d-model3")
    assert not at.exception
    assert at.multiselect(key="study-networks").value == ["mine", "cnn2d-model3"]
    press(at, "Start the study")
    assert [one.name for one in studies.all_studies()[0].members] == ["My 1D CNN of 3 blocks", "cnn2d-model3"]


def test_where_training_is_off_nothing_is_offered(corpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = compare()
    assert "On a shared server" in said(at) and not [one for one in at.button if one.label == "Start the study"]


def test_a_study_says_its_verdict_first_and_everything_below(home: Path) -> None:
    study = ready.study()
    found = outcome.of(study)
    at = shown()
    assert not at.exception and not at.error
    text = said(at)
    assert words.verdict(found) in text and words.method(found) in text
    table = at.dataframe[0].value
    assert list(table["network"]) == [one.name for one in found.trained]
    assert table["parameters"][0] == found.trained[0].parameters
    assert table["UAR"][0] == words.with_span(found.trained[0], "uar")
    assert table["UAR of its seeds"][0].endswith("%")
    # Scores, curves, F1 by class, three matrices, one difference.
    assert len(at.get("plotly_chart")) == 7
    labels = [one.proto.label for one in at.get("download_button")]
    assert labels == ["Word", "LaTeX", "Markdown", "Figures"]
    at.selectbox(key="study-first").set_value(found.trained[1].name).run()
    assert not at.exception


def test_it_fills_while_networks_wait_fail_and_are_trained_again(corpus: None, home: Path) -> None:
    study = ready.study(ready.SEEDED[:2], waiting=("cnn2d-model3",))
    at = shown()
    assert not at.exception
    assert "2 of 3 trained" in said(at) and "So far, over 3 seeds" in said(at)
    press(at, "Train it")
    (job,) = jobs.all_jobs()
    assert job.run == study.run(study.members[2]).path and job.title == "Ready made: cnn2d-model3, 3 seeds"
    assert "cnn2d-model3 · queued" in said(at)
    press(at, "Cancel")
    assert state.of(study)[2].state == "cancelled"
    run = study.run(study.members[2])
    run.write_status("failed", message="The disk is full.")
    at = shown()
    assert "cnn2d-model3 · failed · The disk is full." in said(at)


def test_a_running_networks_curves_are_seen(corpus: None, home: Path) -> None:
    study = ready.study((), waiting=("cnn2d-model3", "quick-cnn"))
    at = shown()
    assert not at.exception and not at.get("plotly_chart")
    press(at, "Train it")
    run = study.run(study.members[0])
    run.append_history({"epoch": 1, "loss": 1.0, "val_uar": 0.3})
    run.write_status("running", epoch=1)
    at = shown()
    assert not at.exception and len(at.get("plotly_chart")) == 1
    assert "epoch 1 of 90 at most" in said(at)


def test_it_is_repeated_under_a_new_name_and_deleted(corpus: None, home: Path) -> None:
    ready.study(("cnn1d-model5-speakers", "cnn1d-model6-speakers"), seeds=1)
    at = shown()
    at.text_input(key="repeat-name-ready-made").set_value("Once more").run()
    press(at, "Train all anew")
    newest = studies.find("Once more")
    assert newest.repeats == "ready-made" and len(jobs.in_state("queued")) == 2
    assert "0 of 2 trained" in said(at)
    at = press(shown(), "Delete the study")
    assert [one.name for one in studies.all_studies()] == ["Once more"]
    assert len(list((settings.home().runs).iterdir())) == 4


def test_without_a_study_it_says_where_one_is_made() -> None:
    at = opened.page("results", view="studies")
    assert not at.exception and "No study is here yet" in said(at)
    assert "Compare networks" in [one.proto.label for one in at.get("page_link")]


def test_names_from_outside_are_drawn_as_they_are(home: Path) -> None:
    study = ready.study(("cnn1d-model5-speakers", "cnn1d-model6-speakers"), seeds=1)
    stated = (study.path / "study.json").read_text()
    nasty = "![x](http://example.org/x.png)"
    (study.path / "study.json").write_text(stated.replace('"name": "cnn1d-model5-speakers"', f'"name": "{nasty}"'))
    at = shown()
    assert not at.exception
    for one in (*at.markdown, *at.caption):
        assert "![x](http" not in str(one.value)
