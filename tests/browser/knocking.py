"""Requests and websockets' openings with headers of one's own, as no browser would send them."""

from __future__ import annotations

import base64
import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from tests import patience
from tests.browser.serving import Server


def ask(url: str, headers: dict[str, str], method: str = "GET", body: bytes | None = None) -> int:
    """Return the status of an answer."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, headers, method=method), timeout=patience.SECONDS
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def shake_hands(server: Server, headers: dict[str, str]) -> int:
    """Return the status of the answer to a websocket's opening: 101 where it is let in."""
    opening = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
    }
    line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=patience.SECONDS)
    try:
        line.request("GET", "/_stcore/stream", headers=opening | headers)
        return line.getresponse().status
    finally:
        line.close()
