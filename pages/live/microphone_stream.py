"""What one visitor's live page holds: the session of the running or last stream, and the sink that feeds it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, cast

import streamlit as st
from aiortc.mediastreams import MediaStreamError
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit_webrtc.shutdown import SessionShutdownObserver

from ser_core import settings, streaming
from ser_core.predictor import Predictor

if TYPE_CHECKING:
    from aiortc import MediaStreamTrack
    from av import AudioFrame

_KEY = "stream"
#: How often it is looked whether a visitor who closed the tab is still away; the second time all is freed. In seconds.
LOOK_EVERY_S = 5.0


class MicrophoneStream:
    """Gives every stream that begins a session of its own, and frees the last one on the next start or on leaving the page.

    It is a sink of streamlit-webrtc (addTrack, hasTrack, start, stop): frames come on the server's event loop, where they
    are only put in line.
    """

    def __init__(self) -> None:
        self.predictor: Predictor | None = None
        #: Whether the model goes on learning the voice as it is heard.
        self.grows = False
        self.session: streaming.Session | None = None
        self.gone = False
        #: When the browser began to connect, on the monotonic clock; None while it does not.
        self.connecting_since: float | None = None
        #: The newest window that was shown, and how long after its end, in seconds.
        self.shown: tuple[int, float] | None = None
        self._track: MediaStreamTrack | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        context = get_script_run_ctx()
        self._visitor = context.session_id if context else ""
        # It notices within a second that the visitor went to another page. A closed tab it would notice minutes later.
        # A visitor who has gone already makes it call at once, from its own thread.
        self._observer: SessionShutdownObserver | None = None
        self._observer = SessionShutdownObserver(self.leave)

    @property
    def listening(self) -> bool:
        """Whether a stream is being heard."""
        return self._task is not None

    def connecting(self, now: bool) -> float:
        """Note whether the browser is connecting, and return for how long it has been, in seconds."""
        if not now:
            self.connecting_since = None
            return 0.0
        self.connecting_since = self.connecting_since or time.monotonic()
        return time.monotonic() - self.connecting_since

    def note_shown(self, entry: streaming.Entry) -> float:
        """Note that a window is being shown, and return how long after its end that was first so, in seconds."""
        if self.shown is None or self.shown[0] != entry.last:
            self.shown = entry.last, time.monotonic() - entry.arrived
        return self.shown[1]

    def leave(self) -> None:
        """Free everything; this one hears no more."""
        with self._lock:
            self.gone = True
            session, self.session = self.session, None
        self.stop()
        if session is not None:
            session.close()
        if self._observer is not None:
            self._observer.stop()

    def addTrack(self, track: MediaStreamTrack) -> None:
        """Begin a session for the stream of `track`, and close the one before."""
        self.stop()
        with self._lock:
            if self.gone or self.predictor is None:
                return
            before, self._track, self.shown = self.session, track, None
            self.session = streaming.Session(self.predictor, settings.home().cache / "live", grows=self.grows)
        if before is not None:
            before.close()

    def hasTrack(self) -> bool:
        """Tell whether there is a stream to listen to."""
        return self._track is not None

    def start(self) -> None:
        """Begin to take the frames, on the running event loop."""
        session, track = self.session, self._track
        if session is not None and track is not None:
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(_listen(track, session))
            self._look(session, away=False)

    def stop(self) -> None:
        """Take no more frames; the session stays, to be looked at and saved."""
        task, self._task, self._track = self._task, None, None
        if task is not None and self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(task.cancel)
        session = self.session
        if session is not None:
            session.finish()

    def _look(self, session: streaming.Session, *, away: bool) -> None:
        """Leave when the visitor was away twice in a row; a short loss of the network is not leaving."""
        if self.session is not session or self._loop is None:
            return
        gone = not (runtime.exists() and runtime.get_instance().is_active_session(self._visitor))
        if gone and away:
            self.leave()
        else:
            self._loop.call_later(LOOK_EVERY_S, lambda: self._look(session, away=gone))


async def _listen(track: MediaStreamTrack, session: streaming.Session) -> None:
    try:
        while True:
            session.put(cast("AudioFrame", await track.recv()))
    except MediaStreamError:
        return
    finally:
        session.finish()


def of_this_visitor() -> MicrophoneStream:
    """Return the visitor's stream; a new one after they left the page and came back."""
    stream = st.session_state.get(_KEY)
    if stream is None or stream.gone:
        stream = st.session_state[_KEY] = MicrophoneStream()
    return stream
