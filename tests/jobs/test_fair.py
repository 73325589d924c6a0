"""A queue that several share: nobody fills it, and everybody has a turn."""

from __future__ import annotations

import pytest

from ser_core import jobs
from ser_core.jobs import job as job_folder
from ser_core.jobs import runner
from tests.jobs.steps import no_runner

ADA, BOB = "a" * 32, "b" * 32
WORDS = ("runs", "list")


def test_one_fills_no_queue_and_the_machines_owner_may() -> None:
    with no_runner():
        for _ in range(job_folder.MOST_OF_ONE):
            jobs.queue(WORDS, kind="check", title="T", owner=ADA)
        with pytest.raises(jobs.JobError, match="10 jobs of yours wait or run already"):
            jobs.queue(WORDS, kind="check", title="T", owner=ADA)
        jobs.queue(WORDS, kind="check", title="T", owner=BOB)
        for _ in range(job_folder.MOST_OF_ONE + 1):
            jobs.queue(WORDS, kind="check", title="T", owner="")


def test_who_comes_last_waits_for_one_of_each_before_her() -> None:
    with no_runner():
        first, second, third = (jobs.queue(WORDS, kind="training", title="T", owner=ADA) for _ in range(3))
        hers = jobs.queue(WORDS, kind="training", title="T", owner=BOB)
        assert runner.waiting(everyone=True) == [first, hers, second, third]
        first.write_status("done", message="done")
        assert runner.waiting(everyone=True) == [hers, second, third]
        hers.write_status("done", message="done")
        assert runner.waiting(everyone=True) == [second, third]


def test_on_ones_own_machine_the_oldest_is_first() -> None:
    with no_runner():
        made = [jobs.queue(WORDS, kind="training", title="T", owner="") for _ in range(3)]
        assert runner.waiting(everyone=True) == made
