"""What the tests of the queue do again and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from ser_core import jobs, settings
from ser_core.jobs import locks
from tests import patience

#: Commands that are real and quick: one that ends well, one that fails with a sentence.
GOOD, BAD = ("recipes", "list"), ("runs", "show", "nowhere")


@contextmanager
def no_runner() -> Iterator[None]:
    """Hold the runner's lock, so that what is queued inside stays queued."""
    with locks.runner_lock():
        yield


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + patience.SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def over(job: jobs.Job) -> bool:
    return job.state not in jobs.ACTIVE


def end(job: jobs.Job) -> str:
    """Wait until the job has ended, and return how."""
    until(lambda: over(job), f"{job.title} ended")
    return job.state


def blocked_training(corpus: Path, name: str = "blocked") -> tuple[str, ...]:
    """Return a training's arguments; while the test holds the training lock, it waits before it loads anything heavy."""
    return ("train", "logreg", "--data", str(corpus), "--run", str(settings.home().runs / name))


def waits(job: jobs.Job) -> None:
    """Wait until a blocked training stands at the lock."""
    until(lambda: "this one waits" in job.log_tail(), f"{job.title} waits for the other training")


def runner_processes() -> list[psutil.Process]:
    """Return the runners that work for this test's SER_HOME."""
    home = str(settings.home().path.resolve())
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-2:] == ["jobs", "run"]:
            try:
                if process.environ().get("SER_HOME") == home:
                    found.append(process)
            except psutil.Error:
                continue
    return found


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


class Shell:
    """A command as someone types it in a shell, and what it prints."""

    def __init__(self, *arguments: str) -> None:
        self._out = tempfile.NamedTemporaryFile()  # noqa: SIM115 - lives as long as the process
        command = [sys.executable, "-m", "ser_core", *arguments]
        self._process = subprocess.Popen(command, cwd=settings.ROOT, stdout=self._out, stderr=self._out)
        self.pid = self._process.pid
        self.created = psutil.Process(self.pid).create_time()

    def log(self) -> str:
        return Path(self._out.name).read_text()

    def wait(self) -> int:
        return self._process.wait(timeout=patience.SECONDS)
