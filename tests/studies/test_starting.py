"""Studies from their start to their end: queued once, filled by real trainings, gone on with, repeated, deleted."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ser_core import jobs, recipes, runs, settings, studies
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.evaluation import compare
from ser_core.recipes import RecipeError
from ser_core.runs import expected
from ser_core.studies import StudyError, exporting, members, starting, state
from ser_core.training import train as single
from tests import made
from tests.jobs import steps
from tests.studies import ready


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.4)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Iterator[Path]:
    """A SER_HOME in which a study of two tiny networks over two seeds was started from a shell, and has ended."""
    home = tmp_path_factory.mktemp("trained") / "ser-home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(home))
        words = [
            "studies",
            "start",
            "Two tiny networks",
            "--recipes",
            "cnn1d-model5,logreg",
            "--data",
            str(corpus),
        ]
        assert main([*words, "--set", "fit.epochs=2", "--seeds", "2"]) == 0
        for job in jobs.all_jobs():
            assert steps.end(job) == "done", job.log_tail()
        for process in steps.runner_processes():
            process.wait(timeout=60)
    yield home


@pytest.fixture
def there(trained: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SER_HOME", str(trained))
    return trained


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def prepared(corpus: Path, *names: str, **fields: Any) -> tuple[list[studies.Member], Any]:
    registry.register("crema-d", corpus)
    found = registry.load("crema-d")
    chosen = [recipes.named(name).with_(**fields) for name in names]
    return members.on(members.of_recipes(chosen), found, "speakers", 5), found


def test_two_networks_over_two_seeds_end_to_end(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stated = printed(capsys, "studies", "show", "Two tiny networks")
    assert [one["state"] for one in stated["members"]] == ["done", "done"]
    assert {one["name"] for one in stated["networks"]} == {"cnn1d-model5", "logreg"}
    named = {one["name"]: runs.find(one["run"]) for one in stated["members"]}
    alone = compare.compare(named)
    assert stated["pairs"] == json.loads(json.dumps([pair.to_dict() for pair in alone.pairs]))
    for one in stated["networks"]:
        run = named[one["name"]]
        assert len(one["seeds"]) == 2 and one["parameters"] == run.recipe["found"]["parameters"]
        assert one["scores"]["uar"] == pytest.approx(run.metrics["test"]["uar"])
        assert [seed["uar"] for seed in one["seeds"]] == pytest.approx(
            [seed["uar"] for seed in run.metrics["test"]["folds"]]
        )
    assert "2 seeds" in stated["verdict"] and f"{stated['speakers']} speaker" in stated["verdict"]
    assert "each seed divided it in its own way" in stated["method"] and "seeds 0 and 1" in stated["method"]
    (one,) = printed(capsys, "studies", "list")
    assert one["state"] == "2 of 2 trained" and one["networks"] == ["cnn1d-model5", "logreg"]


def test_what_is_trained_is_not_trained_twice(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(jobs.all_jobs())
    found = registry.load("crema-d")
    study = studies.find("two-tiny-networks")
    with steps.no_runner():
        assert main(["studies", "start", "Two tiny networks"]) == 0
        assert len(jobs.all_jobs()) == before, "its members are trained"
        blank = [studies.Member(one.name, one.recipe) for one in study.members]
        told = starting.estimate(blank, found, seeds=2)
        assert told.trainings == 0 and len(told.ready) == 2 and told.seconds == 0
        other = starting.start("The same again", blank, found, seeds=2)
        assert len(jobs.all_jobs()) == before and [one.run for one in other.members] == [
            one.run for one in study.members
        ]
        # With another number of seeds it is another training.
        assert starting.estimate(blank, found, seeds=3).trainings == 6
        with pytest.raises(StudyError, match="already"):
            starting.start("Two tiny networks", blank, found, seeds=2)
        again = starting.repeat(study, "All anew", found)
        queued = jobs.in_state("queued")
        assert len(queued) == 2 and {job.run.name for job in queued if job.run} == {one.run for one in again.members}
        assert again.repeats == study.id and not {one.run for one in again.members} & {one.run for one in study.members}
        assert state.said(state.of(again)) == "0 of 2 trained"
        for job in queued:
            job.cancel()
    assert [one.state for one in state.of(again)] == ["cancelled", "cancelled"]
    other.delete()
    again.delete()
    assert [one.name for one in studies.all_studies()] == ["Two tiny networks"]
    assert all(study.run(one).has("metrics.json") for one in study.members)


def test_a_study_is_trained_side_by_side_and_says_what_the_queue_would(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["studies", "start", "Side by side", "--data", str(corpus), "--set", "features=mfcc-20", "--vary"]
    words += ["network_params.c=0.001,0.1", "--recipes", "logreg", "--seeds", "2"]
    assert main([*words, "--jobs", "2"]) == 0
    told = capsys.readouterr()
    assert "2 of 2 trained, 0 in the queue" in told.out and "4 of 4 trainings" in told.err and not jobs.all_jobs()
    beside = studies.find("Side by side")
    assert all(not beside.run(one).problems(hashes=True) for one in beside.members)
    # Trained one after the other, as each of the queue's processes does, they find the same.
    for one in beside.members:
        asked = ["train", str(beside.run(one).path / "recipe.json"), "--run", str(tmp_path / one.run)]
        assert main([*asked, "--seeds", "2", "--jobs", "1"]) == 0
        assert runs.Run(tmp_path / one.run).metrics == beside.run(one).metrics
    # What is lost is trained again, and nothing else.
    first, second = (beside.run(one).path for one in beside.members)
    kept = (second / "files.json").stat().st_mtime_ns
    shutil.rmtree(first)
    assert main(["studies", "start", "Side by side", "--jobs", "1"]) == 0
    assert (first / "files.json").is_file() and (second / "files.json").stat().st_mtime_ns == kept
    assert main(["studies", "start", "Side by side", "--jobs", "0"]) == 1


def test_a_network_that_fails_in_a_study_is_said_and_the_others_are_trained(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = single.train

    def failing(recipe: recipes.Recipe, *rest: Any, **more: Any) -> runs.Run:
        if recipe.network_params.get("c") == 0.5:
            with single.reported(rest[1]):
                raise runs.RunError("its fit diverges")
        return fit(recipe, *rest, **more)

    monkeypatch.setattr(single, "train", failing)
    words = ["studies", "start", "One fails", "--data", str(corpus), "--set", "features=mfcc-20", "--recipes", "logreg"]
    assert main([*words, "--vary", "network_params.c=0.1,0.5", "--jobs", "1"]) == 1
    told = capsys.readouterr()
    assert "c 0.5 failed: its fit diverges" in told.err and "1 of 2 trained, c 0.5 failed" in told.out


def test_the_queue_has_an_estimate_and_a_cancelled_network_is_trained_again(corpus: Path, home: Path) -> None:
    given, found = prepared(corpus, "quick-cnn", "logreg")
    told = starting.estimate(given, found, seeds=2)
    assert told.trainings == 4 and told.seconds > 0 and not told.unknown
    # What two networks read is computed once.
    twice = members.on(members.of_values(recipes.named("quick-cnn"), "fit.epochs", "1,2"), found, "speakers", 5)
    features = expected.of_features(twice[0].recipe, found)
    alone = sum(starting.estimate([one], found, seeds=1).seconds for one in twice)
    assert features > 0 and starting.estimate(twice, found, seeds=1).seconds == pytest.approx(
        alone - features, rel=0.05
    )
    with steps.no_runner():
        study = starting.start("Mine", given, found, seeds=2)
        first, second = reversed(jobs.in_state("queued"))
        assert [first.title, second.title] == ["Mine: quick-cnn, 2 seeds", "Mine: logreg, 2 seeds"]
        assert first.expected_s and first.order["seeds"] == 2
        assert first.run == study.run(study.members[0]).path
        first.cancel()
        assert [one.state for one in state.of(study)] == ["cancelled", "queued"]
        (job,) = starting.go_on(study, found)
        assert job.run == first.run and job.arguments == first.arguments
        assert starting.go_on(study, found) == []
        for one in jobs.in_state("queued"):
            one.cancel()


def test_a_recipe_with_a_settings_values() -> None:
    recipe = recipes.named("quick-cnn")
    made_of = members.of_values(recipe, "network_params.architecture.pooling", "attention, mean,max")
    assert [one.name for one in made_of] == ["pooling attention", "pooling mean", "pooling max"]
    assert [one.recipe.network_params["architecture"].pooling for one in made_of] == ["attention", "mean", "max"]
    assert members.values("[1,2],[3]") == [[1, 2], [3]] and members.values("0.1, x") == [0.1, "x"]
    for field, text, said in (
        ("fit.epochs", "5", "2 to 6 networks; 1 were"),
        ("fit.epochs", "1,2,3,4,5,6,7", "7 were named"),
        ("fit.speed", "1,2", "no field 'fit.speed'"),
        ("fit.epochs", "1,none", "fit.epochs"),
    ):
        with pytest.raises((StudyError, RecipeError), match=said):
            members.of_values(recipe, field, text)
    for field in members.settings_of(recipe):
        if field not in ("features", "train_speakers"):
            assert len(members.of_values(recipe, field, members.settings_of(recipe)[field].values)) >= 2


def test_networks_that_are_the_same_are_refused_and_those_called_alike_numbered(corpus: Path) -> None:
    one = recipes.named("quick-cnn")
    other = one.override(["network_params.architecture.dense=32"])
    assert [member.name for member in members.of_recipes([one, other])] == ["quick-cnn", "quick-cnn (2)"]
    registry.register("crema-d", corpus)
    with pytest.raises(StudyError, match="are the same network"):
        members.on(members.of_recipes([one, one.with_(title="Another")]), registry.load("crema-d"), "speakers", 5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nowhere"], "no study called 'nowhere'"),
        (["export", "nowhere", "--format", "docx", "out"], "no study called"),
        (["start", "x", "--recipes", "quick-cnn,logreg", "--vary", "fit.epochs=1,2"], "one recipe"),
        (["start", "x", "--recipes", "quick-cnn"], "2 to 6 networks"),
        (["start", "x", "--recipes", "quick-cnn,logreg", "--seeds", "6"], "1 to 5 times"),
        (["start", "x", "--recipes", "quick-cnn,nothing"], "no recipe called 'nothing'"),
        (["start", " ", "--recipes", "quick-cnn,logreg"], "needs a name"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    arguments: list[str], said: str, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.register("crema-d", corpus)
    assert main(["studies", *arguments]) == 1
    (error,) = capsys.readouterr().err.strip().splitlines()
    assert error.startswith("Error: ") and said in error
    assert not jobs.all_jobs()


def test_another_folder_than_the_registered_one_is_refused(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.register("crema-d", corpus)
    other = made.crema_d(tmp_path / "other", made.SPEAKERS[:3], ("IEO",), seconds=0.2)
    assert main(["studies", "start", "x", "--recipes", "quick-cnn,logreg", "--data", str(other)]) == 1
    assert "is registered in" in capsys.readouterr().err


def test_a_damaged_study_is_said_and_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    study = ready.study()
    for number, text in enumerate(("{", "[]", '{"name": 3}')):
        broken = settings.home().studies / f"broken-{number}"
        broken.mkdir()
        (broken / "study.json").write_text(text)
        assert main(["studies", "show", broken.name]) == 1
        assert "is damaged" in capsys.readouterr().err
    stated = json.loads((study.path / "study.json").read_text())
    stated["members"][0]["run"] = "../../elsewhere"
    (broken / "study.json").write_text(json.dumps(stated))
    assert main(["studies", "show", broken.name]) == 1
    assert [one.id for one in studies.all_studies()] == [study.id]


@pytest.mark.parametrize(
    "edited",
    [
        {"seeds": 1e999},
        {"seeds": 10**12},
        {"seeds": 0},
        {"folds": 10**12},
        {"folds": "5"},
        {"members": []},
        {"name": "\ud800"},
        "[" * 100_000,
    ],
)
def test_a_study_edited_by_hand_holds_nothing_up(edited: dict[str, Any] | str) -> None:
    study = ready.study(ready.SEEDED[:2])
    other = settings.home().studies / "edited"
    other.mkdir()
    stated = json.loads((study.path / "study.json").read_text())
    (other / "study.json").write_text(edited if isinstance(edited, str) else json.dumps({**stated, **edited}))
    assert [one.id for one in studies.all_studies()] == [study.id]
    with pytest.raises(StudyError, match="is damaged"):
        studies.find("edited")


def test_two_networks_of_one_name_are_no_study() -> None:
    study = ready.study(ready.SEEDED[:2])
    with pytest.raises(StudyError, match="different names"):
        dataclasses.replace(study, members=study.members[:1] * 2).write()
    assert studies.find(study.id).members == study.members


def test_names_become_folders(home: Path) -> None:
    ready.study(name="Ready made")
    for name, folder in (("Größe & Tiefe", "gr-e-tiefe"), ("глубина", "study"), ("../up", "up")):
        path = studies.study.new_folder(name)
        assert path.parent == settings.home().studies and path.name == folder
    assert studies.study.new_folder("ready-made").name == "ready-made-2"


def test_it_is_written_from_a_shell(there: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, file in (
        ("docx", "two-tiny-networks.docx"),
        ("latex", "two-tiny-networks.tex"),
        ("markdown", "two-tiny-networks.md"),
    ):
        assert main(["studies", "export", "Two tiny networks", "--format", form, str(tmp_path / form)]) == 0
        assert Path(capsys.readouterr().out.strip()) == tmp_path / form / file
        assert (tmp_path / form / file).stat().st_size > 1000
    assert main(["studies", "export", "Two tiny networks", "--format", "figures", str(tmp_path / "f")]) == 0
    assert {"uar.svg", "uar.pdf", "curves.svg", "matrix-1.pdf", "difference-1-2.svg"} & {
        one.name for one in (tmp_path / "f").iterdir()
    } >= {"uar.svg", "uar.pdf", "curves.svg", "matrix-1.pdf"}
    with pytest.raises(StudyError, match="not as pptx"):
        exporting.write(studies.find("Two tiny networks"), "pptx", tmp_path)
