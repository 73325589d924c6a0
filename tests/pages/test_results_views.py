"""The results page's further views: comparison, and the listeners beside a run."""

import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ser_core import runs, settings
from ser_core.corpora import registry
from tests import made, opened, patience
from tests.opened import words

WEIGHTLESS = ("svm-clips", "logreg-clips", "mlp-clips")


def view(name: str, **query: str) -> AppTest:
    """One view alone, as the page shows it."""

    def script(name: str) -> None:
        import importlib

        importlib.import_module(f"pages.results.{name}").show()

    at = AppTest.from_function(script, args=(name,), default_timeout=patience.SECONDS)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def results(**query: str) -> AppTest:
    """The whole page: a run's links lead to other pages."""
    return opened.page("results", **query)


# Compare


def test_two_runs_are_compared_from_the_url() -> None:
    at = view("run_comparison", runs="svm-clips,logreg-clips")
    assert not at.exception and not at.error
    assert "points more of the 525 clips than" in words(at) and "over 64 speakers" in words(at)
    assert "Trained on other clips of these speakers, which helps: svm-clips, logreg-clips." in words(at)
    scores = at.dataframe[0].value
    assert list(scores["run"]) == ["svm-clips", "logreg-clips"]
    stated = runs.find("svm-clips").metrics["test"]["accuracy"]
    assert scores["accuracy"][0].startswith(f"{100 * stated:.0f} %")
    assert "network" in set(at.dataframe[-1].value["field"])


def test_picking_runs_writes_the_url_and_three_have_three_verdicts() -> None:
    at = view("run_comparison")
    assert "Pick 2 to 4 runs" in words(at)
    at.multiselect[0].set_value(list(WEIGHTLESS)).run()
    assert not at.exception
    assert at.query_params["runs"] == ",".join(WEIGHTLESS)
    assert words(at).count("of the 525 clips") >= 3
    assert "corrected for their number" in words(at)


def test_runs_without_common_clips_are_shown_with_the_reason() -> None:
    at = view("run_comparison", runs="accurate,crnn-unhidden")
    assert not at.exception
    assert "crnn-unhidden has no test rows" in words(at)


# Listeners


def test_listeners_stand_beside_the_model(listened: Path) -> None:
    at = results(view="run", run="accurate", tab="listeners")
    assert not at.exception and not at.error
    said = words(at)
    run = runs.find("accurate").metrics["test"]
    assert f"On the same {run['n']} clips accurate names the intended emotion in {100 * run['accuracy']:.0f} %" in said
    assert "Who is right where the other is wrong" in said and "majority is right in 100 %" in said
    assert len(at.dataframe[-1].value) == 4


def test_without_the_votes_the_next_step_is_said() -> None:
    assert "corpora get crema-d" in words(results(view="run", run="accurate", tab="listeners"))


def test_wrong_on_purpose_runs_answer_nobody(home: Path) -> None:
    from pages.widgets import model_picker

    copy = runs.Run(Path(shutil.copytree(settings.ARTIFACTS / "models" / "accurate", home / "runs" / "wrong")))
    assert "wrong" in model_picker.servable()
    copy.write_json("recipe.json", {**copy.recipe, "wrong_on_purpose": "the epoch was chosen on test"})
    copy.seal()
    assert "wrong" not in model_picker.servable()


def test_runs_of_different_splits_answer_what_neither_heard(home: Path, tmp_path: Path) -> None:
    registry.register("crema-d", made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",), seconds=0.5))
    mine = made.other_model(home / "runs" / "mine", "cnn1d")
    table = mine.predictions
    mine.write_table("predictions.csv", table.assign(clip=[f"crema-d/9999_{number}" for number in range(len(table))]))
    mine.seal()
    at = view("run_comparison", runs="cnn1d,mine")
    assert "Their test parts have no clip in common." in words(at)
    at = at.button(key="judge-anew").click().run()
    assert not at.exception and not at.error
    assert "12 clips" in words(at) and "2 speakers that none of them saw" in words(at)
