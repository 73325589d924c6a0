"""A real server and a real Chromium with a microphone that plays a file; whatever a page asks of other machines fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pytest

from ser_core import audio, settings
from tests import patience
from tests.browser import chromium, serving
from tests.browser.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
MICROPHONE_RATE = 48_000


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests of this folder share."""
    started = serving.start(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start fresh servers with further environment variables; they end with the test."""
    started: list[Server] = []

    def fresh(**environ: str) -> Server:
        started.append(serving.start(tmp_path_factory.mktemp("fresh"), **environ))
        return started[-1]

    yield fresh
    for one in started:
        one.stop()


@pytest.fixture(scope="package")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears: the samples' voices one after the other, as a microphone's 48 kHz WAV."""
    names = ("voice-british", "voice-high-fast", "voice-low-slow")
    heard = np.concatenate([audio.decode(settings.ARTIFACTS / "samples" / f"{name}.flac").samples for name in names])
    path = tmp_path_factory.mktemp("microphone") / "voices.wav"
    path.write_bytes(audio.encode_wav(audio.resample(heard, audio.SAMPLE_RATE, MICROPHONE_RATE), MICROPHONE_RATE))
    return path


@pytest.fixture(scope="package")
def browser(voices: Path) -> Iterator[Browser]:
    """One Chromium for all tests of this folder; without one they are skipped, or fail where SER_REQUIRE_BROWSER=1."""
    found = chromium.find()
    if found is None:
        complain = pytest.fail if os.environ.get("SER_REQUIRE_BROWSER") == "1" else pytest.skip
        complain("no Chromium or Chrome was found: `python -m tests.browser.chromium` installs one")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=patience.MILLISECONDS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=found, args=[*FLAGS, f"--use-file-for-fake-audio-capture={voices}"]
        )
        yield launched
        launched.close()


@pytest.fixture
def outside() -> list[str]:
    """The addresses on other machines that a page asked for, as they come."""
    return []


@pytest.fixture
def without_policy() -> bool:
    """Whether the browser lets a page fetch what the server's policy forbids."""
    return False


@contextmanager
def visitor(browser: Browser, outside: list[str], *, without_policy: bool = False) -> Iterator[BrowserContext]:
    """A visitor in a profile of their own who allows the microphone; it fails when a page asked another machine for anything."""
    opened = _profile(browser, without_policy=without_policy)
    with _at_home(opened, outside):
        yield opened
    opened.close()


def _profile(browser: Browser, *, without_policy: bool = False) -> BrowserContext:
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900},
        permissions=["microphone"],
        accept_downloads=True,
        locale="en-US",
        # What turns and fades would be drawn sixty times a second, by the processor.
        reduced_motion="reduce",
        bypass_csp=without_policy,
    )
    opened.set_default_timeout(patience.MILLISECONDS)
    return opened


@contextmanager
def _at_home(opened: BrowserContext, outside: list[str]) -> Iterator[None]:
    """Note in `outside` what the profile's pages ask of other machines, and fail at the end when there was anything."""

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("localhost", "127.0.0.1"):
            outside.append(url)

    def of_request(request: Request) -> None:
        note(request.url)

    def of_page(page: Page) -> None:
        page.on("websocket", lambda socket: note(socket.url))

    opened.on("request", of_request)
    opened.on("page", of_page)
    yield
    opened.remove_listener("request", of_request)
    opened.remove_listener("page", of_page)
    assert not outside, f"the page asked other machines: {outside}"


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """The profile that one visitor after the other uses: the browser compiles the program's scripts once, not at every page."""
    opened = _profile(browser)
    yield opened
    opened.close()


def _leave(opened: BrowserContext) -> None:
    """Close a visitor's pages and forget what they left: what they stored, cookies, what they allowed."""
    origins = {"://".join(urlsplit(page.url)[:2]) for page in opened.pages}
    for page in opened.pages:
        page.close()
    blank = opened.new_page()
    devtools = opened.new_cdp_session(blank)
    for origin in origins:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
    blank.close()
    opened.clear_cookies()
    opened.clear_permissions()
    opened.grant_permissions(["microphone"])


@pytest.fixture
def context(
    browser: Browser, request: pytest.FixtureRequest, outside: list[str], without_policy: bool
) -> Iterator[BrowserContext]:
    """A fresh visitor; the test fails when a page asked another machine for anything."""
    if without_policy:
        with visitor(browser, outside, without_policy=True) as own:
            yield own
        return
    shared: BrowserContext = request.getfixturevalue("profile")
    with _at_home(shared, outside):
        yield shared
        _leave(shared)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A fresh visitor's tab."""
    return context.new_page()
