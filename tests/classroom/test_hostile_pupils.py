"""Pupils who call themselves what Markdown, HTML and spreadsheets read as signs, and who ask for what is others'."""

from __future__ import annotations

import pytest

from ser_core import jobs, runs, settings
from ser_core.classroom import guesses
from ser_core.corpora import classmates
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import locks
from tests.classroom.conftest import act, begin, join
from tests.classroom.test_pages import Class, words
from tests.pages.test_foreign_words import is_clean

NAMES = ("[a](http:evil.io)", "![a](http:evil.io)", "www.evil.io :red[x]", "<a href=//evil.io>", "=1+1|$x$ `c`")
TEACHERS = ("room", "queue", "board", "guesses", "end")
PUPILS = (
    ("", {}),
    ("analyze", {"source": "samples", "sample": "anger-1", "looked": "on"}),
    ("train", {"view": "record"}),
    ("train", {"view": "new"}),
    ("results", {"view": "board"}),
    ("results", {"view": "run", "run": "one"}),
    ("results", {"view": "compare", "runs": "one,fast"}),
    ("lessons", {"view": "guess"}),
)


@pytest.fixture
def a_class(home, monkeypatch: pytest.MonkeyPatch) -> Class:  # type: ignore[no-untyped-def]
    return Class(*begin(home, monkeypatch), monkeypatch)


@pytest.fixture
def hostile(a_class: Class) -> dict[str, tuple[str, str]]:
    """Nickname → token and id; all of them have acted, guessed, trained, and have a job that failed."""
    joined = {name: join(a_class.lesson, name) for name in NAMES}
    for name, (token, id) in joined.items():
        act(id, name)
        runs.weightless(runs.find("svm-clips"), settings.home(id).runs / "one")
        a_class.sits(token)
        guesses.keep("crema-d/1001_DFA_ANG_XX", name)
        with locks.runner_lock():
            job = jobs.queue(("runs", "list"), kind=jobs.TRAINING, title=name)
            job.write_status("failed", message=name)
    return joined


def test_no_page_of_a_lesson_makes_more_of_a_nickname(a_class: Class, hostile: dict[str, tuple[str, str]]) -> None:
    shown = []
    for view in TEACHERS:
        at = a_class.teacher(view=view)
        is_clean(at)
        shown.append(words(at))
    said = "\n".join(shown).replace("\\", "").replace("`", "")
    assert all(name.replace("`", "") in said for name in NAMES)
    for page, query in PUPILS:
        is_clean(a_class.opened(page, hostile[NAMES[0]][0], **query))


def test_no_link_leads_to_what_is_the_teachers_or_another_pupils(
    a_class: Class, hostile: dict[str, tuple[str, str]]
) -> None:
    (mine, _), (_, theirs) = hostile[NAMES[0]], hostile[NAMES[1]]
    home = settings.home(theirs)
    named = runs.weightless(runs.find("svm-clips"), home.runs / "of-another").path
    (job,) = (one for one in jobs.all_jobs(everyone=True) if one.owner == theirs)
    clip = classmates.clip_of(home.recordings, Recordings(home.recordings).list_all()[0].file)
    for run in ("of-another", str(named), f"../../{theirs}/runs/one"):
        at = a_class.opened("results", mine, view="run", run=run, clip=clip)
        assert f"There is no run called “{run}” here" in words(at).replace("\\", ""), words(at)
    for page in ("train", "results", "analyze", "lessons"):
        at = a_class.opened(
            page, mine, job=job.id, corpus=theirs, model=str(named), own=str(named), view="room", **{"from": str(named)}
        )
        assert theirs not in words(at) and not at.error
    a_class.sits(mine)
    for page in ("class", "datasets", "live"):
        # Nothing of a lesson leads a pupil there: the server knows no such page for them.
        with pytest.raises(LookupError, match="no page"):
            a_class.opened(page, mine, view="end")
    assert a_class.lesson.goes_on
