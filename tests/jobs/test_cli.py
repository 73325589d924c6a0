"""The queue and the runs from a shell."""

import json
from pathlib import Path

import pytest

from ser_core import jobs, runs, settings
from ser_core.cli.main import main
from ser_core.jobs import locks, runner
from tests.jobs import steps


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """Run a command, hold its exit status against the expected one, and return what it said."""
    capsys.readouterr()
    assert main(list(arguments)) == status
    found = capsys.readouterr()
    return found.out if status == 0 else found.err


def test_jobs_are_listed_read_cancelled_and_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    with steps.no_runner():
        bad = jobs.queue(steps.BAD, kind="report", title="bad")
        waits = jobs.queue(steps.GOOD, kind="report", title="good")
        assert "cancelled" in said(capsys, "jobs", "cancel", waits.id)
    runner.run()
    rows = json.loads(said(capsys, "jobs", "list", "--json"))
    assert [(row["id"], row["state"]) for row in rows] == [(waits.id, "cancelled"), (bad.id, "failed")]
    assert rows[1]["arguments"] == list(steps.BAD) and "nowhere" in rows[1]["message"]
    assert "bad" in said(capsys, "jobs", "list")
    assert "no run called 'nowhere'" in said(capsys, "jobs", "log", bad.id)
    with steps.no_runner():
        assert "Queued as" in said(capsys, "jobs", "resume", waits.id)
    assert "nothing to cancel" in said(capsys, "jobs", "cancel", bad.id, status=1)
    assert "no job called" in said(capsys, "jobs", "log", "nothing", status=1)


def test_the_hidden_command_is_not_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["jobs", "--help"])
    assert "{list,log,cancel,resume}" in capsys.readouterr().out


def test_a_waiting_training_is_cancelled_by_its_runs_name_and_deleted(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = settings.home().runs / "mine"
    with steps.no_runner():
        jobs.queue(steps.blocked_training(corpus, "mine"), kind="training", title="t", run=run)
        assert "cancel it before" in said(capsys, "runs", "delete", "mine", status=1)
        assert said(capsys, "runs", "cancel", "mine") == "mine is cancelled.\n"
        assert "nothing to cancel" in said(capsys, "runs", "cancel", "mine", status=1)
    assert said(capsys, "runs", "delete", "mine") == "mine is deleted.\n"
    assert not run.exists()


def test_a_training_from_a_shell_is_cancelled_by_its_pid_and_resumed_with_its_options(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runs.create(settings.home().runs / "shell")
    run.write_json("recipe.json", {"recipe": {"title": "T"}, "test": False, "asked": {"folds": 3, "seeds": 2}})
    with locks.training_lock(), steps.no_runner():
        process = steps.Shell(*steps.blocked_training(corpus, "other"))
        steps.until(lambda: "this one waits" in process.log(), "the training waits")
        status = {"state": "running", "pid": process.pid, "pid_created": process.created}
        run.write_json("status.json", status)
        assert "ends in a moment" in said(capsys, "runs", "cancel", "shell")
        assert process.wait() == 1
        assert run.status["state"] == "interrupted"
        said(capsys, "runs", "resume", "shell", "--data", str(corpus))
    (job,) = jobs.all_jobs()
    recipe = str(run.path / "recipe.json")
    assert job.arguments == (
        *("train", recipe, "--run", str(run.path), "--data", str(corpus), "--no-test"),
        *("--folds", "3", "--seeds", "2"),
    )


@pytest.mark.parametrize("action", ["delete", "resume", "cancel"])
def test_shipped_runs_are_left_alone(capsys: pytest.CaptureFixture[str], action: str) -> None:
    assert "Error:" in said(capsys, "runs", action, "accurate", status=1)
    assert runs.find("accurate").problems(hashes=True) == []
