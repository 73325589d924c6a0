"""A visitor without a browser: Streamlit's own protocol over a websocket, as its page speaks it."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

XSRF = "_streamlit_xsrf"
#: Longest wait for anything, in seconds.
PATIENCE_S = 240.0


@dataclass
class Visitor:
    """One session, on the analyze page unless told otherwise. `seen` is all that the server ever sent to it, as it came.

    address: from where a proxy says that it comes.
    """

    url: str
    model: str = ""
    page: str = "analyze"
    query: str = ""
    address: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    seen: bytearray = field(default_factory=bytearray, repr=False)
    _session: str = ""
    _script: str = ""
    _uploader: str = ""
    _states: dict[str, Any] = field(default_factory=dict)

    async def arrive(self) -> None:
        """Open the page and wait until all of it is there."""
        host = urlsplit(self.url).netloc
        forwarded = {"X-Forwarded-For": self.address} if self.address else {}
        # A browser asks again where a kept connection was being closed at that moment; httpx does not.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(
            base_url=self.url, timeout=PATIENCE_S, headers=forwarded, cookies=self.cookies, limits=fresh
        )
        await self._http.get("/_stcore/health")
        token = self._http.cookies[XSRF]
        self._socket = await websockets.connect(
            f"ws://{host}/_stcore/stream",
            origin=self.url,  # type: ignore[arg-type]
            subprotocols=["streamlit", token],  # type: ignore[list-item]
            additional_headers={
                "Cookie": "; ".join(f"{name}={said}" for name, said in {**self.cookies, XSRF: token}.items()),
                **forwarded,
            },
            max_size=None,
            ping_timeout=None,
            open_timeout=PATIENCE_S,
        )
        self._headers = {"X-Xsrftoken": token, "Origin": self.url}
        await self._run()
        await self._until(self._whole)

    async def analyze(self, name: str, sound: bytes, wanted: bytes) -> tuple[float, float]:
        """Upload a sound; return the seconds until `wanted` was on the page (infinite where it never was), and until all was."""
        begun = time.perf_counter()
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session
        await self._socket.send(request.SerializeToString())
        answer = await self._until(lambda message: message.WhichOneof("type") == "file_urls_response")
        (urls,) = answer.file_urls_response.file_urls
        put = await self._http.put(
            urls.upload_url, files={"file": (name, sound, "application/octet-stream")}, headers=self._headers
        )
        put.raise_for_status()
        # The new file takes the last one's place, as after its cross was clicked.
        self._states[self._uploader] = [(name, len(sound), urls)]
        await self._run()
        answered = float("inf")
        while True:
            message, raw = await self._next()
            if answered == float("inf") and wanted in raw:
                answered = time.perf_counter() - begun
            if self._whole(message):
                return answered, time.perf_counter() - begun

    async def put(self, sound: bytes) -> int:
        """Send a file that no page asked for; return the answer's status."""
        place = f"/_stcore/upload_file/{self._session}/{uuid.uuid4()}"
        sent = await self._http.put(place, files={"file": ("a.wav", sound)}, headers=self._headers)
        return sent.status_code

    async def leave(self) -> None:
        await self._socket.close()
        await self._http.aclose()

    async def _run(self) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self._query
        rerun.page_name = "" if self._script else self.page
        rerun.page_script_hash = self._script
        self._state(rerun)
        await self._socket.send(message.SerializeToString())

    @property
    def _query(self) -> str:
        """What the browser's address says; it goes with every request, those of fragments included."""
        return self.query or f"source=upload&model={self.model}"

    def _state(self, rerun: Any) -> None:
        """Say with a request what the page's widgets hold."""
        for widget, files in self._states.items():
            state = rerun.widget_states.widgets.add()
            state.id = widget
            for name, size, urls in files:
                file = state.file_uploader_state_value.uploaded_file_info.add()
                file.name, file.size, file.file_id = name, size, urls.file_id
                file.file_urls.CopyFrom(urls)

    def _whole(self, message: ForwardMsg) -> bool:
        return message.WhichOneof("type") == "script_finished"

    async def _until(self, wanted: Any) -> ForwardMsg:
        while True:
            message, _ = await self._next()
            if wanted(message):
                return message

    async def _received(self) -> bytes:
        return await self._socket.recv(decode=False)

    async def _next(self) -> tuple[ForwardMsg, bytes]:
        # Not wait_for: where its limit and a caller's meet, Python 3.11 loses the caller's, and who reads an open page reads for ever.
        async with asyncio.timeout(PATIENCE_S):
            raw = await self._received()
        self.seen += raw
        message = ForwardMsg.FromString(raw)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        # "My voice" has an uploader of its own.
        elif kind == "delta" and message.delta.new_element.file_uploader.label.startswith("Drop audio files"):
            self._uploader = message.delta.new_element.file_uploader.id
        return message, raw
