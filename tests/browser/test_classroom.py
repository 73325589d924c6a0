"""A lesson in a real browser: a pupil joins and acts, the teacher ends it, and every page of it says little and can be used by everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ser_core import classroom
from tests.browser import first_screen, serving, steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
PUPIL = ("", "analyze", "lessons?view=guess", "train?view=record", "train", "results")
TEACHER = ("class", "class?view=queue", "class?view=board", "class?view=guesses", "class?view=end")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, classroom.Lesson, str]]:
    """A server of class 7b, and the teacher's code."""
    place = tmp_path_factory.mktemp("lesson")
    begun, code = classroom.open_class(place / "ser-home", "7b")
    server = serving.start(place, SER_MODE="shared", SER_CLASS="7b", SER_HOME=str(begun.folder))
    yield server, begun, code
    server.stop()


def join(page: Page, server: Server, begun: classroom.Lesson, nickname: str) -> None:
    page.goto(f"{server.url}/join?key={begun.state['key']}")
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Join").click()
    steps.settled(page)


def teach(page: Page, server: Server, code: str) -> None:
    page.goto(f"{server.url}/teach")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Teach").click()
    steps.settled(page)


def test_a_lesson_from_joining_to_its_end(
    lesson: tuple[Server, classroom.Lesson, str], page: Page, browser: Browser
) -> None:
    server, begun, code = lesson
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Join class 7b")).to_be_visible()
    assert first_screen.faults(page) == [], "the way in"
    join(page, server, begun, "Ada")
    expect(page.get_by_text("Act an emotion, three seconds or more")).to_be_visible()
    for address in PUPIL:
        first_screen.looked_at(page, f"{server.url}/{address}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.url}/train?view=record")
    steps.settled(page)
    steps.record(page, 2)
    expect(page.get_by_text("Clips of the class so far: 1, by 1 of you.")).to_be_visible()
    other = browser.new_context()
    try:
        teacher = other.new_page()
        teach(teacher, server, code)
        expect(teacher.get_by_role("img", name="QR code by which pupils join")).to_be_visible()
        for address in TEACHER:
            first_screen.looked_at(teacher, f"{server.url}/{address}")
        teacher.goto(f"{server.url}/class")
        steps.settled(teacher)
        teacher.get_by_role("radio", name="1. Guess").click()
        expect(page.get_by_role("link", name=re.compile("Hear twelve actors"))).to_be_visible(timeout=30_000)
        teacher.goto(f"{server.url}/class?view=end")
        steps.settled(teacher)
        expect(teacher.get_by_text("nicknames: 1, recordings: 1")).to_be_visible()
        teacher.get_by_role("button", name="End lesson", exact=False).last.click()
        teacher.get_by_role("button", name="Yes, delete everything").click()
        for one in (teacher, page):
            expect(one.get_by_text("no file is left on the computer")).to_be_visible(timeout=60_000)
        assert not begun.folder.exists() and _left(server.home.parents[2]) == []
    finally:
        other.close()


def _left(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file() and b"Ada" in path.read_bytes()]
