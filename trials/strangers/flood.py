"""One visitor who sends as much as goes, in one tab and in ten, and small files that hold hours of work."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import soundfile

from pages.server import uploads
from tests.browser import serving
from trials.load.visitor import Visitor
from trials.strangers.told import Told

MIB = 2**20
TABS, EACH, SIZE = 10, 5, 30 * MIB
#: What the server may hold whatever one visitor sends, in MB, and seconds within which a file of hours is refused.
MOST_MB, REFUSED_S = 900, 5.0
ADDRESS = "198.51.100.66"


class Memory:
    """Watches how much a process holds, in MB."""

    def __init__(self, process: psutil.Process) -> None:
        self.process, self.peak, self._ends = process, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @property
    def now(self) -> float:
        return float(self.process.memory_info().rss) / 1e6

    def _look(self) -> None:
        while not self._ends.wait(0.05):
            self.peak = max(self.peak, self.now)

    def end(self) -> None:
        self._ends.set()
        self._thread.join()


def hours() -> bytes:
    """Five minutes in eight channels at 192 kHz: 464 KB of silence."""
    out = io.BytesIO()
    soundfile.write(out, np.zeros((300 * 192_000, 8), np.int16), 192_000, format="FLAC")
    return out.getvalue()


async def _tab(url: str, sizes: list[int], answers: Counter[int]) -> Visitor:
    visitor = Visitor(url, "accurate", address=ADDRESS)
    await visitor.arrive()
    for size in sizes:
        answers[await visitor.put(bytes(size))] += 1
    return visitor


async def _flood(url: str, memory: Memory, told: Told) -> None:
    before = memory.now
    answers: Counter[int] = Counter()
    first = await _tab(url, [SIZE] * 12 + [1] * 45, answers)
    told.holds(answers[204] <= uploads.VISIT_FILES, f"one tab was let hold {answers[204]} files")
    held = memory.now
    tabs = [first, *(await asyncio.gather(*(_tab(url, [SIZE] * EACH, answers) for _ in range(TABS - 1))))]
    told.holds(set(answers) <= {204, 413, 503}, f"answers were {dict(answers)}")
    told.said.append(f"memory: {before:.0f} MB before, {held:.0f} with one tab's, {memory.now:.0f} with {TABS} tabs'")
    told.said.append(
        f"answers to {answers.total()} uploads: " + ", ".join(f"{n} × {s}" for s, n in sorted(answers.items()))
    )
    for tab in tabs:
        await tab.leave()
    await asyncio.sleep(uploads.GONE_S + 2 * uploads.EVERY_S)
    again: Counter[int] = Counter()
    late = await _tab(url, [SIZE] * 3, again)
    told.holds(again == {204: 3}, f"after the flood has left another visitor is answered {dict(again)}")
    await late.leave()
    guest = Visitor(url, "accurate", address=ADDRESS)
    await guest.arrive()
    sound = await asyncio.to_thread(hours)
    told.said.append(f"a file of {len(sound) / 1e3:.0f} KB that holds 40 minutes of channels at 192 kHz")
    begun = time.perf_counter()
    answered, whole = await guest.analyze("hours.flac", sound, b"lasts 5.0 min, more than the limit of 2 min")
    told.holds(
        answered < REFUSED_S, f"the file of hours was refused after {answered:.1f} s, its page after {whole:.1f} s"
    )
    told.said.append(f"it is refused after {time.perf_counter() - begun:.2f} s")
    await guest.leave()


def attack(place: Path) -> Told:
    """Flood a shared server and look at its memory all the time."""
    told = Told()
    server = serving.start(place, SER_MODE="shared")
    try:
        time.sleep(5)  # The warm-up is over.
        memory = Memory(psutil.Process(server.process.pid))
        asyncio.run(_flood(server.url, memory, told))
        memory.end()
        told.said.append(f"at most {memory.peak:.0f} MB, {memory.now:.0f} MB afterwards")
        told.holds(memory.peak < MOST_MB, f"the server held {memory.peak:.0f} MB")
        told.holds("A page failed" not in server.log.read_text(errors="replace"), "a page failed")
    finally:
        server.stop()
    return told
