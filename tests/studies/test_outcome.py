"""What a study says: its verdict with seeds and speakers, its numbers, its method, whatever of it is trained so far."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest
from sklearn import metrics as sk

from ser_core import runs, settings, studies
from ser_core.cli.main import main
from ser_core.studies import StudyError, document, outcome, pictures, words
from tests.studies import ready


def test_the_verdict_holds_seeds_speakers_and_both_tests() -> None:
    found = outcome.of(ready.study())
    said = words.verdict(found)
    best, second, third = found.trained
    assert [one.scores["accuracy"] for one in found.trained] == sorted(
        (one.scores["accuracy"] for one in found.trained), reverse=True
    )
    pair = found.pair(best.name, second.name)
    assert pair is not None and pair.seeds is not None
    assert said.startswith(
        f"Over 3 seeds and 9 speakers, {best.name} is right on {100 * abs(pair.span.difference):.1f} points more"
    )
    assert "by which seeds of one network differ" in said and f"{100 * pair.seeds:.1f} points" in said
    assert third.name in said and ("more than chance" in said)


def test_with_one_seed_and_two_networks_it_says_what_is_not_known() -> None:
    found = outcome.of(ready.study(("cnn2d-model2-speakers", "cnn2d-model3-speakers"), seeds=1))
    said = words.verdict(found)
    assert said.startswith("Over 1 seed and 9 speakers, cnn2d-model2-speakers is right on")
    assert "One seed each" in said and "seeds of one network" not in said
    assert all(one.seeds == () and one.spread() is None for one in found.trained)


def test_scores_and_spreads_are_those_of_the_predictions() -> None:
    found = outcome.of(ready.study())
    for one in found.trained:
        rows = one.run.predictions
        assert one.scores["accuracy"] == pytest.approx(sk.accuracy_score(rows["true"], rows["predicted"]))
        own = [
            sk.recall_score(
                rows["true"][rows["fold"] == fold], rows["predicted"][rows["fold"] == fold], average="macro"
            )
            for fold in sorted(set(rows["fold"]))
        ]
        assert [seed["uar"] for seed in one.seeds] == pytest.approx(own)
        assert one.spread() == pytest.approx((min(own), max(own)))
        f1 = sk.f1_score(rows["true"], rows["predicted"], average=None, labels=list(found.labels))
        assert pictures.by_class(found, one) == pytest.approx(list(f1))
        pieces = runs.trainings(one.run)
        assert one.parameters == pieces[0].found["parameters"]
        assert one.layers == len(pieces[0].layers)
        seconds = [piece.found["seconds"] - piece.found.get("features_s", 0.0) for piece in pieces]
        assert one.seconds == pytest.approx(np.mean(seconds))


def test_it_fills_as_it_goes() -> None:
    found = outcome.of(ready.study(ready.SEEDED[:1], waiting=("cnn2d-model3",)))
    assert [one.state for one in found.states] == ["done", "absent"] and not found.whole
    assert words.verdict(found) == "" and found.comparison is None
    assert len(found.trained) == 1 and pictures.all_of(found)
    assert any("Not trained: cnn2d-model3 (absent)" in note for note in words.notes(found))
    more = outcome.of(ready.study(ready.SEEDED[:2], name="More of it", waiting=("cnn2d-model3",)))
    assert words.verdict(more).startswith("So far, over 3 seeds and 9 speakers")
    nothing = outcome.of(ready.study((), name="Nothing yet", waiting=("cnn2d-model3", "svm")))
    with pytest.raises(StudyError, match="No network of Nothing yet is trained yet"):
        document.of(nothing)


def test_the_method_can_stand_in_a_paper() -> None:
    said = words.method(outcome.of(ready.study()))
    for piece in (
        "trained 3 times, with the seeds 0, 1 and 2, on CREMA-D",
        "divided by speaker, so that no tested voice was heard in training",
        "best unweighted average recall (UAR) on the validation part",
        "Student's t over speakers",
        "738 common test clips with a sign-flip permutation test over the 9 speakers, corrected for 3 pairs (Holm)",
        "Keras",
    ):
        assert piece in said, piece
    notes = words.notes(outcome.of(studies.find("Ready made")))
    assert any(note.startswith("voices-47-whisper-logreg: Its ear is") for note in notes)


def test_a_damaged_run_is_left_out_and_said() -> None:
    study = ready.study()
    shutil.rmtree(settings.home().runs / "ready-2")
    (settings.home().runs / "ready-3" / "metrics.json").write_text("{")
    found = outcome.of(study)
    assert [one.state for one in found.states] == ["done", "absent", "damaged"]
    assert [one.name for one in found.trained] == [ready.SEEDED[0]]


def test_show_prints_what_it_states_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    study = ready.study()
    assert main(["studies", "show", study.id, "--json"]) == 0
    stated = json.loads(capsys.readouterr().out)
    assert stated["verdict"] == words.verdict(outcome.of(study)) and len(stated["pairs"]) == 3
    assert [len(one["seeds"]) for one in stated["networks"]] == [3, 3, 3]
    assert main(["studies", "show", study.id]) == 0
    out = capsys.readouterr().out
    assert stated["verdict"] in out and re.search(r"scratch-seeds +│? *\d+", out)
    assert main(["studies", "list"]) == 0
    assert "3 of 3 trained" in capsys.readouterr().out
