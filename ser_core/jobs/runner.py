"""The runner: one process that works the queue off, a job at a time, and ends when nothing waits."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import filelock

from ser_core import files, runs, settings
from ser_core.jobs import job as job_folder
from ser_core.jobs import locks, processes, reporting, starting
from ser_core.jobs.job import TRAINING, Job, JobError

#: Seconds between two looks at the process and its cancel flag.
LOOK_S = 0.2
HEARTBEAT_S = 2.0
#: Seconds that a process has between the request to end and being killed.
GRACE_S = 20.0
#: Longer than anybody holds the lock who only wants to know whether a runner works.
PATIENCE_S = 1.0


def run() -> None:
    """Work the queue off, or return at once where another runner works.

    A job that a runner left behind when it was killed is looked after to its end first: nothing starts beside it.
    """
    while True:
        try:
            with locks.runner_lock().acquire(timeout=PATIENCE_S):
                starting.starting_file().unlink(missing_ok=True)
                _work()
        except filelock.Timeout:
            return
        # Once more without the lock: whoever queued a moment ago found it taken and relied on this runner.
        if not waiting(everyone=True):
            return


def works() -> bool:
    """Tell whether a runner works, in whatever process."""
    try:
        with locks.runner_lock().acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True


def wake() -> None:
    """Start a runner where jobs wait and none works: after a restart of the machine, say."""
    if waiting(everyone=True):
        starting.start_runner()


def waiting(*, everyone: bool = False) -> list[Job]:
    """Return the jobs of whoever asks that wait, or everyone's, in the order in which they will run.

    Everybody has a turn, who was served longest ago first, and their oldest first; where that is a training, jobs that are expected
    to take less than a minute go before it.
    """
    queued = _in_turns(job_folder.all_jobs(everyone=True))
    ordered: list[Job] = []
    while queued:
        first = queued[0]
        if first.kind == TRAINING:
            first = next((job for job in queued if job.short), first)
        ordered.append(first)
        queued.remove(first)
    return ordered if everyone else [job for job in ordered if job.mine]


def _in_turns(jobs: list[Job]) -> list[Job]:
    served: dict[str, str] = {}
    waits: list[tuple[int, Job]] = []
    turns: Counter[str] = Counter()
    for job in reversed(jobs):
        try:
            status = job.status
        except JobError:  # Deleted since it was listed.
            continue
        if status["state"] == "queued":
            waits.append((turns[job.owner], job))
            turns[job.owner] += 1
        else:
            served[job.owner] = max(served.get(job.owner, ""), status["heartbeat"])
    return [job for _, job in sorted(waits, key=lambda wait: (wait[0], served.get(wait[1].owner, ""), wait[1].id))]


@dataclass
class _Process:
    """The process of a running job; `ended` returns (has it ended, its exit status where that can be known)."""

    pid: int
    created: str | float | None
    ended: Callable[[], tuple[bool, int | None]]
    asked_at: float | None = None


def _work() -> None:
    for job in reversed(job_folder.in_state("running", everyone=True)):
        status = job.status
        pid, created = status["pid"], status["pid_created"]
        _watch(job, _Process(pid, created, partial(_strange_ended, pid, created)))
    while True:
        with locks.queue_lock():
            queued = waiting(everyone=True)
            if not queued:
                return
            process = _started(queued[0])
        _watch(queued[0], process)


def _strange_ended(pid: int, created: str | float | None) -> tuple[bool, int | None]:
    """Of a process that another runner started, nobody learns the exit status but from what it told."""
    return not runs.process_lives(pid, created), None


def _started(job: Job) -> _Process:
    # The runner's own pid until the process has one: a runner killed in between leaves an interrupted job, not a queued one.
    job.write_status("running", pid=os.getpid(), message="starting")
    (job.path / reporting.END).unlink(missing_ok=True)
    (job.path / "began").touch(0o600)
    with files.append_privately(job.path / "log.txt") as log:
        environment = {reporting.VARIABLE: str(job.path.resolve()), settings.OWNER_VARIABLE: job.owner}
        if settings.school_class():
            environment |= processes.ONE_THREAD
        process = processes.start(job.arguments, log, environment)
    if settings.school_class():
        processes.step_back(process)
    job.write_status("running", pid=process.pid, message="starting")

    def ended() -> tuple[bool, int | None]:
        code = process.poll()
        return code is not None, code

    return _Process(process.pid, runs.born(process.pid), ended)


def _watch(job: Job, process: _Process) -> None:
    """Look after a running job until it has ended, and write down how."""
    beat = time.monotonic()
    while True:
        over, code = process.ended()
        if over:
            break
        now = time.monotonic()
        if job.cancel_wanted:
            _end(process, now)
        if now - beat >= HEARTBEAT_S:
            beat = now
            told = reporting.told(job.path, reporting.PROGRESS)
            job.write_status(
                "running", pid=process.pid, message=str(told.get("message", "")), progress=told.get("progress")
            )
        time.sleep(LOOK_S)
    outcome = job.outcome(process.pid, code)
    if outcome["state"] == "interrupted":
        # Not written: the pid of a process that has gone says it.
        job.tell_run("failed", outcome["message"])
        return
    job.tell_run(outcome["state"], outcome["message"])
    # The last word: whoever takes the job away waits for it (`Job.settled`).
    job.write_status(outcome["state"], pid=process.pid, message=outcome["message"])


def _end(process: _Process, now: float) -> None:
    if process.asked_at is None:
        process.asked_at = now
        processes.ask_to_end(process.pid, process.created)
    elif now - process.asked_at > GRACE_S:
        processes.kill(process.pid, process.created)
