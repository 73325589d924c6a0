"""One job: a folder SER_HOME/jobs/<id>/ that says what to do, how far it is, and how it ended.

job.json       what to do: kind, order (its fields, see orders.py), the arguments after `python -m ser_core` that follow from it, title,
               created (UTC), expected_s, run, owner
status.json    state, pid and its creation time, heartbeat (UTC), message, progress
log.txt        what the process printed
began          empty; written when its process was started
cancel         a flag: somebody wants it to end
progress.json  end.json  what its own process tells (reporting.py)
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ser_core import files, runs, settings
from ser_core.jobs import locks, reporting, starting
from ser_core.runs import Run

#: A training waits for jobs that are expected to take less than this, in seconds.
SHORT_S = 60.0
#: Jobs that somebody who has signed in may have waiting and running at a time.
MOST_OF_ONE = 10
#: And a pupil in a lesson, in which everybody has a turn.
MOST_OF_A_PUPIL = 1
TRAINING = "training"
#: States in which a job still takes or waits for its turn; `interrupted` is derived on reading and never written.
ACTIVE = ("queued", "running")


class JobError(ValueError):
    """A job is missing or cannot do what was asked; the message says which and why."""


@dataclass(frozen=True)
class Job:
    """A job folder at `path`. Reading what is not there raises JobError."""

    path: Path
    kind: str = field(compare=False)
    title: str = field(compare=False)
    arguments: tuple[str, ...] = field(compare=False)
    order: dict[str, Any] = field(compare=False, repr=False)
    """The fields of what it is to do; empty for a command that somebody queued as words."""
    created: str = field(compare=False)
    """When it was queued: UTC, ISO 8601."""
    expected_s: float | None = field(compare=False)
    """How long it was expected to take when it was queued, in seconds; None where nothing was known."""
    run: Path | None = field(compare=False)
    """The folder of the run that it trains, or None."""
    owner: str = field(compare=False)

    @classmethod
    def of(cls, path: Path, stated: Mapping[str, Any]) -> Job:
        """Return the job at `path` of which its job.json states this. Raises KeyError and TypeError for what is none."""
        run = settings.home(stated["owner"]).runs / stated["run"] if stated["run"] else None
        return cls(path, **{**stated, "arguments": tuple(stated["arguments"]), "run": run})

    @property
    def id(self) -> str:
        """Sorts by the time of queueing."""
        return self.path.name

    @property
    def mine(self) -> bool:
        """Whether it belongs to whoever asks; everything does where nobody signs in, and at the server's shell."""
        return settings.owner() in ("", self.owner)

    @property
    def status(self) -> dict[str, Any]:
        """What status.json says, with the state as it is now: see `state`."""
        status = self._written_status()
        if status["state"] == "running" and not runs.process_lives(status["pid"], status["pid_created"]):
            status |= self.outcome(status["pid"], None)
        return dict(status)

    @property
    def state(self) -> str:
        """queued | running | done | failed | cancelled | interrupted (its process has gone without a word)."""
        return str(self.status["state"])

    @property
    def settled(self) -> bool:
        """Whether its end is written down: the runner's last word, after which nobody writes into its folder or its run's."""
        return self._written_status()["state"] not in ACTIVE

    @property
    def short(self) -> bool:
        return self.expected_s is not None and self.expected_s < SHORT_S

    @property
    def began(self) -> float | None:
        """When its process was started, in seconds since the epoch; None for one that has not begun."""
        try:
            return (self.path / "began").stat().st_mtime
        except OSError:
            return None

    @property
    def cancel_wanted(self) -> bool:
        return (self.path / "cancel").exists()

    def log_tail(self, lines: int = 40) -> str:
        """Return the last lines of what it printed; empty before it began."""
        try:
            with (self.path / "log.txt").open("rb") as log:
                log.seek(0, 2)
                log.seek(max(0, log.tell() - 400 * lines))
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def cancel(self) -> None:
        """End it: one that waits at once, one that runs within seconds. Raises JobError for one that has ended."""
        with locks.queue_lock():
            status = self.status
            if status["state"] not in ACTIVE:
                raise JobError(f"The job {self.id} is {status['state']}; there is nothing to cancel.")
            (self.path / "cancel").touch()
            if status["state"] == "queued":
                self.write_status("cancelled", message="cancelled before it began")
                self.tell_run("cancelled", "cancelled before it began")
                return
        # A runner ends the process; one that died is replaced.
        starting.start_runner()

    def resume(self, *more: str) -> Job:
        """Queue the same arguments, and `more`, anew and return the new job; a training goes on in its run's folder from its last epoch.

        Raises JobError while this job waits or runs, and for a training whose run is finished or trained by another job.
        """
        if self.state in ACTIVE:
            raise JobError(f"The job {self.id} is {self.state}; it cannot be resumed.")
        return queue(
            [*self.arguments, *more],
            kind=self.kind,
            title=self.title,
            order=self.order,
            expected_s=self.expected_s,
            run=self.run,
            owner=self.owner,
        )

    def delete(self) -> None:
        """Remove its folder; its run stays. Raises JobError while it waits or runs."""
        if self.state in ACTIVE:
            raise JobError(f"The job {self.id} is {self.state}; cancel it first.")
        shutil.rmtree(self.path)

    # Writing: by whoever queues or cancels it, else by the runner.

    def write_status(
        self, state: str, *, pid: int | None = None, message: str = "", progress: float | None = None
    ) -> None:
        """Write status.json. pid: the process that does the work."""
        status = {
            "state": state,
            "pid": pid,
            "pid_created": None if pid is None else runs.born(pid),
            "heartbeat": runs.now(),
            "message": message,
            "progress": progress,
        }
        files.write_json(self.path / "status.json", status)

    def tell_run(self, state: str, message: str) -> None:
        """Write into the run's status that it waits, or how a training ended that never got so far as to say so itself.

        The run notes which job it waits for, so that an earlier one's end does not overwrite it.
        """
        status = self._run_status()
        mine = status.get("state") == "queued" and status.get("job") == self.id
        if self.run is not None and (state == "queued" or mine):
            run = Run(self.run)
            run.write_status(state, epoch=len(run.history), message=message, job=self.id)

    def outcome(self, pid: int | None, code: int | None) -> dict[str, str]:
        """Return {state, message} of the job whose process has ended.

        The run's own word comes first, then the exit status; one that a signal ended, or that told nothing, is
        `interrupted`. code: as subprocess gives it, negative for a signal; None where the process was not this one's child.
        """
        run = self._run_status()
        if run.get("pid") == pid and run.get("state") in ("done", "failed", "cancelled"):
            return {"state": str(run["state"]), "message": str(run.get("message", ""))}
        code = reporting.told(self.path, reporting.END).get("code") if code is None else code
        if code == 0:
            return {"state": "done", "message": "done"}
        if self.cancel_wanted:
            return {"state": "cancelled", "message": "cancelled"}
        if code is None or code < 0:
            return {"state": "interrupted", "message": "its process was ended from outside"}
        last = next((line.strip() for line in reversed(self.log_tail().splitlines()) if line.strip()), "")
        return {"state": "failed", "message": last.removeprefix("Error: ") or f"exit status {code}"}

    def _written_status(self) -> dict[str, Any]:
        try:
            stated: dict[str, Any] = json.loads((self.path / "status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise JobError(f"The job {self.id} has no readable status: {error}") from error
        return stated

    def _run_status(self) -> dict[str, Any]:
        try:
            return {} if self.run is None else Run(self.run).status
        except runs.RunError:
            return {}


def queue(
    arguments: Sequence[str],
    *,
    kind: str,
    title: str,
    order: Mapping[str, Any] | None = None,
    expected_s: float | None = None,
    run: Path | None = None,
    recipe: Mapping[str, Any] | None = None,
    owner: str | None = None,
) -> Job:
    """Queue `python -m ser_core ARGUMENTS` and start the runner, detached, where none runs.

    kind: `training`, or what else it is in a word. order: the same as data (`orders`), for whoever looks at the job. expected_s:
    seconds that it is expected to take, None where nothing is known; under a minute it goes before waiting trainings. run: the
    folder that a training writes (name it in the arguments too); its status then says `queued`, and its recipe.json holds `recipe`,
    where that is given. owner: who made it, default whoever asks. Raises JobError when that run is finished, or another job trains
    it already, and for a visitor who may start nothing.
    """
    owner = settings.owner() if owner is None else owner
    if owner == settings.NOBODY:
        raise JobError("On this server jobs are for those who have signed in.")
    if run is not None:
        _check_free(run)
    most = MOST_OF_A_PUPIL if settings.school_class() else MOST_OF_ONE
    if owner and len([job for job in in_state(*ACTIVE, everyone=True) if job.owner == owner]) >= most:
        there = f"{most} jobs of yours wait or run" if most > 1 else "A job of yours waits or runs"
        raise JobError(f"{there} already. Cancel one, or wait until one has ended.")
    folder = files.private_folder(settings.home().jobs)
    stated = {
        "arguments": [str(argument) for argument in arguments],
        "kind": kind,
        "title": title,
        "order": dict(order or {}),
        "created": runs.now(),
        "expected_s": expected_s,
        "run": None if run is None else _named(run),
        "owner": owner,
    }
    if run is not None and recipe is not None:
        Run(run).write_json("recipe.json", {"recipe": recipe})
    job = _written(folder, stated)
    starting.start_runner()
    return job


def all_jobs(*, everyone: bool = False) -> list[Job]:
    """Return the jobs of whoever asks, or everyone's, the newest first; a folder that cannot be read is passed over."""
    folder = settings.home().jobs
    if not folder.is_dir():
        return []
    names = sorted((path for path in folder.iterdir() if path.name[0] != "." and path.is_dir()), reverse=True)
    jobs = [job for path in names if (job := _read(path)) is not None]
    return jobs if everyone else [job for job in jobs if job.mine]


def in_state(*states: str, everyone: bool = False) -> list[Job]:
    """Return the jobs in one of these states, of whoever asks or everyone's, the newest first."""
    jobs = []
    for job in all_jobs(everyone=everyone):
        try:
            if job.state in states:
                jobs.append(job)
        except JobError:  # Deleted since it was listed.
            continue
    return jobs


def find(id: str) -> Job:
    """Return the job called `id`. Raises JobError when there is none."""
    for job in all_jobs():
        if job.id == id:
            return job
    raise JobError(f"There is no job called '{id}'. `jobs list` names them all.")


def _written(folder: Path, stated: dict[str, Any]) -> Job:
    """Write the folder of a new job; nobody sees half of it."""
    while True:
        job = Job.of(folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}", stated)
        unseen = Job.of(folder / f".{job.id}.part", stated)
        try:
            unseen.path.mkdir(0o700)
        except FileExistsError:
            continue
        files.write_json(unseen.path / "job.json", stated)
        unseen.write_status("queued", message="waits for its turn")
        job.tell_run("queued", "waits for its turn")
        unseen.path.rename(job.path)
        return job


def _check_free(run: Path) -> None:
    for job in in_state(*ACTIVE):
        if job.run is not None and job.run.resolve() == run.resolve():
            raise JobError(f"The run {run.name} is {job.state} already, as the job {job.id}.")
    if (run / "status.json").is_file() and Run(run).status["state"] in ("running", "done"):
        raise JobError(f"The run {run.name} is {Run(run).status['state']}; there is nothing to train in its folder.")


def _read(path: Path) -> Job | None:
    try:
        job = Job.of(path, json.loads((path / "job.json").read_text(encoding="utf-8")))
        _ = job.status
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return job


def _named(run: Path) -> str:
    """A run below SER_HOME/runs by its name, so that SER_HOME can be moved; another by its path."""
    run, home = run.resolve(), settings.home().runs.resolve()
    return run.name if run.parent == home else str(run)
