"""Notes of runs: kept beside the run folders, which stay untouched; the table of runs; what may be deleted."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ser_core import settings
from ser_core.runs import Run, RunError, find, notes, overview, shipped, weightless
from ser_core.runs.deleting import delete

SOURCE = settings.ARTIFACTS / "results" / "svm-clips"


@pytest.fixture
def run(home: Path) -> Run:
    """A whole run of one's own."""
    return weightless(Run(SOURCE), home / "runs" / "mine")


def row(link: str) -> dict[str, object]:
    table = overview.table()
    found: dict[str, object] = table[table["run"] == link].iloc[0].to_dict()
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_note_is_kept_and_shown_and_the_run_folder_stays_untouched(run: Run) -> None:
    before = contents(run.path)
    notes.write(run, name=" First try ", note="too short", tags=["baseline", " baseline", ""])
    assert notes.read()["runs/mine"] == notes.Note("First try", "too short", ("baseline",))
    found = row("mine")
    assert (found["name"], found["note"], found["tags"]) == ("First try", "too short", ["baseline"])
    assert contents(run.path) == before
    notes.write(run)
    assert notes.read() == {} and row("mine")["name"] == "mine"


def test_a_shipped_run_can_be_noted_without_being_written_to() -> None:
    accurate = shipped()[0]
    before = contents(accurate.path)
    notes.write(accurate, note="the one to beat")
    assert row(accurate.name)["note"] == "the one to beat"
    assert contents(accurate.path) == before


def test_many_writers_at_once_lose_nothing(home: Path) -> None:
    made = [Run(home / "runs" / f"r{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: notes.write(one, note=one.name), made))
    assert {one.note for one in notes.read().values()} == {one.name for one in made}


@pytest.mark.parametrize("text", ["{", "[]", '{"runs/a": {"name": "x"}}', '{"runs/a": 3}'])
def test_a_damaged_file_of_notes_is_named_and_not_overwritten(home: Path, run: Run, text: str) -> None:
    (home / "notes.json").write_text(text)
    for call in (notes.read, lambda: notes.write(run, note="x"), overview.table):
        with pytest.raises(RunError, match=r"notes\.json is damaged"):
            call()
    assert (home / "notes.json").read_text() == text


def test_a_row_states_what_the_runs_files_state(run: Run) -> None:
    found = row("mine")
    test = json.loads((SOURCE / "metrics.json").read_text())["test"]
    assert found["part"] == "test" and found["state"] == "done"
    for metric in overview.METRICS:
        span = test["intervals"][metric]
        assert (found[metric], found[f"{metric}_low"], found[f"{metric}_high"]) == (
            test[metric],
            span["low"],
            span["high"],
        )
    assert found["bytes"] == sum(path.stat().st_size for path in run.path.iterdir())
    assert (found["corpus"], found["split"]) == ("crema-d", "clips (seed 0)")
    assert next(iter(overview.table()["run"])) == "accurate"


def test_two_runs_of_one_name_both_have_a_link(home: Path) -> None:
    weightless(Run(SOURCE), home / "runs" / SOURCE.name)
    found = overview.named()
    assert found[SOURCE.name].shipped and found[f"runs/{SOURCE.name}"].path.parent == home / "runs"


@pytest.mark.parametrize("damage", ["missing", "truncated", "tampered", "no json"])
def test_a_damaged_run_is_listed_with_the_reason_and_the_others_work(run: Run, damage: str) -> None:
    assert row("mine")["state"] == "done"
    metrics = run.path / "metrics.json"
    if damage == "missing":
        (run.path / "predictions.csv").unlink()
        reason = "predictions.csv is missing."
    elif damage == "truncated":
        path = run.path / "predictions.csv"
        path.write_bytes(path.read_bytes()[:-9])
        reason = "predictions.csv has"
    elif damage == "tampered":
        metrics.write_bytes(metrics.read_bytes().replace(b"0.5923", b"0.9923"))
        reason = "metrics.json was altered"
    else:
        (run.path / "recipe.json").write_text("{")
        reason = "recipe.json of the run mine is not JSON"
    found = row("mine")
    assert found["state"] == "damaged" and reason in str(found["problem"])
    assert found["accuracy"] != found["accuracy"] or found["accuracy"] is None
    table = overview.table()
    others = table[table["run"] != "mine"]
    assert len(others) >= 9 and (others["state"] == "done").all() and others["accuracy"].notna().all()


def test_opening_a_run_finds_what_the_table_cannot_see(run: Run) -> None:
    path = run.path / "predictions.csv"
    path.write_bytes(path.read_bytes().replace(b"anger", b"ANGER", 1))
    assert row("mine")["state"] == "done"
    assert overview.problems(run) == ["predictions.csv was altered: its SHA-256 is not the one in files.json."]


def test_a_run_that_changed_is_read_again(run: Run) -> None:
    assert row("mine")["accuracy"] == pytest.approx(0.592, abs=1e-3)
    stated = json.loads((run.path / "metrics.json").read_text())
    stated["test"]["accuracy"] = 0.25
    run.write_json("metrics.json", stated)
    run.seal()
    assert row("mine")["accuracy"] == 0.25


def test_a_training_whose_process_has_gone_is_interrupted(run: Run) -> None:
    (run.path / "files.json").unlink()
    run.write_status("running")
    assert row("mine")["state"] == "running"
    status = json.loads((run.path / "status.json").read_text())
    run.write_json("status.json", {**status, "pid_created": "another start of this machine 7"})
    assert row("mine")["state"] == "interrupted"


def test_ones_own_run_is_deleted_with_its_note(home: Path, run: Run) -> None:
    notes.write(run, note="x")
    delete(run)
    assert not run.path.exists() and notes.read() == {}
    assert [path for path in home.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(RunError):
        find("mine")


def test_shipped_foreign_and_training_runs_are_not_deleted(tmp_path: Path, run: Run) -> None:
    with pytest.raises(RunError, match="ships with the program"):
        delete(shipped()[0])
    with pytest.raises(RunError, match="ships with the program"):
        delete(Run(SOURCE))
    elsewhere = weightless(Run(SOURCE), tmp_path / "elsewhere")
    with pytest.raises(RunError, match="by hand"):
        delete(elsewhere)
    run.write_status("running")
    with pytest.raises(RunError, match="cancel it"):
        delete(run)
    assert run.path.is_dir() and elsewhere.path.is_dir() and SOURCE.is_dir()
