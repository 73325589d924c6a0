"""The end of a lesson: what is there of whom, and deleting all of it."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from ser_core import jobs, settings
from ser_core.classroom import lesson as lessons
from ser_core.classroom import pupils
from ser_core.classroom.guesses import FILE as GUESSES
from ser_core.classroom.lesson import Lesson
from ser_core.classroom.pupils import Pupil
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import locks, processes, runner

#: Seconds that the runner has to see that nothing is left to do.
PATIENCE_S = 30.0
#: How often the folder is deleted once more where a page that was being drawn wrote into it again, and seconds between.
TRIES, PAUSE_S = 10, 0.3


@dataclass(frozen=True)
class Theirs:
    """What lies here of one pupil."""

    nickname: str
    recordings: int
    seconds: float
    runs: int
    guesses: bool


@dataclass(frozen=True)
class Everything:
    """What a lesson's folder holds; jobs: what was queued, whoever asked; files and bytes: all of it, cache and log included."""

    pupils: tuple[Theirs, ...]
    jobs: int
    files: int
    bytes: int


def everything(lesson: Lesson) -> Everything:
    """Return what will be deleted with the lesson."""
    inside = left(lesson)
    sizes = []
    for path in inside:
        with suppress(OSError):
            sizes.append(path.stat().st_size)
    return Everything(theirs(lesson), len(jobs.all_jobs(everyone=True)), len(inside), sum(sizes))


def theirs(lesson: Lesson) -> tuple[Theirs, ...]:
    """Return what lies here of every pupil, in the order in which they joined."""
    return tuple(_of(pupil) for pupil in pupils.listed(lesson))


def end(lesson: Lesson) -> list[Path]:
    """End the lesson: shut everybody out, end what waits and trains, and delete its folder; return the files that are left, none.

    Raises ClassError where the folder is no class' folder, and nothing is deleted then.
    """
    if lesson.folder.parent.name != lessons.PARENT or not lesson.goes_on:
        raise lessons.ClassError(f"{lesson.folder} is no lesson's folder; nothing was deleted.")
    # Without it nobody is known here any more, and what would be written asks first.
    (lesson.folder / lessons.FILE).unlink()
    cancel_jobs()
    with suppress(filelock.Timeout), locks.runner_lock().acquire(timeout=PATIENCE_S):
        # The runner has gone: nothing writes into the queue any more.
        pass
    for _ in range(TRIES):
        _delete(lesson.folder)
        time.sleep(PAUSE_S)
        if not lesson.folder.exists():
            break
    with suppress(OSError):
        lesson.folder.parent.rmdir()
    return left(lesson)


def left(lesson: Lesson) -> list[Path]:
    """Return every file in the lesson's folder, and in what was moved out of it to be deleted."""
    places = [lesson.folder, *lesson.folder.parent.glob(f".{lesson.name}-*.deleted")]
    return sorted(path for place in places for path in place.rglob("*") if not path.is_dir())


def take_out(lesson: Lesson, pupil: Pupil) -> None:
    """Take a pupil out of the class, end their jobs, and delete all that is theirs."""
    folder = settings.home(pupil.id).own
    (folder / pupils.FILE).unlink(missing_ok=True)
    for job in cancel_jobs(pupil.id):
        # Its process is killed, and the runner has yet to write that down: into a folder that was deleted before, it would be made anew.
        deadline = time.monotonic() + PATIENCE_S
        while not job.settled and runner.works() and time.monotonic() < deadline:
            time.sleep(0.1)
    for job in jobs.all_jobs(everyone=True):
        if job.owner == pupil.id:
            shutil.rmtree(job.path, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def cancel_jobs(owner: str | None = None) -> list[jobs.Job]:
    """End what waits and runs at once, everybody's or one owner's, and return those jobs."""
    ended = [job for job in jobs.in_state(*jobs.ACTIVE, everyone=True) if owner in (None, job.owner)]
    for job in ended:
        with suppress(jobs.JobError, OSError):
            with locks.queue_lock():
                status = job.status
                (job.path / "cancel").touch(0o600)
                if status["state"] == "queued":
                    job.write_status("cancelled", message="the lesson has ended")
            if status["state"] == "running":
                processes.kill(status["pid"], status["pid_created"])
    return ended


def _of(pupil: Pupil) -> Theirs:
    home = settings.home(pupil.id)
    made = Recordings(home.recordings).list_all()
    runs = [path for path in home.runs.iterdir() if path.is_dir()] if home.runs.is_dir() else []
    return Theirs(
        pupil.nickname,
        len(made),
        sum(recording.seconds for recording in made),
        len(runs),
        (home.own / GUESSES).is_file(),
    )


def _delete(folder: Path) -> None:
    # Moved out first: nothing that still knows its name can put a file back among those that are deleted.
    away = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}.deleted")
    try:
        folder.rename(away)
    except FileNotFoundError:
        away = folder
    except OSError:
        # Windows moves no folder in which a file is open.
        away = folder
    shutil.rmtree(away, ignore_errors=True)
