"""The results page: the table of runs, one run with its matrix and clips, damaged and labels-only runs, the URL."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, runs, settings
from ser_core.corpora import registry, samples
from ser_core.corpora.base import IndexEntry
from ser_core.evaluation import metrics
from ser_core.runs import Run, notes
from tests import made, opened
from tests.corpora import stand_in
from tests.opened import words

SHIPPED = settings.ARTIFACTS / "models" / "accurate"
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")
TABS = ("groups", "calibration", "mistakes", "curves", "layers", "configuration", "log", "card")


def results(**query: str | Sequence[str]) -> AppTest:
    return opened.page("results", **query)


def own(home: Path, name: str = "mine") -> Run:
    return runs.weightless(WEIGHTLESS, home / "runs" / name)


def test_the_table_lists_every_run(home: Path) -> None:
    own(home)
    at = results()
    assert not at.exception and not at.warning
    assert list(at.dataframe[0].value["folder"]) == ["mine"], "one's own come first"
    at.toggle(key="shipped").set_value(True).run()
    table = at.dataframe[0].value
    assert table["folder"][0] == "mine" and {"accurate", "svm-clips"} <= set(table["folder"])
    accurate = table[table["folder"] == "accurate"].iloc[0]
    assert accurate["name"] == "Best: a pretrained ear"
    stated = json.loads((SHIPPED / "metrics.json").read_text())["test"]
    assert accurate["accuracy"] == pytest.approx(100 * stated["accuracy"])
    span = stated["intervals"]["accuracy"]
    assert accurate["accuracy 95 %"] == f"{100 * span['low']:.0f} to {100 * span['high']:.0f}"


def test_search_and_filters_narrow_the_table_and_stand_in_the_url(home: Path) -> None:
    notes.write(own(home), note="Whispered only", tags=["odd"])
    at = results()
    at.text_input(key="search").set_value("whispered").run()
    assert list(at.dataframe[0].value["name"]) == ["mine"]
    assert list(results(search="whispered").dataframe[0].value["name"]) == ["mine"]
    at.text_input(key="search").set_value("").run()
    at.multiselect(key="filter-tag").set_value(["odd"]).run()
    assert list(at.dataframe[0].value["name"]) == ["mine"]
    again = results(tag="odd")
    assert list(again.dataframe[0].value["name"]) == ["mine"]


def test_a_damaged_run_is_listed_with_the_reason_and_the_others_work(home: Path) -> None:
    path = own(home).path / "predictions.csv"
    path.write_bytes(path.read_bytes()[:-9])
    at = results(shipped="on")
    assert not at.exception
    assert "**mine** is damaged: predictions.csv has" in words(at)
    table = at.dataframe[0].value
    assert table[table["folder"] == "accurate"].iloc[0]["state"] == "done"
    at = results(view="run", run="mine")
    assert not at.exception and "The run mine is damaged: predictions.csv has" in at.error[0].value
    assert not at.metric
    at.selectbox(key="run").set_value("accurate").run()
    stated = json.loads((SHIPPED / "metrics.json").read_text())["test"]
    assert not at.error and at.metric[0].value == f"{100 * stated['accuracy']:.0f} %"


def test_a_tampered_file_is_found_when_the_run_is_opened(home: Path) -> None:
    path = own(home).path / "predictions.csv"
    path.write_bytes(path.read_bytes().replace(b"anger", b"ANGER", 1))
    at = results(view="run", run="mine")
    assert "predictions.csv was altered" in at.error[0].value


def test_damaged_notes_are_said() -> None:
    settings.home().path.mkdir(parents=True)
    (settings.home().path / "notes.json").write_text("{")
    at = results()
    assert not at.exception and "notes.json is damaged" in words(at)
    assert not results(view="run").exception


@pytest.mark.parametrize("tab", TABS)
def test_every_part_of_one_run_is_drawn(tab: str) -> None:
    at = results(view="run", run="accurate", tab=tab)
    assert not at.exception and not at.error and not at.warning
    stated = json.loads((SHIPPED / "metrics.json").read_text())["test"]
    shown = [f"{100 * stated[name]:.0f} %" for name in ("accuracy", "uar", "macro_f1")]
    assert [metric.value for metric in at.metric] == [*shown, "17 %"]
    assert "accurate · CREMA-D · 738 clips of 9 speakers" in words(at)
    assert at.query_params["tab"] == tab


def test_an_ensemble_made_of_compared_runs_is_a_run_like_any_other(home: Path) -> None:
    made.other_model(home / "runs" / "second")
    at = results(view="compare", runs="accurate,second")
    at.button(key="ensemble").click().run()
    assert not at.exception
    name = next(run.name for run in runs.own() if run.name.startswith("ensemble"))
    assert at.success[0].value == f"{name} is among the runs and can be picked in analyze."
    for tab in TABS:
        at = results(view="run", run=name, tab=tab)
        assert not at.exception and not at.error
        assert f"{name} · CREMA-D · " in words(at)


def test_a_visitor_of_a_shared_server_makes_no_ensemble(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.other_model(home / "runs" / "second")
    monkeypatch.setenv("SER_MODE", "shared")
    at = results(view="compare", runs="accurate,second")
    assert not at.exception and "ensemble" not in [button.key for button in at.button]


def test_the_shown_numbers_are_those_of_the_predictions() -> None:
    at = results(view="run", run="svm-speakers", part="validation")
    rows = pd.read_parquet(SHIPPED.parents[1] / "results" / "svm-speakers" / "predictions.parquet")
    rows = rows[rows["part"] == "validation"]
    assert at.metric[0].value == f"{100 * (rows['true'] == rows['predicted']).mean():.0f} %"
    classes = at.dataframe[0].value
    for _, row in classes.iterrows():
        found = rows[rows["true"] == row["emotion"]]
        assert row["support"] == len(found)
        assert row["recall"] == pytest.approx(100 * (found["predicted"] == row["emotion"]).mean())


def test_a_cell_gives_its_clips_and_the_way_to_hear_one_that_is_not_here() -> None:
    at = results(view="run", run="accurate", cell="sadness,neutral", norm="predicted")
    assert not at.exception
    rows = pd.read_csv(SHIPPED / "predictions.csv")
    rows = rows[(rows["part"] == "test") & (rows["true"] == "sadness") & (rows["predicted"] == "neutral")]
    assert f"sadness, taken for neutral: {len(rows)} clips" in words(at)
    table = at.dataframe[0].value
    assert set(table["clip"]) == set(rows["clip"])
    assert table["confidence"].is_monotonic_decreasing
    assert "is not on this machine" in words(at)
    assert any(one.label.startswith("Fetch this clip") for one in at.button)
    at.selectbox(key="cell").set_value("anger,anger").run()
    stated = json.loads((SHIPPED / "metrics.json").read_text())["test"]
    anger = stated["labels"].index("anger")
    assert f"anger, recognised: {stated['confusion'][anger][anger]} clips" in words(at)
    assert at.query_params["cell"] == "anger,anger"
    at.selectbox(key="cell").set_value("none").run()
    assert "cell" not in at.query_params


def test_a_clip_that_is_not_here_is_fetched_on_click_and_then_played(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pd.read_csv(SHIPPED / "predictions.csv")
    rows = rows[(rows["part"] == "test") & (rows["true"] == "sadness") & (rows["predicted"] == "neutral")]
    stem = str(rows.sort_values("p_neutral", ascending=False)["clip"].iloc[0]).removeprefix("crema-d/")
    digest = audio.decode(stand_in.wav(), name="x").pcm16_sha256_16
    monkeypatch.setattr(samples, "index", lambda _: {stem: IndexEntry(16000, 16000, 1, digest)})
    with stand_in.serving() as server:
        monkeypatch.setenv("SER_CREMA_D_URL", f"{server.url}/AudioWAV/")
        at = results(view="run", run="accurate", cell="sadness,neutral", tab="card")
        assert server.asked == [] and not at.get("audio")
        fetch = next(one for one in at.button if one.label.startswith("Fetch this clip"))
        fetch.click().run()
        assert not at.exception and "could not be fetched" in at.error[0].value
        server.answers[f"/AudioWAV/{stem}.wav"] = stand_in.wav()
        next(one for one in at.button if one.label.startswith("Fetch this clip")).click().run()
        assert not at.exception and not at.error
        assert len(at.get("audio")) == 1


def test_a_clip_of_a_registered_corpus_is_played(tmp_path: Path, home: Path) -> None:
    folder = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3)
    registry.register("crema-d", folder)
    run = own(home)
    rows = run.predictions.head(6).copy()
    codes = [one.stem for one in sorted((folder / "AudioWAV").iterdir())]
    rows["clip"] = [f"crema-d/{stem}" for stem in codes]
    rows["true"] = rows["predicted"] = "anger"
    rows["part"], rows["speaker"] = "test", "2001"
    rewrite(run, rows)
    at = results(view="run", run="mine", cell="anger,anger", tab="card")
    assert not at.exception and not at.error
    assert len(at.get("audio")) == 1


def test_a_run_of_labels_alone_leaves_confidence_out(home: Path) -> None:
    run = own(home)
    rewrite(run, run.predictions.drop(columns=[f"p_{label}" for label in run.metrics["test"]["labels"]]))
    for tab in ("calibration", "mistakes"):
        at = results(view="run", run="mine", tab=tab, cell="anger,fear")
        assert not at.exception and not at.error
        assert "without probabilities" in words(at)
    assert "clip" in at.dataframe[0].value and "confidence" not in at.dataframe[0].value


def test_folds_are_pooled_and_stated(home: Path) -> None:
    run = own(home)
    rows = run.predictions
    rows["fold"] = [str(number % 5) for number in range(len(rows))]
    rewrite(run, rows)
    at = results(view="run", run="mine", tab="groups", by="fold")
    assert not at.exception and not at.error
    assert "5 trainings, pooled" in words(at)
    assert sorted(at.dataframe[1].value["fold"]) == ["0", "1", "2", "3", "4"]
    assert at.query_params["by"] == "fold"


def test_wrong_on_purpose_is_said(home: Path) -> None:
    run = own(home)
    run.write_json("recipe.json", {**run.recipe, "wrong_on_purpose": "the epoch was chosen on test"})
    run.seal()
    table = results().dataframe[0].value
    assert table[table["name"] == "mine"].iloc[0]["state"] == "wrong on purpose"
    at = results(view="run", run="mine")
    assert "Wrong on purpose" in words(at) and "chosen on test" in words(at)


@pytest.mark.parametrize("view", [{"view": "run"}, {}])
def test_a_link_to_a_run_that_is_not_here_says_so(view: dict[str, str]) -> None:
    at = results(**view, run="gone")
    assert not at.exception
    assert "There is no run called “gone”" in words(at)


def test_without_the_corpus_what_stands_in_the_clips_names_is_known_and_the_rest_explained() -> None:
    at = results(view="run", run="accurate", tab="groups")
    assert list(at.get("button_group")[-1].options) == ["speaker", "intensity", "sentence"]
    assert "VideoDemographics.csv" in words(at)


def test_with_the_corpus_sex_age_and_race_are_known(data: Path) -> None:
    registry.register("crema-d", data / "crema-d")
    at = results(view="run", run="accurate", tab="groups", by="sex")
    assert list(at.get("button_group")[-1].options) == ["speaker", "sex", "age group", "race", "intensity", "sentence"]
    numbers = at.dataframe[1].value
    assert list(numbers["group"]) == ["female", "male"] and numbers["n"].sum() == 738


def rewrite(run: Run, rows: pd.DataFrame) -> None:
    """Give a run other predictions, its metrics computed from them, as a training or an import would."""
    labels = run.recipe["recipe"]["labels"]
    run.write_table("predictions.csv", rows)
    run.write_json("metrics.json", metrics.parts(Run(run.path).predictions, labels))
    run.seal()
