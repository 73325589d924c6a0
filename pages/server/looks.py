"""A page's fragments that look by themselves never take what the page itself was sent.

Streamlit (1.67) starts a new runner for a fragment's request that comes when the page's own run has just ended, and drops what that
run had still to send: on a busy server an answer never arrives (see github.com/streamlit/streamlit/issues/9921).
"""

from __future__ import annotations

from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType


def deferred(request_rerun: Any) -> Any:
    """Return AppSession's way to ask for a run, in which a fragment waits until what the ended run had to send is sent."""

    def asked(session: Any, client_state: Any) -> None:
        if client_state and client_state.fragment_id and _ended(session._scriptrunner):
            # All that the run has told stands in this loop's line already, so it comes first.
            session._event_loop.call_soon(request_rerun, session, client_state)
        else:
            request_rerun(session, client_state)

    return asked


def keep_apart() -> None:
    """See to it in this server."""
    AppSession.request_rerun = deferred(AppSession.request_rerun)  # type: ignore[method-assign]


def _ended(runner: Any) -> bool:
    """Whether a runner takes no more requests, while what it told is not all sent yet: the session forgets it behind the last of that."""
    return runner is not None and runner._requests._state is ScriptRequestType.STOP
