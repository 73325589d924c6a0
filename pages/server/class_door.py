"""The door of a lesson: pupils join with the key of the link and a nickname, the teacher with the code of the terminal; nobody else is let in.

Both get a cookie that no script can read. These two small pages are not Streamlit's: they are there at once on any phone.
"""

from __future__ import annotations

import asyncio
import html
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.server import visitor
from ser_core import classroom, settings
from ser_core.classroom import pupils

JOIN, TEACH = "/join", "/teach"
#: The server's address as pupils see it, said by whoever starts it.
ADDRESS = "SER_ADDRESS"
#: Seconds that a browser is known; a lesson is shorter.
KNOWN_S = 12 * 3600
#: Longest form that is read, in bytes, and seconds that a wrong code waits for its answer.
MAX_BYTES, WRONG_S = 4096, 0.5
NOT_JOINED = "This server is for a class. Join it first."

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
body {{ max-width: 22rem; margin: 12vh auto 0; padding: 0 1.2rem; line-height: 1.5; }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font-size: 1.05rem; }}
input, button {{ padding: .7rem; margin: .3rem 0 1rem; border-radius: .5rem; border: 1px solid #888; }}
button {{ background: #1f5fbf; color: #fff; border: 0; font-weight: 600; }}
.wrong {{ color: light-dark(#b00020, #ff8a80); font-weight: 600; }}
</style></head><body><h1>{title}</h1>{wrong}<form method="post">{fields}<button>{go}</button></form><p>{below}</p></body></html>
"""


class ClassDoor:
    """ASGI middleware that serves the two pages and lets nobody on who has not joined, while a lesson goes on; else nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lesson = classroom.here() if scope["type"] in ("http", "websocket") else None
        if lesson is None or not lesson.goes_on:
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/") in (JOIN, TEACH):
            await (await _answer(lesson, Request(scope, receive)))(scope, receive, send)
        elif visitor.member(lesson, _token(scope)) != settings.NOBODY or not _asks_for_what_is_inside(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": NOT_JOINED})
        elif scope["method"] == "GET":
            await RedirectResponse(JOIN, 303)(scope, receive, send)
        else:
            await PlainTextResponse(f"{NOT_JOINED}\n", 403)(scope, receive, send)


def join_at(url: str, lesson: classroom.Lesson) -> str:
    """Return the address by which pupils join. url: the server's."""
    return f"{url}{JOIN}?key={lesson.state['key']}"


def _asks_for_what_is_inside(scope: Scope) -> bool:
    """Sessions, uploads and the pages themselves; not the scripts and pictures that they are made of."""
    if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
        return True
    return "text/html" in Headers(scope=scope).get("accept", "")


async def _answer(lesson: classroom.Lesson, request: Request) -> Response:
    teaching = request.url.path.rstrip("/") == TEACH
    known = visitor.member(lesson, _token(request.scope))
    if known != settings.NOBODY and not (teaching and known):
        # Whoever presses twice joins once.
        return RedirectResponse("/class" if known == "" else "/", 303)
    if request.method != "POST":
        return _page(lesson, teaching, request.query_params.get("key", ""))
    said = await _form(request)
    try:
        token = (
            lesson.let_teach(said.get("code", ""))
            if teaching
            else pupils.join(lesson, said.get("key", ""), said.get("nickname", ""))
        )
    except classroom.ClassError as error:
        return _page(lesson, teaching, said.get("key", ""), str(error))
    if token is None:
        await asyncio.sleep(WRONG_S)
        return _page(lesson, teaching, "", "This is not the code that the terminal shows.")
    entered = RedirectResponse("/class" if teaching else "/", 303)
    # Lax, not strict: whoever comes back by scanning the code once more is known.
    entered.set_cookie(
        visitor.cookie(), token, max_age=KNOWN_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return entered


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            return {}
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _page(lesson: classroom.Lesson, teaching: bool, key: str, wrong: str = "") -> HTMLResponse:
    if teaching:
        fields = (
            "<label>Code <input name='code' autocomplete='off' autocapitalize='characters' required autofocus></label>"
        )
        below = "The terminal in which the lesson was started shows it."
    else:
        known = key and lesson.is_key(key)
        fields = (
            f"<input type='hidden' name='key' value='{html.escape(key)}'>"
            if known
            else "<label>Key of the class <input name='key' autocomplete='off' autocapitalize='characters' required></label>"
        )
        fields += f"<label>Nickname <input name='nickname' maxlength='{pupils.MAX_NICKNAME}' autocomplete='off' required autofocus></label>"
        below = "No account, no e-mail. Everything that you record and train here is deleted when the lesson ends."
    title = f"{'Teach' if teaching else 'Join'} class {lesson.name}"
    said = f"<p class='wrong' role='alert'>{html.escape(wrong)}</p>" if wrong else ""
    text = _PAGE.format(
        title=html.escape(title), wrong=said, fields=fields, go="Teach" if teaching else "Join", below=below
    )
    return HTMLResponse(
        text, 400 if wrong else 200, headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    )


def _token(scope: Scope) -> str:
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(visitor.cookie(), "")
