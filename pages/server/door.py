"""The door: every request and every websocket passes here, before Streamlit sees it."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server import class_door, hosts, uploads, visitor
from ser_core import settings

#: Headers that proxies and tunnels add, and how those of a family begin; on a machine of one's own nothing adds them.
FORWARDING = frozenset(
    [
        "forwarded",
        "forwarded-for",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-original-host",
        "x-original-url",
        "true-client-ip",
        "fastly-client-ip",
        "fly-client-ip",
        "x-azure-clientip",
        "x-envoy-external-address",
        "x-amzn-trace-id",
        "x-proxyuser-ip",
    ]
)
FORWARDING_FAMILIES = ("x-forwarded", "cf-")
#: Other websites that may show this one in a frame, as origins between blanks.
FRAMED_BY = "SER_FRAMED_BY"
#: What a page may fetch: of this server alone, whatever words of a stranger's it shows.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' blob: data:; media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'self'"
)
#: Streamlit's own figures of the process; its visitors need none of them.
METRICS = "/_stcore/metrics"

THROUGH_A_PROXY = (
    "This request came through a proxy. A server behind a proxy is meant for others: start it with SER_MODE=shared."
)
UNKNOWN_NAME = (
    "This server does not go by the name that was asked for. If it should, start it with "
    f"{hosts.VARIABLE} set to that name."
)
OTHER_WEBSITE = (
    "This request came from a page of another website. If that page is this server's own, behind a proxy, start it with "
    f"{hosts.VARIABLE} set to the name that visitors see."
)
NOT_FOR_VISITORS = "A shared server keeps its figures to itself."


def refusal(path: str, headers: Headers, names: hosts.Names, *, shared: bool) -> str | None:
    """Return why a request is not let in, or None where it is."""
    if not shared and is_forwarded(headers):
        return THROUGH_A_PROXY
    asked_for = headers.getlist("host")
    if len(asked_for) != 1 or not names.knows(asked_for[0]):
        return UNKNOWN_NAME
    if not all(names.trusts(origin, asked_for[0]) for origin in headers.getlist("origin")):
        return OTHER_WEBSITE
    if shared and path.rstrip("/").endswith(METRICS):
        return NOT_FOR_VISITORS
    return None


def is_forwarded(names: Iterable[str]) -> bool:
    """Tell whether one of these headers is a proxy's."""
    return any(name in FORWARDING or name.startswith(FORWARDING_FAMILIES) for name in map(str.lower, names))


class Door:
    """ASGI middleware that answers 403 and a sentence to whom the door does not let in, and has pages fetch nothing elsewhere, nor be framed there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        why = refusal(scope["path"], headers, _names(), shared=settings.mode() == "shared")
        if why is None:
            await self.app(_by_its_own_name(scope, headers), receive, _confined(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": why[:120]})
        else:
            await PlainTextResponse(f"{why}\n", status_code=403)(scope, receive, _confined(send))


MIDDLEWARE = [Middleware(Door), Middleware(class_door.ClassDoor), Middleware(uploads.Gate)]


def _by_its_own_name(scope: Scope, headers: Headers) -> Scope:
    """The request as the visitor's browser meant it: where a proxy hides the server's name, the page's origin tells it.

    Streamlit would look whether an origin that is not the host could be this machine's external address: it asks a public service.
    """
    place = hosts.place_of(headers.get("origin", ""))
    if not place or place == headers["host"]:
        return scope
    return {
        **scope,
        "headers": [(b"host", place.encode()) if header[0] == b"host" else header for header in scope["headers"]],
    }


def _confined(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = " ".join(os.environ.get(FRAMED_BY, "").replace(",", " ").replace(";", " ").split())
            MutableHeaders(scope=message)["Content-Security-Policy"] = f"{POLICY} {others}".strip()
        await send(message)

    return sent


@functools.cache
def _names() -> hosts.Names:
    stated = {name: st.get_option(name) for name in ("server.address", "browser.serverAddress")}
    return hosts.names(stated | {"auth": visitor.redirect_address()})
