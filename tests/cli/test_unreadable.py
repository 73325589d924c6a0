"""Corpora that partly cannot be read: `train`, `evaluate` and `validate` stop, or say what they leave out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ser_core import recipes, runs
from ser_core.cli.main import main
from ser_core.evaluation import kept
from ser_core.jobs import trainings
from tests import made

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 90412\n"
)
TRAIN = ("train", "logreg", "--set", "features=mfcc-20", "--split", "clips")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """48 clips of four speakers."""
    return made.crema_d(tmp_path / "c", made.SPEAKERS[:4], made.SENTENCES[:2], seconds=0.4)


def spoil(corpus: Path, n: int, data: bytes = POINTER) -> list[str]:
    """Replace `n` clips and return their ids."""
    paths = sorted((corpus / "AudioWAV").glob("*.wav"))[:n]
    for path in paths:
        path.write_bytes(data)
    return [f"crema-d/{path.stem}" for path in paths]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def last(err: str) -> str:
    return [line for line in err.splitlines() if line.startswith("Error: ")][-1]


def test_few_are_named_in_log_card_and_recipe(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clip,) = spoil(corpus, 1, b"no sound")
    status, _, _ = run(capsys, *TRAIN, "--data", corpus, "--run", tmp_path / "r")
    assert status == 0
    trained = runs.Run(tmp_path / "r")
    assert trained.recipe["found"]["unreadable"] == {"n": 1, "asked": 48, "clips": [clip]}
    assert f"1 of 48 clips cannot be read and was left out: {clip} (" in (trained.path / "log.txt").read_text()
    assert f"1 of 48 clips could not be read and are in no part: {clip}." in (trained.path / "card.md").read_text()
    assert len(trained.split) == 47


def test_a_tenth_ends_a_training_unless_it_is_allowed(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(corpus, 5)
    for split in ("clips", "kfold-clips"):
        status, _, err = run(capsys, *TRAIN[:-1], split, "--folds", 2, "--data", corpus, "--run", tmp_path / split)
        assert status == 1 and "5 of the 48 clips of CREMA-D cannot be read" in last(err)
        assert "git lfs pull" in last(err) and "--allow-unreadable" in last(err)
        assert runs.Run(tmp_path / split).status["state"] == "failed"
    allowed = ("--allow-unreadable", "--data", corpus, "--run", tmp_path / "r")
    status, _, err = run(capsys, *TRAIN, "--seeds", 2, *allowed)
    assert status == 0 and "2 trainings: about " in err and " min one after another" in err
    trained = runs.Run(tmp_path / "r")
    assert trained.recipe["found"]["unreadable"]["n"] == 5
    assert "5 of 48 clips could not be read" in (trained.path / "card.md").read_text()
    trained.write_status("failed", message="as if it had")
    assert "--allow-unreadable" in trainings.resume(trained, corpus).arguments


def test_a_corpus_of_stubs_is_not_evaluated(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(corpus, 47)
    said = ("evaluate", "paper", "--corpus", "crema-d", "--data", corpus)
    status, out, err = run(capsys, *said, "--json")
    assert (status, out) == (1, "") and "47 of the 48 clips of CREMA-D cannot be read" in last(err)
    assert "git lfs pull" in last(err)
    status, out, err = run(capsys, *said, "--json", "--keep", "--allow-unreadable")
    found = json.loads(out)
    assert status == 0 and (found["n"], found["unreadable"], found["asked"], len(found["failed"])) == (1, 47, 48, 47)
    assert "47 of 48 clips cannot be read and were left out" in err
    (one,) = [one for one in kept.of_run("paper") if one.stated.get("unreadable", {}).get("n")]
    assert one.stated["unreadable"]["n"] == 47 and len(one.stated["unreadable"]["clips"]) == 47


def test_few_are_counted_in_an_evaluation(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clip,) = spoil(corpus, 1)
    status, out, err = run(capsys, "evaluate", "paper", "--corpus", "crema-d", "--data", corpus, "--json")
    found = json.loads(out)
    assert status == 0 and (found["n"], found["unreadable"], list(found["failed"])) == (47, 1, [clip])
    assert f"1 of 48 clips cannot be read and was left out: {clip}" in err


def test_validate_names_pointers(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clip,) = spoil(corpus, 1)
    status, out, _ = run(capsys, "corpora", "validate", "crema-d", "--data", corpus, "--json")
    found = [one for one in json.loads(out)["findings"] if one["fault"] == "unreadable"]
    assert status == 1 and [one["clip"] for one in found] == [clip.partition("/")[2]]
    assert "git-lfs pointer" in found[0]["message"] and "git lfs pull" in found[0]["message"]


def test_a_selection_counts_them_too(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(corpus, 5)
    own = recipes.named("svm").to_dict() | {"descriptors": ["mfcc", "rms"], "name": "own"}
    (tmp_path / "own.json").write_text(json.dumps(own))
    select = ("select", tmp_path / "own.json", "--split", "clips", "--data", corpus, "-o", tmp_path / "s")
    status, _, err = run(capsys, *select)
    assert status == 1 and "5 of the 48 clips of CREMA-D cannot be read" in last(err)
    status, _, err = run(capsys, *select, "--allow-unreadable")
    assert status == 0, last(err)
    assert "5 of 48 clips cannot be read and were left out" in err
