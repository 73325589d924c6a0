"""A visitor whose page keeps looking by itself, as a browser does: fragments are run again at their pace."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from trials.load.visitor import Visitor

#: Longest wait for a page that a button draws anew, in seconds.
DRAWN_S = 60.0
#: How a run of the whole page ends; that of a fragment ends otherwise.
WHOLE = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


@dataclass
class Polling(Visitor):
    """One session in which buttons can be pressed; `looked` counts the fragments that it asked for."""

    looked: int = 0
    kinds: list[str] = field(default_factory=list, repr=False)
    _buttons: dict[str, str] = field(default_factory=dict)
    _pace: dict[str, float] = field(default_factory=dict)
    _looking: list[asyncio.Task[None]] = field(default_factory=list)
    _came: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue, repr=False)

    async def arrive(self) -> None:
        await super().arrive()
        self._looking = [asyncio.create_task(self._look()), asyncio.create_task(self._read())]

    async def _run(self) -> None:
        # The page that is drawn now says anew what of it looks by itself.
        self._pace.clear()
        await super()._run()

    async def press(self, label: str) -> float:
        """Press the button of this label; return the seconds until the page was drawn again."""
        async with asyncio.timeout(DRAWN_S):
            while label not in self._buttons:
                await self._next()
        begun = time.perf_counter()
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = self._query, self._script
        self._state(rerun)
        state = rerun.widget_states.widgets.add()
        state.id, state.trigger_value = self._buttons[label], True
        await self._socket.send(message.SerializeToString())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAWN_S):
                await self.drawn()
        return time.perf_counter() - begun

    async def drawn(self) -> None:
        """Wait until the whole page was drawn."""
        await self._until(self._whole)

    async def watch(self, seconds: float) -> None:
        """Read what comes for so long, as an open page does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._next()

    async def leave(self) -> None:
        for task in self._looking:
            task.cancel()
        await super().leave()

    async def _look(self) -> None:
        asked: dict[str, float] = {}
        while True:
            await asyncio.sleep(0.25)
            now = time.monotonic()
            for fragment, pace in list(self._pace.items()):
                if now - asked.setdefault(fragment, now) >= pace:
                    asked[fragment] = now
                    message = BackMsg()
                    # Streamlit makes one run of it and of one that has not begun yet, with the address of the later: another one here
                    # would have the page drawn without the upload.
                    message.rerun_script.query_string = self._query
                    message.rerun_script.page_script_hash = self._script
                    message.rerun_script.fragment_id = fragment
                    message.rerun_script.is_auto_rerun = True
                    self._state(message.rerun_script)
                    await self._socket.send(message.SerializeToString())
                    self.looked += 1

    async def _read(self) -> None:
        # Always, so that the server's pings are answered while nobody waits for a message.
        async for raw in self._socket:
            self._came.put_nowait(raw)

    async def _received(self) -> bytes:
        return await (self._came.get() if self._looking else super()._received())

    def _whole(self, message: ForwardMsg) -> bool:
        return message.WhichOneof("type") == "script_finished" and message.script_finished == WHOLE

    async def _next(self) -> tuple[ForwardMsg, bytes]:
        message, raw = await super()._next()
        kind = message.WhichOneof("type")
        self.kinds.append(f"{kind} {message.script_finished}" if kind == "script_finished" else str(kind))
        if kind == "auto_rerun":
            self._pace[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "button":
            self._buttons[message.delta.new_element.button.label] = message.delta.new_element.button.id
        return message, raw
