"""How often a file is opened while something happens, by any process (Linux: inotify)."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from pathlib import Path
from types import TracebackType

IN_OPEN = 0x20


class Opened:
    """Counts the times that the file at `path` is opened; always 0 on other systems than Linux."""

    def __init__(self, path: Path) -> None:
        self._file = -1
        if sys.platform == "linux":
            c = ctypes.CDLL(None, use_errno=True)
            self._file = c.inotify_init1(os.O_NONBLOCK)
            if c.inotify_add_watch(self._file, str(path).encode(), IN_OPEN) < 0:
                raise OSError(ctypes.get_errno(), f"{path} cannot be watched")

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file >= 0:
            os.close(self._file)

    def count(self) -> int:
        """Return how often it was opened since the last call. Openings that follow one another unread count once."""
        try:
            events = os.read(self._file, 65536) if self._file >= 0 else b""
        except BlockingIOError:
            return 0
        number, place = 0, 0
        while place < len(events):
            place += 16 + struct.unpack_from("I", events, place + 12)[0]
            number += 1
        return number
