"""The end of a lesson: what is there is said, what trains is ended, and nothing is left."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from ser_core import classroom, jobs, runs, settings
from ser_core.classroom import ClassError, ending, guesses, pupils
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import locks, processes, runner, starting
from ser_core.jobs.job import Job
from tests import made, patience
from tests.classroom.conftest import Be, act, join
from tests.jobs import steps


def test_everything_is_said_and_then_deleted(lesson: classroom.Lesson, home: Path, be: Be, tmp_path: Path) -> None:
    corpus = made.crema_d(tmp_path / "c", made.SPEAKERS[:3], ("IEO",), seconds=0.2)
    (home / "notes.json").write_text("{}")
    (_, ada), (_, bob) = join(lesson, "Ada"), join(lesson, "Bob")
    act(ada, "Ada")
    runs.weightless(runs.find("svm-clips"), settings.home(bob).runs / "of-bob")
    be(bob)
    guesses.keep("crema-d/1001_IEO_ANG_HI", "fear")
    (settings.home().cache / "features").mkdir(parents=True)
    (settings.home().cache / "features" / "of-ada.npy").write_bytes(b"0")
    # What trains is in the middle of it: it holds files of the folder that goes.
    with locks.training_lock():
        running = jobs.queue(steps.blocked_training(corpus, "blocked"), kind=jobs.TRAINING, title="of Bob")
        be(ada)
        waiting = jobs.queue(steps.GOOD, kind="report", title="of Ada")
        steps.waits(running)
        assert waiting.state == "queued"
        found = ending.everything(lesson)
        assert [(one.nickname, one.recordings, one.runs, one.guesses) for one in found.pupils] == [
            ("Ada", 2, 0, False),
            ("Bob", 0, 2, True),
        ]
        assert found.jobs == 2 and found.files > 10 and found.bytes > 10_000 and found.pupils[0].seconds > 1
        be("")
        assert ending.end(lesson) == []
    steps.until(lambda: steps.runner_processes() == [], "the runner has gone")
    assert not lesson.folder.exists() and not (home / "class").exists()
    assert [path.name for path in home.rglob("*")] == ["notes.json"], "what is not the class' stays"
    assert ending.left(lesson) == [] and not lesson.goes_on and not pupils.knows(lesson, ada)


def test_nothing_comes_back_after_the_end(lesson: classroom.Lesson, be: Be) -> None:
    token, ada = join(lesson, "Ada")
    teacher_key = str(lesson.state["key"])
    be(ada)
    ending.end(lesson)
    guesses.keep("crema-d/1001_IEO_ANG_HI", "fear")
    with pytest.raises(ClassError, match="has ended"):
        pupils.join(lesson, teacher_key, "Bob")
    with pytest.raises(ClassError, match="has ended"):
        lesson.set(step=1)
    assert not lesson.is_teacher(token) and ending.left(lesson) == [] and not lesson.folder.exists()


def test_only_a_lessons_folder_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for folder in (tmp_path, tmp_path / "class" / "7b"):
        folder.mkdir(parents=True, exist_ok=True)
        with pytest.raises(ClassError, match="nothing was deleted"):
            ending.end(classroom.Lesson(folder))
    assert (tmp_path / "thesis.txt").is_file()


def test_a_pupil_who_is_taken_out_takes_everything_along(lesson: classroom.Lesson, be: Be) -> None:
    (_, ada), (_, bob) = join(lesson, "Ada"), join(lesson, "Bob")
    act(ada, "Ada")
    act(bob, "Bob")
    with steps.no_runner():
        be(ada)
        jobs.queue(steps.GOOD, kind="report", title="of Ada")
        be("")
        ending.take_out(lesson, pupils.listed(lesson)[0])
    assert [one.nickname for one in pupils.listed(lesson)] == ["Bob"] and not pupils.knows(lesson, ada)
    assert jobs.all_jobs(everyone=True) == [] and not settings.home(ada).own.exists()
    assert len(Recordings(settings.home(bob).recordings).list_all()) == 2


def test_who_is_taken_out_while_training_leaves_nothing_behind(
    lesson: classroom.Lesson, be: Be, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ada = join(lesson, "Ada")
    be(ada)
    # The pupil is taken out just when the runner has learned of the process' end, and has not written it down yet.
    outcome, kill = Job.outcome, processes.kill
    runs_here, learned = threading.Thread(target=runner.run), threading.Event()

    def slowly(job: Job, pid: int | None, code: int | None) -> dict[str, str]:
        found = outcome(job, pid, code)
        if threading.current_thread() is runs_here:
            learned.set()
            time.sleep(1)
        return found

    def killed(pid: int | None, made: str | float | None) -> None:
        kill(pid, made)
        assert learned.wait(patience.SECONDS)

    monkeypatch.setattr(Job, "outcome", slowly)
    monkeypatch.setattr(processes, "kill", killed)
    monkeypatch.setattr(starting, "start_runner", lambda: None)
    job = jobs.queue(("jobs", "list"), kind=jobs.TRAINING, title="of Ada", run=settings.home().runs / "of-ada")
    runs_here.start()
    steps.until(lambda: job.status["pid"] not in (None, os.getpid()), "its process was started")
    be("")
    ending.take_out(lesson, pupils.listed(lesson)[0])
    runs_here.join(patience.SECONDS)
    assert [path.name for path in settings.home().jobs.iterdir() if path.is_dir()] == []
    assert not settings.home(ada).own.exists()
