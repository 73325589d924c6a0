"""What the browser tests do and expect again and again."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests import patience
from tests.browser import serving


@functools.cache
def predict(*files: Path | str) -> list[dict[str, Any]]:
    """Return what the command line says of files; options may stand after them."""
    command = [sys.executable, "-m", "ser_core", "predict", "accurate", *map(str, files), "--json"]
    done = subprocess.run(command, cwd=serving.ROOT, capture_output=True, text=True, timeout=patience.SECONDS)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def headline(answer: dict[str, Any]) -> str:
    """Return the headline that the page shows for the command line's answer."""
    if answer["decision"] == "no-speech":
        return "No speech"
    if answer["decision"] == "uncertain":
        return "Uncertain"
    return f"{answer['label'].capitalize()} · {percent(answer['probabilities'][answer['label']])}"


def bars(answer: dict[str, Any], model: str = "accurate") -> str:
    """Return what the bar chart says to those who cannot see it."""
    said = ", ".join(f"{label} {percent(p)}" for label, p in answer["probabilities"].items())
    return f"Probabilities by {model}: {said}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


#: A script has run and ended, and of what it drew nothing is still loading, nor left over from the script before.
SETTLED = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stMain] :is([data-stale=true], [data-testid=stSkeleton])')"""


def settled(page: Page) -> None:
    """Wait until the page is drawn and no script runs: a click before that may hit a button that is about to be replaced."""
    page.wait_for_function(SETTLED)


def menu_stands(page: Page) -> None:
    """Expect the app's menu, the wide one by its place: the phones' menu has the same links until the style hides it."""
    expect(page.get_by_test_id("stTopNavLink").filter(has_text="Home")).to_be_visible()


def record(page: Page, seconds: int, recorder: int = -1) -> None:
    """Press Record, and Stop once so many whole seconds (1 to 9) or more have been recorded; `recorder`: which of the page's."""
    page.get_by_role("button", name="Record", exact=True).nth(recorder).click()
    # Not one reading of the clock: a busy machine may never show it.
    expect(page.get_by_text(re.compile(rf"^(00:0[{seconds}-9]|00:[1-5]\d|0[1-9]:\d\d)$"))).to_be_visible()
    page.get_by_role("button", name="Stop recording").click()


def download(page: Page, button: str, folder: Path) -> Path:
    """Press a download button and return the file that came."""
    settled(page)
    # By kind and text: the recorder has a button of its own that clears the recording.
    wanted = page.get_by_test_id("stDownloadButton").filter(has_text=button).get_by_role("button")
    with page.expect_download() as started:
        wanted.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def answers(page: Page, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the page's answers in full precision, by model."""
    found: dict[str, dict[str, Any]] = json.loads(download(page, "Answers (JSON)", folder).read_text())["models"]
    return found


def select_row(page: Page, row: int) -> None:
    """Press the box of a row of the table of files; it is drawn on a canvas, so its place is all there is."""
    table: Locator = page.get_by_test_id("stDataFrame").first.locator(".dvn-scroller")
    row_height = 35
    table.click(position={"x": 16, "y": row_height * (row + 1.5)})
