"""Going on with, and ending, the training of a run, whether the queue or a shell began it."""

from __future__ import annotations

from pathlib import Path

from ser_core import runs, settings
from ser_core.corpora import unreadable
from ser_core.jobs import processes
from ser_core.jobs.job import ACTIVE, TRAINING, Job, JobError, all_jobs, queue
from ser_core.runs import Run


def of_run(run: Path) -> list[Job]:
    """Return the jobs that trained the run in this folder, the newest first."""
    return [job for job in all_jobs() if job.run is not None and job.run.resolve() == run.resolve()]


def find_run(name: str) -> Run:
    """Return the run of that name or in that folder, also one that only waits and has no recipe yet. Raises RunError."""
    for path in (Path(name), settings.home().runs / name):
        if (path / "status.json").is_file():
            return Run(path.resolve())
    return runs.find(name)


def resume(run: Run, data: Path | None = None) -> Job:
    """Queue the run's training again in its folder: it goes on from its last epoch, with the recipe and options it had.

    data: the corpus' folder where it is not registered. Raises JobError for a run that is finished, waits or trains, and
    RunError for one that never got so far as to write its recipe and was not queued.
    """
    if run.shipped:
        raise JobError(f"{run.name} ships with the program; train its recipe to get one of your own.")
    before = of_run(run.path)
    if before and data is None:
        return before[0].resume()
    stated = run.recipe
    arguments = ["train", str(run.path / "recipe.json"), "--run", str(run.path)]
    arguments += ["--data", str(data.resolve())] if data else []
    arguments += [] if stated.get("test", True) else ["--no-test"]
    arguments += [unreadable.FLAG] if stated.get("allow_unreadable") else []
    for option, value in stated.get("asked", {}).items():
        arguments += [f"--{option}", str(value)]
    title = f"{stated.get('recipe', {}).get('title', run.name)}, resumed"
    order = before[0].order if before else {}
    return queue(arguments, kind=TRAINING, title=title, order=order, run=run.path)


def cancel(run: Run) -> str:
    """End the run's training, queued or running, and return what happens, as a sentence. Raises JobError where nothing is to end."""
    for job in of_run(run.path):
        if job.state in ACTIVE:
            job.cancel()
            return f"{run.name} is {job.state}." if job.state == "cancelled" else f"{run.name} ends in a moment."
    status = run.status
    if status["state"] != "running":
        raise JobError(f"{run.name} is {status['state']}; there is nothing to cancel.")
    processes.ask_to_end(status["pid"], status["pid_created"])
    return f"{run.name} ends in a moment."
