"""The train page: the next step where nothing can be trained; the command that the button queues; what is on the disk, shown."""

import dataclasses
import importlib.util
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.train import advanced
from pages.train.corpus import Chosen
from ser_core import jobs, recipes, runs, settings
from ser_core.cli import main as cli
from ser_core.cli import overrides
from ser_core.corpora import registry
from ser_core.features import functionals, store
from ser_core.jobs import original_networks
from ser_core.runs import expected, measured
from tests import made, opened
from tests.opened import press, words

pytestmark = pytest.mark.usefixtures("no_runner")


def train(**query: str) -> AppTest:
    return opened.page("train", **query)


def followed(at: AppTest) -> str:
    """The job that the URL names."""
    return str(dict(at.query_params)["job"]).strip("[]'")


def test_without_a_corpus_it_says_the_next_step() -> None:
    at = train()
    assert not at.exception
    assert "none is on this machine yet" in words(at)
    assert not [one for one in at.button if one.label == "Train"]


def ordered(job: jobs.Job) -> recipes.Recipe:
    """The recipe that the job's process will read."""
    return overrides.resolve(cli.parser().parse_args(list(job.arguments)))


def test_the_button_queues_the_command_that_was_set(corpus: None) -> None:
    at = train(recipe="cnn1d-model5")
    key = "cnn1d-model5-crema-d"
    at.number_input(key=f"epochs-{key}").set_value(3)
    at.number_input(key=f"seed-{key}").set_value(7)
    at.toggle(key=f"untested-{key}").set_value(True).run()
    press(at, "Train")
    (job,) = jobs.all_jobs()
    assert job.kind == "training" and job.state == "queued" and job.run is not None
    assert job.arguments == ("train", str(job.run / "recipe.json"), "--run", str(job.run), "--no-test")
    assert ordered(job) == recipes.named("cnn1d-model5").override(["seed=7", "fit.epochs=3"])
    assert runs.Run(job.run).status["state"] == "queued"
    assert followed(at) == job.id
    assert "waits, place 1 of 1" in words(at)
    press(at, "Cancel")
    assert job.state == "cancelled"


