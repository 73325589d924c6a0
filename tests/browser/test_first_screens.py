"""What anybody sees first: few words, nothing that an accessibility check calls serious, and an answer within a click or two."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ser_core import settings
from ser_core.runs import Run, weightless
from tests import made
from tests.browser import first_screen, serving, steps
from tests.browser.conftest import visitor
from tests.browser.screens import SCREENS
from tests.browser.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has a corpus."""
    folder = tmp_path_factory.mktemp("screens")
    corpus = made.crema_d(tmp_path_factory.mktemp("corpus"), made.SPEAKERS[:4], ("IEO", "TIE"), seconds=0.6)
    (folder / "ser-home").mkdir()
    (folder / "ser-home" / "corpora.json").write_text(json.dumps({"crema-d": str(corpus)}))
    started = serving.start(folder)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all screens: each is a page and a session of its own, and the browser has read the app's scripts before."""
    with visitor(browser, []) as opened:
        yield opened.new_page()


@pytest.mark.parametrize("address", SCREENS)
def test_a_first_screen_says_little_and_everybody_can_use_it(server: Server, tab: Page, address: str) -> None:
    first_screen.looked_at(tab, f"{server.url}/{address}")


class Walk:
    """Counts somebody's clicks and seconds."""

    def __init__(self, page: Page, who: str) -> None:
        self.page, self.who, self.clicks, self.began = page, who, 0, time.monotonic()

    def click(self, role: str, name: str, *, nth: int = 0) -> None:
        steps.settled(self.page)
        self.page.get_by_role(role, name=name, exact=True).nth(nth).click()  # type: ignore[arg-type]
        self.clicks += 1

    def done(self, what: str) -> float:
        took = time.monotonic() - self.began
        print(f"{self.who}: {what} after {self.clicks} clicks, {took:.1f} s")
        return took


def test_the_curious_get_an_answer_with_one_click_or_two(server: Server, page: Page) -> None:
    page.goto(server.url)
    steps.settled(page)
    first = Walk(page, "curious")
    first.click("button", "1")
    expect(page.get_by_test_id("answer")).to_be_visible()
    first.done("a voice is answered, the model being opened")
    warm = Walk(page, "curious")
    warm.click("button", "2")
    expect(page.get_by_text("The actor was asked for")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_be_visible()
    warm.done("another")
    spoken = Walk(page, "curious")
    steps.settled(page)
    steps.record(page, 3)
    spoken.clicks += 2
    expect(page.get_by_text("New voice and microphone: less sure.")).to_be_visible()
    spoken.done("one's own voice is answered (3 s of it are speech)")
    assert (first.clicks, warm.clicks, spoken.clicks) == (1, 1, 2)


def test_a_student_compares_with_what_ships_in_three_clicks(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/results")
    walk = Walk(page, "student")
    for row in (0, 2):
        steps.settled(page)
        steps.select_row(page, row)
        walk.clicks += 1
    walk.click("button", "Compare 2")
    expect(page.get_by_text("points more of the 738 clips than")).to_be_visible()
    walk.done("two models are compared")
    assert walk.clicks == 3


def test_ones_own_run_stands_beside_the_best_in_two_clicks(server: Server, page: Page) -> None:
    copy = weightless(Run(settings.ARTIFACTS / "results" / "svm-speakers"), server.home / "runs" / "mine").path
    page.goto(f"{server.url}/results")
    walk = Walk(page, "student")
    steps.settled(page)
    steps.select_row(page, 0)
    walk.clicks += 1
    walk.click("button", "Compare with the best")
    expect(page.get_by_text("points more of the 738 clips than mine")).to_be_visible()
    walk.done("one's own run is compared with the best that ships")
    assert walk.clicks == 2
    shutil.rmtree(copy)


def test_a_teacher_opens_a_lesson_and_a_step_of_it(server: Server, page: Page) -> None:
    page.goto(server.url)
    walk = Walk(page, "teacher")
    walk.click("link", "Lessons")
    steps.settled(page)
    page.get_by_role("button", name="Lesson 4").click()
    walk.clicks += 1
    expect(page.get_by_role("heading", name=re.compile("^Lesson 4"))).to_be_visible()
    page.get_by_role("link", name="The shipped model on voices that it never heard").click()
    walk.clicks += 1
    walk.done("the confusion matrix of a lesson is asked for")
    assert walk.clicks == 3


def test_old_links_lead_to_the_lessons(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/results?view=lesson&step=crema-d")
    expect(page.get_by_text("A random split of its clips still puts each of them on both sides")).to_be_visible()
    assert "/lessons?" in page.url and "step=crema-d" in page.url
