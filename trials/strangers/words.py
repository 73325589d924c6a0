"""Every page in a real browser, of a home in which all is called as a stranger pleases, and by links that say the worst."""

from __future__ import annotations

import os
import urllib.parse
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests import hostile_words, patience
from tests.browser import chromium, serving, steps
from tests.browser.conftest import FLAGS
from tests.jobs.steps import no_runner
from trials.strangers.told import Told

HERE = ("localhost", "127.0.0.1")
#: Where what a browser would follow or fetch leads.
LEADS = "all => all.flatMap(one => ['href', 'src', 'xlink:href'].map(name => one.getAttribute(name)).filter(Boolean))"


def attack(place: Path) -> Told:
    """Open every view; a link, a picture, or a request to another machine is lost. The browser is told to mind no policy."""
    told = Told()
    os.environ["SER_HOME"] = str(place / "ser-home")
    with no_runner():
        hostile_words.furnish(place)
        server = serving.start(place)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(FLAGS))
                page = browser.new_context(bypass_csp=True).new_page()
                page.set_default_timeout(patience.MILLISECONDS)
                asked: list[str] = []
                page.on("request", lambda request: asked.append(request.url))
                for name, queries in hostile_words.PAGES.items():
                    for query in (*queries, dict.fromkeys(hostile_words.NAMES, hostile_words.WORD)):
                        _look(page, f"{server.url}/{name}", {**hostile_words.THERE, **query}, asked, told)
                browser.close()
            told.holds("A page failed" not in server.log.read_text(errors="replace"), "a page failed")
        finally:
            server.stop()
    return told


def _look(page: Page, address: str, query: dict[str, str], asked: list[str], told: Told) -> None:
    asked.clear()
    page.goto(f"{address}?{urllib.parse.urlencode(query)}")
    page.get_by_role("link", name="Home").first.wait_for()
    steps.settled(page)
    where = f"{urlsplit(address).path} {query.get('view', query.get('tab', ''))[:20]}"
    drawn = page.locator("[href], [src], svg a").evaluate_all(LEADS)
    leads = [url for link in drawn if _elsewhere(url := urllib.parse.urljoin(page.url, link))]
    told.holds(not leads, f"{where} leads to {leads[:3]}")
    gone = [url for url in asked if _elsewhere(url)]
    told.holds(not gone, f"{where} asked {gone[:3]}")


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss", "ftp") and parts.hostname not in HERE
