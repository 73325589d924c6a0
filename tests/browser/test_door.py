"""The door: other names, other websites, proxies, frames; and a server that asks nobody who it is."""

from __future__ import annotations

import http.server
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.server import door
from tests import loopback, patience
from tests.browser import chromium, serving, steps
from tests.browser.conftest import FLAGS
from tests.browser.knocking import ask, shake_hands
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
WATCHED = Path(__file__).with_name("watched")
EVIL = "rebound.example"


@dataclass(frozen=True)
class Watched:
    """A server, and the file that names whatever it asked of other machines."""

    server: Server
    asked: Path


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    asked = folder / "asked.txt"
    server = serving.start(folder, PYTHONPATH=str(WATCHED), SER_WATCHED=str(asked))
    yield Watched(server, asked)
    server.stop()


@pytest.fixture
def rebound(browser: Browser) -> Iterator[Page]:
    """A tab in which a hostile website's name leads to this machine."""
    launched = browser.browser_type.launch(
        executable_path=chromium.find(), args=[*FLAGS, f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"]
    )
    page = launched.new_page()
    page.set_default_timeout(patience.MILLISECONDS)
    yield page
    launched.close()


def test_a_name_that_rebinds_to_this_machine_gets_a_sentence_and_no_page(server: Server, rebound: Page) -> None:
    answer = rebound.goto(f"{server.url.replace('localhost', EVIL)}/datasets")
    assert answer is not None and answer.status == 403
    assert door.UNKNOWN_NAME in rebound.content()
    rebound.goto(f"{server.url}/datasets")
    steps.menu_stands(rebound)


@pytest.mark.parametrize(
    "host", [EVIL, "0.0.0.0", "192.168.7.5", "localhost.evil.example", "localhost@evil.example", ""]
)
def test_a_foreign_name_is_refused_by_one_rule(server: Server, host: str) -> None:
    port = server.url.rpartition(":")[2]
    foreign = {"Host": f"{host}:{port}" if host else ""}
    for path in ("/", "/datasets", "/_stcore/health", "/_stcore/metrics", "/media/any.wav"):
        assert ask(server.url + path, foreign) == 403
    assert ask(f"{server.url}/_stcore/upload_file/session/file", foreign, "PUT", b"sound") == 403
    assert shake_hands(server, foreign) == 403
    assert shake_hands(server, foreign | {"Origin": f"http://{host}:{port}"}) == 403


def test_this_machines_names_and_a_stated_one_are_let_in(serve: Callable[..., Server]) -> None:
    server = serve(SER_HOSTS="ser.example, lab.example")
    for host in ("localhost", "LOCALHOST", "127.0.0.1:99", "[::1]:8501", "ser.example", "lab.example:8501"):
        assert ask(server.url, {"Host": host}) == 200
        assert shake_hands(server, {"Host": host, "Origin": f"http://{host}"}) == 101
    assert ask(server.url, {"Host": EVIL}) == 403


def test_a_shared_server_goes_by_its_stated_names_alone(serve: Callable[..., Server]) -> None:
    server = serve(SER_MODE="shared", STREAMLIT_BROWSER_SERVER_ADDRESS="ser.example.org")
    for host in ("ser.example.org", "localhost"):
        assert ask(server.url, {"Host": host}) == 200
    assert ask(server.url, {"Host": EVIL}) == 403
    assert shake_hands(server, {"Host": EVIL, "Origin": f"https://{EVIL}"}) == 403
    # A proxy that hides the name: the page's own origin tells it.
    assert shake_hands(server, {"Origin": "https://ser.example.org"}) == 101
    assert shake_hands(server, {"Origin": "https://evil.example"}) == 403
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?families=cache_memory_bytes"):
        assert ask(server.url + path, {}) == 403


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X-Forwarded-Port",
        "X-Forwarded-Anything",
        "FORWARDED",
        "X-Real-IP",
        "Via",
        "CF-Connecting-IP",
        "CF-Ray",
        "True-Client-IP",
    ],
)
def test_what_came_through_a_proxy_is_refused_in_local_mode(server: Server, header: str) -> None:
    through_proxy = {header: "203.0.113.7"}
    for path in ("/", "/analyze", "/_stcore/health", "/_stcore/stream"):
        assert ask(server.url + path, through_proxy) == 403
    assert shake_hands(server, through_proxy) == 403
    assert ask(server.url, {}) == 200
    assert shake_hands(server, {}) == 101


def test_no_other_website_shows_it_in_a_frame(server: Server, page: Page) -> None:
    class Framing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'<iframe src="{server.url}/home" width="900" height="700"></iframe>'.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    refused = page.expect_console_message(lambda said: "frame-ancestors" in said.text)
    with loopback.answering(other), refused:
        page.goto(f"http://127.0.0.1:{other.server_port}")
    page.goto(server.url)
    steps.menu_stands(page)


def test_words_of_a_link_are_neither_links_nor_pictures(server: Server, page: Page) -> None:
    words = (
        "![x](https://evil.example/x.png) [Sign in again](https://evil.example) https://evil.example www.evil.example"
    )
    page.goto(f"{server.url}/results?{urllib.parse.urlencode({'view': 'run', 'run': words})}")
    expect(page.get_by_text(f"There is no run called “{words}” here.")).to_be_visible()
    steps.settled(page)
    assert not page.locator("[href*=evil], [src*=evil]").count()


def test_a_page_can_fetch_nothing_elsewhere(server: Server, page: Page, outside: list[str]) -> None:
    page.goto(server.url)
    fetched = page.evaluate("fetch('https://evil.example').then(() => 'fetched', () => 'refused')")
    assert fetched == "refused"
    with page.expect_console_message(lambda said: "img-src" in said.text):
        page.evaluate("new Image().src = 'https://evil.example/x.png'")
    # Asked for, and refused before it left.
    outside.clear()


def test_the_watch_sees_a_look_up(tmp_path: Path) -> None:
    asked = tmp_path / "asked.txt"
    environ = {"PYTHONPATH": str(WATCHED), "SER_WATCHED": str(asked), "PATH": ""}
    planted = "import urllib.request as r\ntry: r.urlopen('http://nobody.invalid', timeout=1)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", planted], env=environ, check=True, timeout=patience.SECONDS)
    assert "nobody.invalid" in asked.read_text()


def test_nobody_is_asked_for_an_address_whoever_knocks(watched: Watched, page: Page) -> None:
    server = watched.server
    for number in range(20):
        assert shake_hands(server, {"Origin": f"https://evil-{number}.example"}) == 403
    for origin in ("null", "http://localhost:1", "http://LOCALHOST", "https://", "x"):
        assert shake_hands(server, {"Origin": origin}) == 403
    begun = time.monotonic()
    with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=patience.SECONDS) as answer:
        assert answer.status == 200
    assert time.monotonic() - begun < 2
    for name in ("home", "analyze?source=samples&sample=voice-british", "live", "datasets", "train", "results"):
        page.goto(f"{server.url}/{name}")
        steps.menu_stands(page)
        steps.settled(page)
    assert not watched.asked.exists(), watched.asked.read_text()
