"""Names that rebind, other websites' pages, proxies and frames: all of them at the door."""

from __future__ import annotations

import itertools
import time
import urllib.request
from pathlib import Path

from tests.browser import serving
from tests.browser.knocking import ask, shake_hands
from tests.browser.serving import Server
from trials.strangers.told import Told

HOSTS = ("rebound.example", "0.0.0.0", "192.168.7.5", "localhost.evil.example", "localhost@evil.example", "")
PATHS = ("/", "/datasets", "/_stcore/health", "/_stcore/metrics", "/media/any.wav")
PROXIES = ("X-Forwarded-For", "X-Forwarded-Port", "Forwarded", "CF-Connecting-IP", "True-Client-IP", "X-Real-IP", "Via")
WATCHED = serving.ROOT / "tests" / "browser" / "watched"
#: How many knock while the server is asked how it is, and seconds in which it answers.
KNOCKING, WELL_S = 20, 2.0


def attack(place: Path) -> Told:
    """Knock at a server of one's own and at a shared one; whatever they ask of other machines is lost, too."""
    told = Told()
    for mode, stated in (("local", {}), ("shared", {"STREAMLIT_BROWSER_SERVER_ADDRESS": "ser.example.org"})):
        folder, asked = place / mode, place / f"{mode}-asked"
        folder.mkdir()
        server = serving.start(folder, SER_MODE=mode, PYTHONPATH=str(WATCHED), SER_WATCHED=str(asked), **stated)
        try:
            _names(server, told, mode)
            _websites(server, told, mode)
            if mode == "local":
                for header, path in itertools.product(PROXIES, PATHS):
                    told.holds(ask(server.url + path, {header: "203.0.113.7"}) == 403, f"{header} was let in to {path}")
            else:
                told.holds(ask(f"{server.url}/_stcore/metrics", {}) == 403, "the metrics were shown to a stranger")
        finally:
            server.stop()
        told.holds(not asked.exists(), f"{mode}: it asked {asked.read_text() if asked.exists() else ''}")
    return told


def _names(server: Server, told: Told, mode: str) -> None:
    port = server.url.rpartition(":")[2]
    for host in HOSTS:
        foreign = {"Host": f"{host}:{port}" if host else ""}
        for path in PATHS:
            told.holds(ask(server.url + path, foreign) == 403, f"{mode}: {host} was let in to {path}")
        sent = ask(f"{server.url}/_stcore/upload_file/session/file", foreign, "PUT", b"sound")
        told.holds(sent == 403, f"{mode}: {host} uploaded a file")
        for origin in ({}, {"Origin": f"http://{host}:{port}"}):
            told.holds(shake_hands(server, foreign | origin) == 403, f"{mode}: {host} opened a websocket")


def _websites(server: Server, told: Told, mode: str) -> None:
    origins = [f"https://evil-{number}.example" for number in range(KNOCKING)]
    for origin in (*origins, "null", "http://localhost:1", "https://"):
        told.holds(shake_hands(server, {"Origin": origin}) == 403, f"{mode}: {origin} opened a websocket")
    begun = time.perf_counter()
    with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=60) as answer:
        took, policy = time.perf_counter() - begun, str(answer.headers["Content-Security-Policy"])
    told.holds(took < WELL_S, f"{mode}: after {KNOCKING} foreign websockets health took {took:.1f} s")
    told.holds("frame-ancestors 'self'" in policy, f"{mode}: it can be framed: {policy}")
    told.said.append(f"{mode}: health after {len(origins) + 3} foreign websockets {took:.2f} s")
