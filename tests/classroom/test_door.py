"""The way into a lesson over HTTP: what is asked, what is answered, which cookie it gives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from pages.server import class_door, visitor
from ser_core import classroom, settings
from ser_core.classroom import ending, pupils
from tests.classroom.conftest import begin, join

HTML = {"Accept": "text/html"}


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What lies behind the door."""
    await PlainTextResponse("inside")(scope, receive, send)


def ask(
    method: str, path: str, *, cookies: dict[str, str] | None = None, scheme: str = "https", **more: object
) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(class_door.ClassDoor(inside))
        async with httpx.AsyncClient(
            transport=transport, base_url=f"{scheme}://192.168.1.5:8501", cookies=cookies
        ) as http:
            return await http.request(method, path, **more)  # type: ignore[arg-type]

    return asyncio.run(once())


def test_a_pupil_joins_with_the_links_key_and_is_known_from_then_on(lesson: classroom.Lesson) -> None:
    key = lesson.state["key"]
    assert ask("GET", "/", headers=HTML).headers["location"] == "/join"
    page = ask("GET", f"/join?key={key}").text
    assert f"value='{key}'" in page and "Key of the class" not in page and "deleted when the lesson ends" in page
    assert "Key of the class" in ask("GET", "/join?key=WRONG").text
    answer = ask("POST", "/join", data={"key": key, "nickname": "Ada"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    said = answer.headers["set-cookie"].casefold()
    assert all(word in said for word in ("httponly", "secure", "samesite=lax"))
    known = {visitor.cookie(): answer.cookies[visitor.cookie()]}
    assert ask("GET", "/train", headers=HTML, cookies=known).text == "inside"
    assert ask("GET", "/join", cookies=known).headers["location"] == "/"
    assert visitor.member(lesson, known[visitor.cookie()]) == pupils.listed(lesson)[0].id
    assert (
        "secure"
        not in ask("POST", "/join", data={"key": key, "nickname": "B"}, scheme="http").headers["set-cookie"].casefold()
    )


def test_one_browser_joins_once(lesson: classroom.Lesson) -> None:
    key = lesson.state["key"]
    answer = ask("POST", "/join", data={"key": key, "nickname": "Ada"})
    known = {visitor.cookie(): answer.cookies[visitor.cookie()]}
    for name in ("Ada", "Bob"):
        again = ask("POST", "/join", data={"key": key, "nickname": name}, cookies=known)
        assert (again.status_code, again.headers["location"]) == (303, "/") and "set-cookie" not in again.headers
    assert [one.nickname for one in pupils.listed(lesson)] == ["Ada"]


def test_a_class_is_full_at_its_bound_however_often_somebody_knocks(lesson: classroom.Lesson) -> None:
    key = lesson.state["key"]
    answers = [ask("POST", "/join", data={"key": key, "nickname": f"x{k}"}).status_code for k in range(60)]
    assert answers == [303] * pupils.MOST + [400] * 20 and len(pupils.listed(lesson)) == pupils.MOST


def test_what_a_nickname_says_is_text(lesson: classroom.Lesson) -> None:
    wrong = ask("POST", "/join", data={"key": "'><script>alert(1)</script>", "nickname": "Ada"})
    assert wrong.status_code == 400 and "not the key" in wrong.text and "<script>" not in wrong.text
    assert ask("POST", "/join", content=b"nickname=" + b"a" * 10_000).status_code == 400


def test_the_terminals_code_makes_a_teacher(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, code = begin(home, monkeypatch)
    monkeypatch.setattr(class_door, "WRONG_S", 0.0)
    wrong = ask("POST", "/teach", data={"code": "AAAAAAAA"})
    assert wrong.status_code == 400 and "set-cookie" not in wrong.headers
    answer = ask("POST", "/teach", data={"code": code})
    assert answer.headers["location"] == "/class"
    assert visitor.member(lesson, answer.cookies[visitor.cookie()]) == ""
    # Somebody who has joined before can still become the teacher in the same browser.
    token, _ = join(lesson, "Me")
    assert "Code" in ask("GET", "/teach", cookies={visitor.cookie(): token}).text


def test_who_has_not_joined_opens_no_session_and_uploads_nothing(lesson: classroom.Lesson) -> None:
    assert ask("PUT", "/_stcore/upload_file/x/y").status_code == 403
    assert ask("GET", "/static/app.js", headers={"Accept": "*/*"}).text == "inside"
    assert ask("GET", "/_stcore/health").text == "inside"
    sent: list[dict[str, object]] = []

    async def knock(cookie: bytes) -> None:
        async def send(message: object) -> None:
            sent.append(message)  # type: ignore[arg-type]

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        door = class_door.ClassDoor(_accepting)
        await door({"type": "websocket", "path": "/_stcore/stream", "headers": [(b"cookie", cookie)]}, receive, send)  # type: ignore[arg-type]

    asyncio.run(knock(b"ser-class-7b=guessed"))
    assert sent.pop()["code"] == 1008
    token, _ = join(lesson, "Ada")
    asyncio.run(knock(f"ser-class-7b={token}".encode()))
    assert sent.pop()["type"] == "websocket.accept"


async def _accepting(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


def test_after_the_end_nobody_joins(lesson: classroom.Lesson) -> None:
    key = lesson.state["key"]
    ending.end(lesson)
    assert ask("POST", "/join", data={"key": key, "nickname": "Ada"}).text == "inside"
    assert ask("GET", "/", headers=HTML).text == "inside" and not lesson.folder.exists()


def test_without_a_class_there_is_no_such_door() -> None:
    assert settings.school_class() == ""
    assert ask("GET", "/join").text == "inside" and ask("GET", "/", headers=HTML).text == "inside"
