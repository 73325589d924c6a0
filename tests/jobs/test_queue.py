"""The queue: what waits, in which order it runs, what becomes of it."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ser_core import jobs, runs, settings
from ser_core.jobs import locks, processes, runner
from tests import patience
from tests.jobs import steps


def queued(title: str, kind: str = "training", expected_s: float | None = 100.0) -> jobs.Job:
    return jobs.queue(steps.GOOD, kind=kind, title=title, expected_s=expected_s)


def test_a_job_is_written_whole_and_read_back_by_others() -> None:
    with steps.no_runner():
        job = jobs.queue(steps.GOOD, kind="report", title="A report", expected_s=5.0, owner="ada")
    again = jobs.find(job.id)
    assert (again.kind, again.title, again.arguments, again.owner) == ("report", "A report", steps.GOOD, "ada")
    assert again.expected_s == 5.0 and again.run is None and again.state == "queued"
    assert again.created.endswith("+00:00")
    assert [path.name for path in settings.home().jobs.iterdir() if path.is_dir()] == [job.id]
    with pytest.raises(jobs.JobError, match="no job called"):
        jobs.find("../jobs")


def test_short_jobs_go_before_waiting_trainings_and_trainings_keep_their_order() -> None:
    with steps.no_runner():
        for title, kind, expected in (
            ("first", "training", 600.0),
            ("second", "training", None),
            ("check", "validation", 20.0),
            ("third", "training", 60.0),
            ("fetch", "download", 900.0),
            ("quick", "training", 30.0),
        ):
            queued(title, kind, expected)
        assert [job.title for job in runner.waiting()] == ["check", "quick", "first", "second", "third", "fetch"]
        assert [job.title for job in jobs.all_jobs()] == ["quick", "fetch", "third", "check", "second", "first"]


def test_jobs_run_one_after_the_other_and_a_failed_one_says_why() -> None:
    with steps.no_runner():
        first = queued("first")
        bad = jobs.queue(steps.BAD, kind="training", title="bad", expected_s=100.0)
        last = queued("last")
    runner.run()
    assert [job.state for job in (first, bad, last)] == ["done", "failed", "done"]
    assert bad.status["message"].startswith("There is no run called 'nowhere'")
    assert "cnn1d-model1" in first.log_tail(lines=100)
    ends = [(job.path / "end.json").stat().st_mtime_ns for job in (first, bad, last)]
    starts = [(job.path / "log.txt").stat().st_ctime_ns for job in (first, bad, last)]
    assert ends == sorted(ends) and starts == sorted(starts)


def test_two_runners_at_once_never_both_run(corpus: Path) -> None:
    with steps.no_runner():
        blocked = jobs.queue(steps.blocked_training(corpus), kind="training", title="blocked", expected_s=100.0)
        after = queued("after")
    command = [sys.executable, "-m", "ser_core", "jobs", "run"]
    # A runner has something to do for as long as the test holds the lock of trainings.
    with locks.training_lock():
        both = [subprocess.Popen(command, cwd=settings.ROOT) for _ in range(2)]
        steps.until(lambda: any(one.poll() == 0 for one in both), "one of two runners gave way")
        steps.waits(blocked)
        assert [one.poll() for one in both].count(None) == 1, "the one that ended was to be the one with nothing to do"
        assert after.state == "queued"
        blocked.cancel()
        assert steps.end(blocked) == "cancelled"
    assert [one.wait(timeout=patience.SECONDS) for one in both] == [0, 0]
    assert after.state == "done"
    assert after.log_tail(lines=200).count("cnn1d-model1 ") == 1
    assert blocked.log_tail(lines=200).count("this one waits") == 1


def test_a_waiting_job_is_cancelled_at_once_and_its_run_says_so(corpus: Path) -> None:
    run = settings.home().runs / "blocked"
    with steps.no_runner():
        job = jobs.queue(steps.blocked_training(corpus), kind="training", title="t", run=run)
        assert job.run == run and runs.Run(run).status["state"] == "queued"
        with pytest.raises(jobs.JobError, match="queued already"):
            jobs.queue(steps.blocked_training(corpus), kind="training", title="t", run=run)
        with pytest.raises(jobs.JobError, match="cancel it first"):
            job.delete()
        job.cancel()
        assert job.state == "cancelled" and runs.Run(run).status["state"] == "cancelled"
        with pytest.raises(jobs.JobError, match="nothing to cancel"):
            job.cancel()
    job.delete()
    assert jobs.all_jobs() == []


def test_a_running_job_is_cancelled_and_resumed_and_killed_before_it_began(corpus: Path) -> None:
    run = settings.home().runs / "blocked"
    with locks.training_lock():
        job = jobs.queue(steps.blocked_training(corpus), kind="training", title="blocked", run=run)
        steps.waits(job)
        assert job.state == "running"
        job.cancel()
        assert steps.end(job) == "cancelled"
        steps.until(lambda: runs.Run(run).status["state"] == "cancelled", "its run says so")
        again = job.resume()
        assert again.id > job.id and again.arguments == job.arguments and again.run == run
        steps.waits(again)
        steps.kill(again.status["pid"])
        assert steps.end(again) == "interrupted"
        steps.until(lambda: runs.Run(run).status["state"] == "failed", "the runner wrote the run's state")
    assert not runner.waiting()


def test_a_corpus_that_has_vanished_ends_in_failed_with_the_reason(tmp_path: Path) -> None:
    run = settings.home().runs / "r"
    with steps.no_runner():
        job = jobs.queue(steps.blocked_training(tmp_path / "gone", "r"), kind="training", title="t", run=run)
    runner.run()
    assert job.state == "failed" and "does not exist" in job.status["message"]
    status = runs.Run(run).status
    assert status["state"] == "failed" and status["message"] == job.status["message"]


def test_a_finished_run_is_not_trained_over(corpus: Path) -> None:
    run = runs.create(settings.home().runs / "r")
    run.write_status("done")
    with pytest.raises(jobs.JobError, match="nothing to train"):
        jobs.queue(steps.blocked_training(corpus, "r"), kind="training", title="t", run=run.path)


def test_a_folder_that_is_no_job_is_passed_over(home: Path) -> None:
    with steps.no_runner():
        job = queued("whole")
    for name, text in (("20000101-000000-000000", "{"), ("20000101-000000-000001", json.dumps({"kind": "x"}))):
        (home / "jobs" / name).mkdir()
        (home / "jobs" / name / "job.json").write_text(text)
    assert jobs.all_jobs() == [job]


def test_a_runner_that_is_still_loading_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(processes, "start", lambda *_: started.append(1) or subprocess.Popen(["sleep", "30"]))
    settings.home().jobs.mkdir(parents=True, exist_ok=True)
    try:
        for _ in range(5):
            jobs.start_runner()
        assert len(started) == 1
    finally:
        psutil.Process(json.loads((settings.home().jobs / "starting.json").read_text())["pid"]).kill()
