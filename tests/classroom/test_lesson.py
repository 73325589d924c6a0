"""Who gets into a lesson, under which names, and what of it is kept."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from pages.server import guard, visitor
from ser_core import classroom, jobs, settings
from ser_core.classroom import ClassError, pupils
from ser_core.classroom import lesson as lessons
from ser_core.corpora import registry
from tests.classroom.conftest import Be, begin, join
from tests.jobs import steps


def test_a_class_is_joined_with_its_key_and_a_nickname_and_no_token_is_kept(lesson: classroom.Lesson) -> None:
    token, id = join(lesson, "  Ada \u200b L. ")
    assert [(one.id, one.nickname) for one in pupils.listed(lesson)] == [(id, "Ada L.")]
    assert visitor.member(lesson, token) == id and re.fullmatch("[0-9a-f]{32}", id)
    assert (
        visitor.member(lesson, "")
        == visitor.member(lesson, id)
        == visitor.member(lesson, token + "x")
        == settings.NOBODY
    )
    assert not any(token in path.read_text() for path in lesson.folder.rglob("*.json"))
    if os.name != "nt":
        files = [path for path in lesson.folder.rglob("*") if not path.is_dir()]
        assert files and not [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.parametrize(
    ("key", "nickname", "said"),
    [
        ("XXXXXX", "Bob", "not the key"),
        ("", "Bob", "not the key"),
        (None, "", "Choose a nickname"),
        (None, " \n\t\u202e ", "Choose a nickname"),
        (None, "a" * 21, "at most 20"),
        (None, "ADA", "already"),
        (None, "\uff21da", "already"),
    ],
)
def test_who_cannot_join_is_told_why(lesson: classroom.Lesson, key: str | None, nickname: str, said: str) -> None:
    join(lesson, "Ada")
    with pytest.raises(ClassError, match=said):
        pupils.join(lesson, str(lesson.state["key"]) if key is None else key, nickname)
    assert len(pupils.listed(lesson)) == 1


def test_the_door_can_be_closed_and_a_class_is_full_at_some_point(
    lesson: classroom.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson.set(joining=False)
    with pytest.raises(ClassError, match="closed the door"):
        join(lesson, "Ada")
    lesson.set(joining=True)
    monkeypatch.setattr(pupils, "MOST", 1)
    join(lesson, "Ada")
    with pytest.raises(ClassError, match="full"):
        join(lesson, "Bob")


@pytest.mark.parametrize(
    "name", ["Teacher", "tEACHER", "Teach\u3164er", "Ｔｅａｃｈｅｒ", "Ada\ufe0f", "A\u034fda", "ADA\u2800"]
)
def test_nobody_is_called_as_another_one_is(lesson: classroom.Lesson, name: str) -> None:
    join(lesson, "Ada")
    with pytest.raises(ClassError, match="has this nickname already"):
        join(lesson, name)


def test_a_nickname_is_seen_and_stays_in_its_line(lesson: classroom.Lesson) -> None:
    for unseen in ("\u3164", "\u2800 \ufe0f", "\u200b\u202e", "\U000e0101"):
        with pytest.raises(ClassError, match="Choose a nickname"):
            join(lesson, unseen)
    for said, kept in (("Z" + "\u0301\u0300" * 5 + "oe", "Ź\u0300\u0301oe"), ("Nguyễn", "Nguyễn"), ("राज", "राज")):
        id = join(lesson, said)[1]
        pupil = pupils.find(lesson, id)
        assert pupil is not None and pupil.nickname == kept


def test_the_teacher_is_who_has_the_terminals_code_which_is_another_one_each_time(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson, code = begin(home, monkeypatch)
    assert lesson.let_teach("ABCDEFGH") is None and lesson.let_teach("") is None
    token = lesson.let_teach(f" {code[:4].lower()}-{code[4:]} ")
    assert token is not None and lesson.is_teacher(token) and visitor.member(lesson, token) == ""
    _, id = join(lesson, "Ada")
    key = lesson.state["key"]
    again, other = classroom.open_class(home, "7b")
    assert again == lesson and other != code and lesson.let_teach(code) is None and not lesson.is_teacher(token)
    assert again.state["key"] == key and [one.id for one in pupils.listed(again)] == [id], "the lesson goes on"


def test_corpora_of_the_installation_can_be_trained_on(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "voices" / "anger").mkdir(parents=True)
    registry.register("voices", tmp_path / "voices")
    begin(home, monkeypatch)
    assert list(registry.entries()) == ["voices"]


@pytest.mark.parametrize("name", ["..", "a/b", "", " ", "7 b", "x" * 33, "-x"])
def test_a_class_name_is_no_path(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    monkeypatch.setenv("SER_CLASS", name)
    if not name.strip():
        assert settings.school_class() == ""
        return
    with pytest.raises(settings.SettingsError, match="a class is called"):
        settings.school_class()


def test_a_server_of_a_class_starts_in_its_folder_alone(
    lesson: classroom.Lesson, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guard.reason_not_to_start(None) is None
    monkeypatch.setenv("SER_MODE", "local")
    assert "make lan CLASS=7b" in str(guard.reason_not_to_start("localhost"))
    monkeypatch.setenv("SER_MODE", "shared")
    monkeypatch.setenv("SER_HOME", str(home))
    assert "not that class' folder" in str(guard.reason_not_to_start(None))
    monkeypatch.setenv("SER_CLASS", "8a")
    monkeypatch.setenv("SER_HOME", str(lesson.folder))
    assert "not that class' folder" in str(lessons.reason_not_to_serve())


def test_a_pupil_waits_for_one_training_at_a_time(lesson: classroom.Lesson, be: Be) -> None:
    ids = [join(lesson, name)[1] for name in ("Ada", "Bob")]
    with steps.no_runner():
        for id in ids:
            be(id)
            jobs.queue(steps.GOOD, kind=jobs.TRAINING, title="t")
        with pytest.raises(jobs.JobError, match="A job of yours waits or runs already"):
            jobs.queue(steps.GOOD, kind=jobs.TRAINING, title="again")
        be("")
        for job in jobs.all_jobs(everyone=True):
            job.cancel()
