"""Run folders: written whole, damage named, interrupted processes recognised."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from ser_core import files, runs, settings

LABELS = ("anger", "neutral")


@pytest.fixture
def run(tmp_path: Path) -> runs.Run:
    made = runs.create(tmp_path / "r")
    made.write_json("recipe.json", {"recipe": {"name": "x", "corpus": "crema-d", "split": "speakers"}})
    table = runs.prediction_rows(
        ["c/1", "c/2"],
        ["test"] * 2,
        ["0012", "13"],
        ["anger", "neutral"],
        np.array([[0.123456789, 0.876543211], [0.25, 0.75]]),
        LABELS,
    )
    made.write_table("predictions.csv", table)
    made.write_table("split.csv", table[["clip", "speaker"]])
    made.write_json("metrics.json", {})
    made.write_status("done")
    made.seal()
    return made


def test_a_whole_run_has_no_problems_and_reads_back(run: runs.Run) -> None:
    assert run.problems(hashes=True) == []
    again = runs.find(str(run.path))
    assert list(again.predictions["speaker"]) == ["0012", "13"]
    assert list(again.predictions["predicted"]) == ["neutral", "neutral"]
    assert again.predictions["p_anger"][0] == 0.123457
    assert runs.summary(again)["status"] == "done"


@pytest.mark.parametrize("damage", ["missing", "truncated", "tampered"])
def test_damage_is_named(run: runs.Run, damage: str) -> None:
    path = run.path / "predictions.csv"
    if damage == "missing":
        path.unlink()
        reason = "predictions.csv is missing"
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-5])
        reason = "predictions.csv has"
    else:
        path.write_bytes(path.read_bytes().replace(b"neutral", b"NEUTRAL"))
        reason = "predictions.csv was altered"
        assert run.problems() == []
    assert reason in run.problems(hashes=True)[0]
    with pytest.raises(runs.RunError, match=reason):
        run.checked()


def test_a_file_that_is_not_what_it_should_be_gives_a_sentence(run: runs.Run) -> None:
    (run.path / "metrics.json").write_text("{")
    with pytest.raises(runs.RunError, match=r"metrics\.json of the run r is not JSON"):
        _ = run.metrics
    with pytest.raises(runs.RunError, match=r"has no card\.md"):
        _ = run.card


def test_a_running_process_that_has_gone_reads_as_interrupted(run: runs.Run) -> None:
    run.write_status("running")
    assert run.status["state"] == "running"
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    status = json.loads((run.path / "status.json").read_text())
    status |= {"pid": process.pid, "pid_created": psutil.Process(process.pid).create_time()}
    run.write_json("status.json", status)
    assert run.status["state"] == "running"
    process.kill()
    process.wait()
    assert run.status["state"] == "interrupted"


def test_a_pid_that_another_process_has_now_is_not_the_run() -> None:
    here = psutil.Process()
    assert runs.process_lives(here.pid, here.create_time())
    assert not runs.process_lives(here.pid, here.create_time() - 100)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), files.replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_holds_something_is_not_overwritten(run: runs.Run) -> None:
    with pytest.raises(runs.RunError, match="exists already"):
        runs.create(run.path)
    with pytest.raises(runs.RunError, match="no run called"):
        runs.find("../../etc")


def test_own_runs_are_found_by_name(home: Path) -> None:
    path = runs.new_path("crnn")
    assert path.parent == settings.home().runs
    made = runs.create(path)
    made.write_json("recipe.json", {})
    assert runs.find(path.name).path == path
    assert runs.new_path("crnn") != path


def test_a_weightless_copy_is_whole_and_cannot_predict(run: runs.Run, tmp_path: Path) -> None:
    (run.path / "model.onnx").write_bytes(b"weights")
    run.seal()
    copy = runs.weightless(run, tmp_path / "copy")
    assert copy.problems(hashes=True) == []
    assert not copy.has("model.onnx") and list(copy.predictions["clip"]) == ["c/1", "c/2"]
    with pytest.raises(runs.RunError, match=r"no model\.onnx"):
        copy.model_path()


def test_who_looks_while_the_first_epoch_is_written_finds_none_or_all_of_it(run: runs.Run) -> None:
    seen: list[int] = []

    class Looking:
        """Reads the history just when it is written into it."""

        def __str__(self) -> str:
            seen.append(len(runs.Run(run.path).history))
            return "0.5"

    for epoch in (1, 2):
        run.append_history({"epoch": epoch, "loss": Looking()})
    assert list(runs.Run(run.path).history["epoch"]) == [1, 2]


@pytest.mark.parametrize("stated", [[1], {}, {"recipe": None}])
def test_a_run_whose_recipe_is_not_stated_says_so(tmp_path: Path, stated: object) -> None:
    made = runs.create(tmp_path / "r")
    made.write_json("recipe.json", stated)
    with pytest.raises(runs.RunError, match=r"recipe\.json of the run r states no recipe"):
        _ = made.trained_by
