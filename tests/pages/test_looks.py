"""A fragment that looks by itself just when the page's own run has ended takes nothing of what that run had to send."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

from pages.server import looks


class Session(AppSession):
    """One of which nothing is there but what a request and a runner's event ask for."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.__dict__.update(given)

    def __del__(self) -> None: ...


def told(request_rerun: Any, *, ends: bool = True, fragment: str = "banner") -> tuple[list[str], list[str | None]]:
    """What of a run's messages is sent, and which fragments a new runner is started for, when a fragment's request comes behind it."""
    sent: list[str] = []
    started: list[str | None] = []

    async def happens() -> None:
        loop, requests = asyncio.get_running_loop(), ScriptRequests()
        if ends:
            # As its runner does when the page's run is over and nothing else was asked for.
            assert requests.on_scriptrunner_ready().type is ScriptRequestType.STOP
        runner = SimpleNamespace(_requests=requests, request_rerun=requests.request_rerun)
        session = Session(
            {
                "_state": AppSessionState.APP_NOT_RUNNING,
                "_event_loop": loop,
                "_scriptrunner": runner,
                "_client_state": ClientState(),
                "_fragment_storage": SimpleNamespace(contains=lambda one: True),
                "_enqueue_forward_msg": lambda message: sent.append(message.delta.new_element.markdown.body),
                "_settle_once_delivered": lambda: None,
            }
        )

        def start(data: Any) -> None:
            started.append(data.fragment_id)
            session._scriptrunner = object()  # type: ignore[assignment]

        session._create_scriptrunner = start  # type: ignore[method-assign]
        answer = ForwardMsg()
        answer.delta.new_element.markdown.body = "the answer"
        for event, message in ((ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, answer), (ScriptRunnerEvent.SHUTDOWN, None)):
            loop.call_soon(session._handle_scriptrunner_event_on_event_loop, runner, event, message)
        request_rerun(session, ClientState(fragment_id=fragment, is_auto_rerun=True))
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(happens())
    return sent, started


def test_streamlit_itself_drops_the_answer() -> None:
    # Where this fails, Streamlit is mended and `looks` can go.
    assert told(AppSession.request_rerun) == ([], ["banner"])


def test_the_answer_is_sent_and_the_fragment_looks_behind_it() -> None:
    assert told(looks.deferred(AppSession.request_rerun)) == (["the answer"], ["banner"])


def test_a_run_that_goes_on_takes_the_request_itself() -> None:
    assert told(looks.deferred(AppSession.request_rerun), ends=False) == (["the answer"], [])


def test_the_server_sees_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
    looks.keep_apart()
    assert told(AppSession.request_rerun)[0] == ["the answer"]
