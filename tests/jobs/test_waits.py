"""When what waits begins: by what is before it, and by what jobs here really took."""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ser_core import jobs, recipes
from ser_core.jobs import orders, waits
from tests.jobs import steps


def queued(title: str, expected_s: float | None) -> jobs.Job:
    return jobs.queue(steps.GOOD, kind=jobs.TRAINING, title=title, expected_s=expected_s)


def ended(job: jobs.Job, took_s: float) -> None:
    began = time.time() - took_s
    (job.path / "began").touch()
    os.utime(job.path / "began", (began, began))
    stated = json.loads((job.path / "status.json").read_text())
    stated |= {"state": "done", "heartbeat": datetime.now(UTC).isoformat(timespec="seconds")}
    (job.path / "status.json").write_text(json.dumps(stated))


def test_one_waits_for_those_before_it_as_long_as_jobs_here_take(home: Path) -> None:
    with steps.no_runner():
        assert waits.starts_in() == {} and waits.until_next() == 0.0
        first, second = queued("first", 100.0), queued("second", 70.0)
        assert waits.starts_in() == {first.id: 0.0, second.id: 100.0} and waits.until_next() == 170.0
        done = queued("done", 60.0)
        ended(done, 120.0)
        assert waits.took(done) == pytest.approx(120.0, abs=1.5)
        assert waits.starts_in()[second.id] == pytest.approx(200.0, rel=0.03)
        third = queued("third", None)
        last = queued("last", 80.0)
        assert waits.starts_in()[third.id] is not None
        assert waits.starts_in()[last.id] is None and waits.until_next() is None, "nobody knows, and nobody says so"


def test_what_runs_counts_for_what_is_left_of_it(home: Path) -> None:
    with steps.no_runner():
        runs, next_one = queued("runs", 100.0), queued("next", 100.0)
        (runs.path / "began").touch()
        began = time.time() - 30
        os.utime(runs.path / "began", (began, began))
        runs.write_status("running", pid=os.getpid())
        assert waits.starts_in()[next_one.id] == pytest.approx(70.0, abs=2)
        began = time.time() - 300
        os.utime(runs.path / "began", (began, began))
        assert waits.starts_in()[next_one.id] == waits.LEAST_S, "it is late, and ends at some time"
        runs.write_status("cancelled")


def test_a_job_says_when_it_began(home: Path) -> None:
    job = jobs.queue(steps.GOOD, kind="report", title="t", expected_s=90.0)
    assert steps.end(job) == "done"
    took = waits.took(job)
    assert took is not None and 0 <= took < 120


def test_features_that_one_before_it_computes_are_waited_for_once(home: Path) -> None:
    quick = recipes.named("quick-cnn").with_(corpus="class")
    copied = quick.override(["copies=1", 'waveform={"gain_db": 1.0}'])
    with steps.no_runner():
        assert not waits.features_before(quick)
        other = hashlib.sha256(b"ada@example.org").hexdigest()[:32]
        orders.Training(quick).queue(expected_s=20.0, owner=other)
        assert waits.features_before(quick.with_(seed=7)) and waits.features_before(
            recipes.named("crnn").with_(corpus="class", features=quick.features)
        )
        assert not waits.features_before(copied) and not waits.features_before(
            recipes.named("mlp").with_(corpus="class")
        )
        assert not waits.features_before(quick.with_(corpus="crema-d"))
