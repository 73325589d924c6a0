"""The results page in a real Chromium: a cell of the matrix gives its clips, one plays, and the URL opens the same on a fresh server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from pages.results import run_view
from ser_core import settings
from ser_core.runs import Run, weightless
from tests.browser import steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SHIPPED = settings.ARTIFACTS / "models" / "accurate"
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")


def with_corpus(serve: Callable[..., Server], data: Path) -> Server:
    """A fresh server on a machine where CREMA-D is registered."""
    server = serve()
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "corpora.json").write_text(json.dumps({"crema-d": str(data / "crema-d")}))
    return server


def of_cell(true: str, predicted: str) -> pd.DataFrame:
    """The shipped model's test clips of a cell, the surest first, as the page lists them."""
    rows = pd.read_csv(SHIPPED / "predictions.csv")
    rows = rows[(rows["part"] == "test") & (rows["true"] == true) & (rows["predicted"] == predicted)]
    return rows.sort_values(f"p_{predicted}", ascending=False, kind="stable")


def cell(page: Page, true: str, predicted: str) -> tuple[Locator, dict[str, float]]:
    """The matrix, and the place of a cell on it."""
    labels: list[str] = json.loads((SHIPPED / "metrics.json").read_text())["test"]["labels"]
    steps.settled(page)
    matrix = page.get_by_test_id("stPlotlyChart").first.locator(".nsewdrag").first
    expect(matrix).to_be_visible()
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    assert box is not None
    size = len(labels)
    return matrix, {
        "x": (labels.index(predicted) + 0.5) * box["width"] / size,
        "y": (labels.index(true) + 0.5) * box["height"] / size,
    }


def loaded(page: Page) -> float:
    """The seconds of the only player, once the browser has loaded its sound."""
    player = page.locator("audio")
    expect(player).to_have_count(1)
    page.wait_for_function(
        "() => { const a = document.querySelector('audio'); return a && a.readyState >= 1 && a.duration > 0 }"
    )
    return float(player.evaluate("element => element.duration"))


def test_a_click_on_a_wrong_cell_gives_a_clip_that_plays_and_the_url_opens_it_again(
    serve: Callable[..., Server], page: Page, data: Path
) -> None:
    server = with_corpus(serve, data)
    page.goto(f"{server.url}/results?view=run&run=accurate")
    rows = of_cell("sadness", "neutral")
    matrix, place = cell(page, "sadness", "neutral")
    matrix.hover(position=place)
    said = f"{len(rows)} of 126 sadness clips ({100 * len(rows) / 126:.0f} %) were taken for neutral"
    expect(page.get_by_text(said)).to_be_visible()
    matrix.click(position=place)
    said = page.get_by_text(f"sadness, taken for neutral: {len(rows)} clips")
    first = page.get_by_text(rows["clip"].iloc[0], exact=True).last
    expect(said).to_be_visible()
    expect(first).to_be_visible()
    assert 1.0 < loaded(page) < 6.0
    steps.settled(page)
    page.locator("audio").evaluate("element => element.play()")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")
    page.wait_for_url(re.compile("cell=sadness%2Cneutral|cell=sadness,neutral"))

    again = with_corpus(serve, data)
    page.goto(page.url.replace(server.url, again.url))
    expect(said).to_be_visible()
    expect(first).to_be_visible()
    assert loaded(page) > 1.0
    expect(page.get_by_role("combobox", name="Run")).to_have_value("Best: a pretrained ear")

    matrix, place = cell(page, "anger", "disgust")
    matrix.click(position=place)
    expect(page.get_by_text(f"anger, taken for disgust: {len(of_cell('anger', 'disgust'))} clips")).to_be_visible()


def test_the_list_of_cells_does_what_the_mouse_does(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/results?view=run&run=accurate")
    steps.settled(page)
    cells = page.get_by_role("combobox", name="Clips of")
    cells.focus()
    cells.press_sequentially("fear, taken for sad")
    cells.press("Enter")
    expect(page.get_by_text(f"fear, taken for sadness: {len(of_cell('fear', 'sadness'))} clips")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch this clip")).to_be_visible()


def test_every_click_on_a_tab_is_obeyed(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/results?view=run&run=accurate")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(len(run_view.TABS))
    # There and back again: of an address that follows the clicks, every second one was lost.
    for title, name in [
        ("Calibration", "calibration"),
        ("Sure but wrong", "mistakes"),
        ("Configuration", "configuration"),
        ("Log", "log"),
        ("Groups", "groups"),
        ("Model card", "card"),
        ("Layers", "layers"),
        ("Learning curves", "curves"),
        ("Calibration", "calibration"),
    ]:
        steps.settled(page)
        page.get_by_role("tab", name=title, exact=True).click()
        page.wait_for_url(f"**tab={name}*")
        steps.settled(page)
        expect(page.get_by_role("tab", name=title, exact=True)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel").filter(visible=True)).not_to_be_empty()


@pytest.fixture
def mine(server: Server) -> Iterator[Path]:
    """A run of one's own."""
    copy = weightless(WEIGHTLESS, server.home / "runs" / "mine").path
    yield copy
    shutil.rmtree(copy, ignore_errors=True)


def test_a_run_of_ones_own_is_opened_named_and_deleted(server: Server, page: Page, mine: Path) -> None:
    before = len(server.log.read_text())
    page.goto(f"{server.url}/results")
    steps.settled(page)
    page.get_by_role("textbox", name="Search").fill("mine")
    page.get_by_role("textbox", name="Search").press("Enter")
    page.wait_for_url("**search=mine*")
    expect(page.get_by_text(re.compile(r"^1 of \d+ runs"))).to_be_visible()
    steps.settled(page)
    steps.select_row(page, 0)
    page.get_by_role("button", name="Name, note, tags").click()
    page.get_by_role("textbox", name="Note").fill("first try, mine")
    page.get_by_role("textbox", name="Tags").fill("odd")
    page.get_by_role("button", name="Keep").click()
    # The filter by tag comes with the first tag.
    steps.settled(page)
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("combobox", name="Tag")).to_be_visible()
    assert json.loads((server.home / "notes.json").read_text())["runs/mine"]["note"] == "first try, mine"
    page.keyboard.press("Escape")
    page.get_by_test_id("stButton").filter(has_text="Open").get_by_role("button").click()
    expect(page.get_by_text(re.compile("^mine · CREMA-D · 525 clips of")).first).to_be_visible()
    page.wait_for_url("**view=run&run=mine*")
    # A value that is bound leaves with its widget, once the script has ended.
    page.wait_for_url(lambda url: "search=" not in url)

    page.goto(f"{server.url}/results?search=mine")
    steps.settled(page)
    steps.select_row(page, 0)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text(re.compile(r"^0 of \d+ runs"))).to_be_visible()
    assert not mine.exists()
    assert "Traceback" not in server.log.read_text()[before:]