def test_an_untouched_recipe_is_trained_as_it_is(corpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Those on optional packages and on encoders that are not here, too.
    monkeypatch.setattr(store, "lacking", lambda corpus, source: "")
    monkeypatch.setattr(expected, "of_features", lambda recipe, corpus, trainings: 0.0)
    for name, recipe in recipes.RECIPES.items():
        if recipe.corpus == "crema-d":
            press(train(recipe=name), "Train")
            assert ordered(jobs.all_jobs()[0]) == recipe


def test_a_recipe_of_another_corpus_is_trained_on_the_emotions_that_are_here(corpus: None) -> None:
    at = train(recipe="paper-savee", split="speakers")
    assert "It is written for SAVEE" in words(at)
    press(at, "Train")
    resolved = ordered(jobs.all_jobs()[0])
    assert resolved.corpus == "crema-d" and resolved.labels == ()


def test_splitting_by_clips_is_warned_of_with_the_measured_gap(
    corpus: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path / "artifacts")
    assert "The same speakers stand on both sides" not in words(train(recipe="svm"))
    said = words(train(recipe="svm", split="clips"))
    assert "The same speakers stand on both sides" in said and "not known here" in said
    for split, accuracy in (("clips", 0.553), ("speakers", 0.471)):
        finish(recipes.named("svm").with_(split=split), accuracy)
    said = words(train(recipe="svm", split="clips"))
    assert "55 % by clip" in said and "47 % by speaker" in said and "8 points" in said
    assert "an estimate from the run svm" in said and "on this machine" in said


def test_a_corpus_that_cannot_be_divided_so_gives_its_sentence(tmp_path: Path) -> None:
    registry.register("crema-d", made.crema_d(tmp_path / "two", ("2001", "2002"), seconds=0.2))
    at = train(recipe="svm")
    assert "at least three speakers" in words(at)
    assert next(one for one in at.button if one.label == "Train").disabled


def test_a_recipe_says_whether_it_hears_how_loud_a_recording_is(corpus: None) -> None:
    assert "hold how loud a recording is" in words(train(recipe="cnn1d-model3"))
    assert "hold how loud a recording is" not in words(train(recipe="crnn"))


def test_an_uploaded_recipe_is_trained_from_its_file(corpus: None) -> None:
    at = train(recipe="file")
    mine = recipes.named("mlp").override(["fit.epochs=4", "name=mine"]).to_dict()
    upload = at.file_uploader(key="train-recipe-file")
    upload.set_value(("r.json", json.dumps({"recipe": mine}).encode(), "application/json")).run()
    assert not at.exception
    press(at, "Train")
    assert ordered(jobs.all_jobs()[0]) == recipes.from_dict(mine)
    at.file_uploader(key="train-recipe-file").set_value(("r.json", b'{"name": 3}', "application/json")).run()
    assert "is no recipe" in words(at)


def test_curves_epochs_and_the_log_come_from_the_disk(corpus: None) -> None:
    run = runs.create(settings.home().runs / "seen")
    job = jobs.queue(["train", "mlp", "--run", str(run.path)], kind="training", title="Seen", run=run.path)
    run.write_json("recipe.json", {"recipe": recipes.named("mlp").override(["fit.epochs=5"]).to_dict()})
    for epoch in (1, 2):
        row = {
            "epoch": epoch,
            "loss": 1.5,
            "accuracy": 0.3,
            "val_loss": 1.6,
            "val_accuracy": 0.31,
            "val_uar": 0.2 + epoch / 10,
        }
        run.append_history({**row, "learning_rate": 0.001, "seconds": 20.0})
    (job.path / "log.txt").write_text("epoch 1/5\nepoch 2/5\n")
    job.write_status("running", pid=os.getpid())
    run.write_status("running", epoch=2)
    at = train(job=job.id)
    assert not at.exception
    assert "best validation UAR 40 %" in words(at) and "epoch 2/5" in words(at)
    assert list(at.dataframe[0].value["epoch"]) == [2, 1]
    chart = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert {one["name"] for one in chart["data"]} == {"train", "validation", "validation UAR"}
    said = [str(one.proto) for one in at.get("progress")]
    assert any("epoch 2 of 5" in one and "about 70 s left" in one for one in said)
    press(at, "Cancel")
    assert job.cancel_wanted
    job.write_status("cancelled")
    run.write_status("cancelled", epoch=2)
    again = press(train(job=job.id), "Resume")
    assert jobs.all_jobs()[0].arguments == job.arguments and followed(again) == jobs.all_jobs()[0].id


@pytest.mark.parametrize(
    ("environ", "said"),
    [({"SER_TRAINING": "off"}, "turned off on this machine"), ({"SER_MODE": "shared"}, "On a shared server")],
)
def test_where_training_is_off_the_page_says_so_and_shows_the_rest(
    corpus: None, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], said: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    at = train()
    assert not at.exception and said in words(at)
    assert not [one for one in at.button if one.label in ("Train", "Select")]
    at = train(view="originals")
    assert not at.exception and len(at.dataframe[0].value) == 12
    assert not [one for one in at.button if one.label.startswith("Train")]
    assert said in words(train(view="build"))


def test_without_tensorflow_the_page_says_how_to_add_it(corpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "tensorflow" else found(name, *more)
    )
    at = train()
    assert not at.exception
    assert "make .venv/.installed" in words(at) and "requirements.txt" in words(at)
    assert not [one for one in at.button if one.label == "Train"]


def test_the_twelve_rows_fill_from_finished_runs_and_the_rest_is_ordered(
    corpus: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ARTIFACTS", tmp_path / "artifacts")
    recipe = recipes.named("cnn2d-model2")
    finish(recipe.with_(split="clips"), 0.612)
    table = train(view="originals").dataframe[0].value.set_index("seed")
    assert len(table) == 12
    assert table["clips_accuracy"]["CNN MODEL2"] == pytest.approx(61.2) and pd.isna(
        table["speakers_accuracy"]["CNN MODEL2"]
    )
    assert table["seed_test"]["CNN MODEL2"] == pytest.approx(55.0) and table["seed_f1"]["CNN MODEL3"] == 0.33
    wanted = original_networks.orders(
        [recipe, recipes.named("paper-savee")], ["clips", "speakers"], measured.finished()
    )
    assert [(order.recipe.name, order.recipe.split) for order, _ in wanted] == [
        ("cnn2d-model2", "speakers"),
        ("paper-savee", "clips"),
        ("paper-savee", "loso"),
    ]
    assert [expected is not None for _, expected in wanted] == [True, False, False]
    wanted[0][0].queue()
    assert len(original_networks.orders([recipe], ["clips", "speakers"], measured.finished())) == 0
    assert "waits" in list(train(view="originals").dataframe[0].value["training"])


def test_a_check_of_the_corpus_is_a_job_and_its_end_is_said(corpus: None) -> None:
    at = train()
    assert "Not checked here" in words(at)
    at = press(at, "Check it")
    (job,) = jobs.all_jobs()
    assert job.arguments == ("corpora", "validate", "crema-d") and job.order == {"corpus": "crema-d"} and job.short
    assert "A check is queued" in words(at)
    job.write_status("done")
    assert "every clip is what it should be" in words(train())


def test_feature_selection_is_started_as_a_job(corpus: None) -> None:
    press(train(view="features"), "Select")
    (job,) = jobs.all_jobs()
    assert job.kind == "selection" and ordered(job) == recipes.named("svm")
    stated = cli.parser().parse_args(list(job.arguments))
    assert stated.out.parent == settings.home().selections


def finish(recipe: recipes.Recipe, accuracy: float) -> None:
    """Write the files of a finished run that the page reads."""
    run = runs.create(runs.new_path(recipe.name))
    run.write_json("recipe.json", {"recipe": recipe.to_dict(), "found": {"seconds": 30.0}})
    run.write_json("metrics.json", {"test": {"accuracy": accuracy, "macro_f1": accuracy}})
    run.write_text("split.csv", "clip\n" + "c/1\n" * 288)
    run.write_status("done")


def test_a_training_that_unreadable_clips_ended_goes_on_without_them_on_a_click(corpus: None) -> None:
    press(train(recipe="cnn1d-model5"), "Train")
    (job,) = jobs.all_jobs()
    said = "9 of the 48 clips of CREMA-D cannot be read. Mend them, or leave them out with --allow-unreadable."
    job.write_status("failed", message=said)
    assert job.run is not None
    runs.Run(job.run).write_status("failed", message=said)
    at = train(job=job.id)
    assert said in words(at)
    press(at, "Leave them out and go on")
    assert jobs.all_jobs()[0].arguments == (*job.arguments, "--allow-unreadable")


def test_one_question_a_view_and_links_of_before_lead_to_it(corpus: None) -> None:
    labels = {"new": "Train", "build": "Train", "features": "Select", "personal": "Make my model"}
    for view, label in labels.items():
        at = train(view=view)
        assert not at.exception
        buttons = {one.label for one in at.button}
        assert label in buttons and not (set(labels.values()) - {label}) & buttons, view
    assert at.session_state["train-view"] == "personal"
    assert train(own="mine").session_state["train-view"] == "personal"
    for link in ({"recipe": "svm"}, {"corpus": "crema-d", "split": "clips"}, {"job": "20990101-000000-000000"}):
        assert train(**link).session_state["train-view"] == "new"


def test_a_first_run_is_quick_and_says_how_long_its_features_and_its_fit_take(corpus: None) -> None:
    at = train()
    assert at.selectbox(key="train-recipe").value == "quick-cnn"
    said = words(at)
    assert "Takes **about" in said and "Fit: estimated from the network's multiply-adds" in said
    press(at, "Train")
    (job,) = jobs.all_jobs()
    assert ordered(job) == recipes.named("quick-cnn") and job.expected_s is not None
    # An own run of the recipe is believed before any such count; its features are in the store by then.
    run = runs.create(runs.new_path("earlier"))
    stated = {"recipe": recipes.named("quick-cnn").to_dict(), "found": {"seconds": 50.0, "features_s": 20.0}}
    run.write_json("recipe.json", stated)
    run.write_json("metrics.json", {"validation": {"accuracy": 0.5}})
    run.write_text("split.csv", "clip\n" + "c/1\n" * 288)
    run.write_status("done")
    (found,) = [one for one in measured.finished() if one.name == run.name]
    assert found.seconds == pytest.approx(30.0)
    assert "the run earlier" in words(train()).replace("\\", "")


def test_a_finished_training_shows_its_score_a_confusion_and_the_next_steps(corpus: None, home: Path) -> None:
    source = runs.Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers")
    run = runs.weightless(source, home / "runs" / "mine")
    made.filmed(run)
    run.write_json("recipe.json", {**run.recipe, "recipe": {**run.recipe["recipe"], "title": "Mine"}})
    run.seal()
    job = jobs.queue(["train", "x", "--run", str(home / "runs" / "other")], kind="training", title="Seen")
    stated = json.loads((job.path / "job.json").read_text())
    (job.path / "job.json").write_text(json.dumps({**stated, "run": "mine"}))
    job.write_status("done", message="done")
    at = train(job=job.id)
    assert not at.exception and not at.error
    said = words(at)
    found = run.metrics["test"]
    assert "Mine" in said and "CREMA-D · by speaker" in said
    assert f"**UAR {100 * found['uar']:.0f} %**" in said and "chance 17 %" in said and "best CNN " in said
    worst = max(
        (count / sum(row), found["labels"][i], found["labels"][j])
        for i, row in enumerate(found["confusion"])
        for j, count in enumerate(row)
        if i != j
    )
    assert f"Most confused: **{worst[1]} → {worst[2]}**, {100 * worst[0]:.0f} %" in said
    charts = [json.loads(one.proto.spec) for one in at.get("plotly_chart")]
    assert len(charts[0]["frames"]) == 3
    labels = [one.proto.label for one in at.get("page_link")]
    assert {"Compare networks", "See its results"} <= set(labels)
    assert "Report" in [one.proto.label for one in at.get("download_button")]


def test_a_damaged_finished_run_is_a_sentence_in_its_card(corpus: None, home: Path) -> None:
    run = runs.weightless(runs.Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers"), home / "runs" / "mine")
    (run.path / "metrics.json").write_text("{")
    job = jobs.queue(["train", "x", "--run", str(home / "runs" / "other")], kind="training", title="Seen")
    stated = json.loads((job.path / "job.json").read_text())
    (job.path / "job.json").write_text(json.dumps({**stated, "run": "mine"}))
    job.write_status("done", message="done")
    at = train(job=job.id)
    assert not at.exception and "The run mine is damaged" in words(at)


def test_a_recipe_on_an_optional_package_says_how_to_get_it(corpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functionals, "installed", lambda: "")
    at = train(recipe="egemaps-svm", corpus="crema-d")
    assert "pip install opensmile" in words(at) and "non-commercial" in words(at)
    assert next(one for one in at.button if one.label == "Train").disabled
    assert not [box for box in at.checkbox if box.key == "train-terms"]
    choice = next(box for box in train(view="features").selectbox if box.key == "select-recipe")
    assert "egemaps-svm" not in choice.options and "svm" in choice.options


def test_a_recipe_on_an_encoder_that_is_not_here_says_how_to_get_it(corpus: None) -> None:
    at = train(recipe="wavlm-logreg", corpus="crema-d")
    said = [str(one.value) for one in at.error]
    assert len(said) == 1 and "encoders fetch wavlm-base" in said[0] and not at.exception
    assert next(one for one in at.button if one.label == "Train").disabled
    choice = next(box for box in train(view="features").selectbox if box.key == "select-recipe")
    assert "wavlm-logreg" not in choice.options and "whisper-logreg" in choice.options


@pytest.mark.parametrize("mode", ["local", "shared"])
def test_its_licence_is_confirmed_on_the_page_once(mode: str, corpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(functionals.VARIABLE, raising=False)
    monkeypatch.setattr(functionals, "installed", lambda: functionals.KNOWN_VERSION)
    # How long it takes is measured by computing some.
    monkeypatch.setattr(expected, "of_features", lambda recipe, corpus, trainings: 0.0)
    at = train(recipe="egemaps-svm", corpus="crema-d")
    assert functionals.VARIABLE in words(at) and next(one for one in at.button if one.label == "Train").disabled
    if mode == "shared":
        # Whoever runs a server for others confirms for it; no visitor does.
        monkeypatch.setattr(settings, "mode", lambda: "shared")
        assert not [box for box in at.run().checkbox if box.key == "train-terms"]
        return
    at.checkbox(key="train-terms").check().run()
    assert not at.exception and settings.home().terms_file.is_file()
    assert not next(one for one in at.button if one.label == "Train").disabled
    assert not [box for box in at.checkbox if box.key == "train-terms"] and functionals.TERMS in words(at)


def test_how_even_the_emotions_are_is_said_with_the_remedy_and_what_augmentation_does_is_a_click_away(
    corpus: None,
) -> None:
    at = train(recipe="cnn1d-model5")
    assert "Most clips: anger, 48; fewest: anger, 48. That is even enough" in words(at)
    links = [one.proto for one in at.get("page_link") if one.proto.label == "Hear and see what it does to a clip"]
    assert len(links) == 1 and "augmentation" in str(links[0])
    clips = pd.DataFrame({"emotion": ["anger"] * 30 + ["fear"] * 10})
    chosen = Chosen(dataclasses.replace(registry.load("crema-d"), clips=clips), "key")
    said = advanced._balance(chosen, ("anger", "fear"))
    assert "anger, 30; fewest: fear, 10." in said and "weigh rare emotions up" in said
