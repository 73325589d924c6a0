"""kill -9 at a random moment: of the server, the runner, a training, or of whoever keeps recordings."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time

import psutil

from ser_core import jobs, runs, settings
from tests.browser import serving
from trials.faults.disk import SKIPPED, Fault
from trials.faults.house import House

KINDS = ("server", "runner", "training", "recorder")
#: Prints each recording's name once it is kept.
RECORDER = """
from ser_core import audio
from ser_core.corpora.recordings import Recordings
import sys
clip = audio.decode(open(sys.argv[1], "rb").read(), name="voice")
while True:
    print(Recordings().add(clip, "fear", sitting="two").file, flush=True)
"""
#: Longest wait for the queue to be empty again, in seconds.
PATIENCE_S = 240.0


def order(number: int) -> list[str]:
    return [KINDS[turn % len(KINDS)] for turn in range(number)]


def of(kind: str) -> Fault:
    """Return the fault that kills a process of this kind while it works."""

    def fault(house: House, chance: random.Random) -> list[str]:
        return _recorder(house, chance) if kind == "recorder" else _worker(house, chance, kind)

    return fault


def _recorder(house: House, chance: random.Random) -> list[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(settings.ARTIFACTS / "samples" / "voice-british.flac")],
        cwd=serving.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = [process.stdout.readline().strip()]
    time.sleep(chance.uniform(0.0, 0.4))
    process.kill()
    told += process.stdout.read().splitlines()
    process.wait()
    # The last name may be cut; a name that came whole was kept.
    house.kept |= {name for name in told if name.endswith(".wav")}
    house.keep()
    return []


def _worker(house: House, chance: random.Random, kind: str) -> list[str]:
    job = _at_work(house)
    victims: list[psutil.Process] = []
    deadline = time.monotonic() + 20
    while not victims and time.monotonic() < deadline:
        if kind == "server" and house.server:
            victims = [psutil.Process(house.server.process.pid)]
        else:
            victims = house.processes(*{"runner": ("jobs", "run"), "training": ("train", str(job.run))}[kind])
        if job.state not in jobs.ACTIVE:
            job = _at_work(house)
        time.sleep(0.05)
    time.sleep(chance.uniform(0.0, 4.0))
    killed = 0
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
            killed += 1
    if not killed:
        # It ended by itself before: nothing was tried.
        return [*house.problems(), SKIPPED]
    if kind == "server" and house.server:
        house.server.process.wait()
    # One of the pages that are looked at starts the runner again where one is needed.
    return house.problems()


def _at_work(house: House) -> jobs.Job:
    """The training that runs or waits, else one that was killed and goes on, else a new one."""
    for job in jobs.in_state(*jobs.ACTIVE):
        return job
    ended = jobs.all_jobs()
    if ended and ended[0].state in ("interrupted", "failed"):
        return ended[0].resume()
    run = runs.new_path("logreg")
    words = ["train", "logreg", "--data", str(house.corpus), "--split", "clips", "--no-test", "--run", str(run)]
    return jobs.queue(words, kind=jobs.TRAINING, title="to be killed", run=run)


def drained(house: House, chance: random.Random) -> list[str]:
    """What was killed last goes on, and ends well."""
    job, deadline = _at_work(house), time.monotonic() + PATIENCE_S
    while job.state != "done" and time.monotonic() < deadline:
        if job.state not in jobs.ACTIVE:
            return [f"resumed, it is {job.state}: {job.status['message']} {job.log_tail(5)[-300:]}"]
        jobs.start_runner()
        time.sleep(0.3)
    return [] if job.state == "done" else [f"after {PATIENCE_S:g} s the job is {job.state}"]
