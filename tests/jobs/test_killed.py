"""Processes that are killed: the job's, the runner's; what is left can be told, and gone on with."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ser_core import files, jobs, runs, settings
from ser_core.cli.main import main
from ser_core.jobs import locks
from tests import patience
from tests.jobs import steps


def test_a_killed_training_is_interrupted_and_goes_on_from_its_last_epoch(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runs.Run(settings.home().runs / "killed")
    epochs = 15
    arguments = ["train", "cnn1d-model5", "--data", str(corpus), "--run", str(run.path), "--epochs", str(epochs)]
    job = jobs.queue([*arguments, "--no-test", "--set", "fit.patience=0"], kind="training", title="t", run=run.path)
    steps.until(lambda: len(run.history) >= 2 or steps.over(job), "two epochs were done")
    steps.kill(job.status["pid"])
    assert steps.end(job) == "interrupted"
    assert run.status["state"] == "interrupted" and run.path.name in str(job.run)
    done = len(run.history)
    assert 2 <= done < epochs

    capsys.readouterr()
    assert main(["runs", "resume", "killed"]) == 0
    assert "Queued as" in capsys.readouterr().out
    again = jobs.all_jobs()[0]
    assert again.id != job.id and steps.end(again) == "done", again.log_tail()
    history = runs.Run(run.path).history
    assert list(history["epoch"]) == list(range(1, epochs + 1))
    assert runs.Run(run.path).status["state"] == "done" and set(runs.Run(run.path).metrics) == {"validation"}
    assert job.state == "interrupted"


def test_killed_seeds_end_their_workers_and_go_on_from_their_last_epochs(corpus: Path) -> None:
    run, epochs = runs.Run(settings.home().runs / "killed"), 80
    words = [
        "train",
        "cnn1d-model5",
        "--data",
        str(corpus),
        "--run",
        str(run.path),
        "--epochs",
        str(epochs),
        "--no-test",
    ]
    words += ["--set", "fit.patience=0", "--seeds", "2", "--jobs", "2"]
    shell = steps.Shell(*words)
    seeds = [runs.Run(run.path / "seeds" / str(seed)) for seed in range(2)]
    steps.until(lambda: all(len(one.history) >= 2 for one in seeds), f"two epochs of each were done: {shell.log()}")
    workers = [(one.pid, runs.born(one.pid)) for one in psutil.Process(shell.pid).children(recursive=True)]
    assert len(workers) >= 2
    steps.kill(shell.pid)
    shell.wait()
    assert run.status["state"] == "interrupted"
    steps.until(lambda: not any(runs.process_lives(*worker) for worker in workers), "its workers had ended")
    assert all(one.status["state"] == "cancelled" for one in seeds)
    done = [len(one.history) for one in seeds]
    assert all(2 <= number < epochs for number in done)
    # What they go on with is read from their folders; processes for it would only import TensorFlow once more.
    assert main([*words[:-1], "1"]) == 0
    assert runs.Run(run.path).status["state"] == "done"
    for one in seeds:
        assert list(runs.Run(one.path).history["epoch"]) == list(range(1, epochs + 1))


def test_a_killed_runner_leaves_its_job_alive_and_the_next_one_looks_after_it(corpus: Path) -> None:
    run = settings.home().runs / "blocked"
    with locks.training_lock():
        first = jobs.queue(steps.blocked_training(corpus), kind="training", title="first", run=run)
        steps.waits(first)
        (old,) = steps.runner_processes()
        steps.kill(old.pid)
        old.wait(timeout=patience.SECONDS)
        assert first.state == "running"
        second = jobs.queue(steps.GOOD, kind="report", title="second", expected_s=1.0)
        steps.until(lambda: len(steps.runner_processes()) == 1, "a new runner works")
        beat = first.status["heartbeat"]
        steps.until(lambda: first.status["heartbeat"] != beat, "the new runner writes the heartbeat")
        assert first.state == "running" and second.state == "queued"
        first.cancel()
        assert steps.end(first) == "cancelled"
    assert steps.end(second) == "done"


@pytest.mark.parametrize(("code", "state"), [(0, "done"), (1, "failed"), (None, "interrupted")])
def test_what_ended_while_no_runner_looked_is_known_by_what_it_told(code: int | None, state: str) -> None:
    with steps.no_runner():
        job = jobs.queue(steps.GOOD, kind="report", title="t")
        ended = subprocess.Popen([sys.executable, "-c", ""])
        job.write_status("running", pid=ended.pid)
        ended.wait()
        (job.path / "log.txt").write_text("begun\nError: no space left on the disk\n")
        if code is not None:
            files.write_json(job.path / "end.json", {"code": code})
        assert job.state == state
        if state == "failed":
            assert job.status["message"] == "no space left on the disk"


def test_of_a_training_its_run_says_how_it_ended(corpus: Path) -> None:
    run = runs.Run(settings.home().runs / "r")
    with steps.no_runner():
        job = jobs.queue(steps.blocked_training(corpus, "r"), kind="training", title="t", run=run.path)
        ended = subprocess.Popen([sys.executable, "-c", ""])
        job.write_status("running", pid=ended.pid)
        ended.wait()
        status = json.loads((run.path / "status.json").read_text())
        run.write_json("status.json", {**status, "state": "failed", "pid": ended.pid, "message": "the disk is full"})
        assert (job.state, job.status["message"]) == ("failed", "the disk is full")
        # What a later process wrote is not this job's.
        run.write_json("status.json", {**status, "state": "done", "pid": ended.pid + 1})
        assert job.state == "interrupted"
