"""The results page's further views: comparison, listeners, listen and guess, and the leakage lesson."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import runs, settings
from ser_core.corpora import crema_d, registry, samples
from ser_core.evaluation import lesson
from tests import made, patience

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


def words(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error, at.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def pressed(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


@pytest.fixture
def listened(tmp_path: Path) -> Path:
    """CREMA-D's folder with a clip and made votes for every test clip of the shipped model."""
    rows = runs.find("accurate").predictions
    rows = rows[rows["part"] == "test"]
    folder = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3)
    source = sorted((folder / "AudioWAV").iterdir())[0]
    for clip in rows["clip"]:
        shutil.copyfile(source, folder / "AudioWAV" / f"{clip.partition('/')[2]}.wav")
    (folder / "processedResults").mkdir()
    codes = {emotion: code[0] for code, emotion in crema_d.EMOTION_CODES.items()}
    table = pd.DataFrame(0, index=range(len(rows)), columns=list("ADFHNS"))
    for number, emotion in enumerate(rows["true"]):
        table.loc[number, codes[emotion]] += 4
        table.loc[number, "N"] += 3
    table.insert(0, "fileName", [clip.partition("/")[2] for clip in rows["clip"]])
    table.index = pd.Index([100_000 + number for number in range(len(rows))])
    table.to_csv(folder / "processedResults" / "tabulatedVotes.csv")
    registry.register("crema-d", folder)
    return folder


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
    at = view("run_comparison", runs="accurate,crnn-25ms-wide")
    assert not at.exception
    assert "crnn-25ms-wide has no test rows" in words(at)


# Listeners


def test_listeners_stand_beside_the_model(listened: Path) -> None:
    at = view("listeners", run="accurate")
    assert not at.exception and not at.error
    said = words(at)
    run = runs.find("accurate").metrics["test"]
    assert f"On the same {run['n']} clips accurate names the intended emotion in {100 * run['accuracy']:.0f} %" in said
    assert "Who is right where the other is wrong" in said and "majority is right in 100 %" in said
    assert len(at.dataframe[-1].value) == 4


def test_without_the_votes_the_next_step_is_said() -> None:
    assert "corpora get crema-d" in words(view("listeners", run="accurate"))


# Listen and guess


def test_a_round_is_played_to_its_end(listened: Path) -> None:
    at = view("guess", run="accurate", n="12", seed="4")
    stems = {clip.partition("/")[2] for clip in runs.find("accurate").predictions["clip"]}
    for number in range(12):
        assert not at.exception
        assert not any(stem in repr(at.main) for stem in stems), "a clip's name gives its emotion away"
        at = pressed(at, "Happiness" if number else "Anger")
    assert "You named the intended emotion in" in words(at) and "12 clips are few" in words(at)
    assert "2 of 12" in words(at) or "1 of 12" in words(at) or "3 of 12" in words(at)
    assert "crema-d/" in words(at)
    again = pressed(at, "The same clips again")
    assert len(again.button) == 6
    other = pressed(at, "Anger")
    assert not other.exception


def test_without_the_corpus_the_clips_are_offered_and_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(stem: str) -> Path:
        raise crema_d.CorpusError(
            f"{stem} could not be fetched from https://x/{stem}.wav: the server cannot be reached."
        )

    at = view("guess", run="accurate", n="12")
    assert "12 of the 12 clips are not on this machine" in words(at)
    monkeypatch.setattr(samples, "fetch", unreachable)
    at = next(button for button in at.button if button.label.startswith("Fetch 12 clips")).click().run()
    assert "the server cannot be reached" in words(at) and "https" not in words(at)


def test_a_class_files_are_joined_and_bad_ones_named() -> None:
    good = b"clip,true,guess,model,listeners\ncrema-d/1001_IEO_ANG_HI,anger,fear,anger,\n"
    other = good.replace(b"anger,fear", b"anger,anger")
    at = view("guess", run="accurate")
    files = [("a.csv", good, "text/csv"), ("b.csv", other, "text/csv"), ("c.csv", b"x\n1\n", "text/csv")]
    at.file_uploader(key="class-files").set_value(files).run()
    assert not at.exception
    assert "2 listeners, 2 guesses on 1 clips: 50 %" in words(at)
    assert any("c.csv has no column 'clip'" in str(one.value) for one in at.warning)


# The lesson


def test_the_lesson_needs_no_corpus_and_says_what_the_runs_say() -> None:
    steps = lesson.present()
    at = view("lesson")
    assert not at.exception
    if not steps:
        assert "not in this copy" in words(at)
        return
    for step in steps:
        at = view("lesson", step=step.key)
        assert not at.exception
        assert step.title in words(at) and lesson.outcomes(step)[0].sentence in words(at)
        assert at.query_params["step"] == step.key


def test_next_leads_through_every_step() -> None:
    steps = lesson.present()
    at = view("lesson")
    for following in steps[1:]:
        at = pressed(at, f"Next: {following.title}")
        assert following.mistake in words(at)


def test_wrong_on_purpose_runs_answer_nobody(home: Path) -> None:
    from pages.widgets import model_picker

    copy = runs.Run(Path(shutil.copytree(settings.ARTIFACTS / "models" / "accurate", home / "runs" / "wrong")))
    assert "wrong" in model_picker.servable()
    copy.write_json("recipe.json", {**copy.recipe, "wrong_on_purpose": "the epoch was chosen on test"})
    copy.seal()
    assert "wrong" not in model_picker.servable()
