"""A stranger's ONNX graph in a process of its own, with bounded memory and time: whatever it does, it does there, and is ended."""

from __future__ import annotations

import io
import os
import queue
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil

from ser_core import serving
from ser_core.serving import GraphError

#: Seconds in which a graph has to be opened, and to answer one batch.
OPEN_S, RUN_S = 20.0, 20.0
#: Memory that its process may hold, in bytes; a shipped model's takes 150 MB.
MEMORY = 1_000_000_000
#: How often its memory is looked at, in seconds.
EVERY_S = 0.02
_LENGTH = struct.Struct("<Q")
#: A longer answer than this is none.
_LONGEST = 256 * 2**20


@dataclass(frozen=True)
class Taken:
    """An input or output of the graph, as ONNX Runtime's session names it."""

    name: str
    shape: list[Any]
    type: str


class Session:
    """Stands in for ONNX Runtime's session of the graph at `path`; usable from many threads, one after the other."""

    def __init__(self, path: Path, memory: int | None = None) -> None:
        """Open it. Raises GraphError where ONNX Runtime refuses it, or it takes more than OPEN_S or `memory` bytes (default: MEMORY)."""
        self._path = path
        self._memory = memory
        self._turn = threading.Lock()
        self._child = self._inputs = self._outputs = None  # type: Any
        with self._turn:
            self._start()

    def get_inputs(self) -> list[Taken]:
        return list(self._inputs)

    def get_outputs(self) -> list[Taken]:
        return list(self._outputs)

    def run(self, names: Sequence[str], feeds: Mapping[str, np.ndarray], options: object = None) -> list[np.ndarray]:
        """Return these outputs. Raises GraphError where the graph fails, or takes more than RUN_S or its memory; it is opened anew then."""
        with self._turn:
            if self._child is None:
                self._start()
            asked = {f"feed {name}": value for name, value in feeds.items()} | {"names": np.array(list(names), str)}
            answer = self._child.ask(asked, RUN_S, f"{self._path.name} takes more than {RUN_S:g} s for an answer")
            if answer is None or "error" in answer:
                raise GraphError(f"{self._path.name} does not answer: {self._why(answer)}")
            return [answer[f"out {number}"] for number in range(len(names))]

    def close(self) -> None:
        """End its process; it is opened anew for whoever asks again."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def _start(self) -> None:
        self._child = _Child(self._path, self._memory)
        weakref.finalize(self, self._child.end)
        opened = self._child.ask(None, OPEN_S, f"{self._path.name} takes more than {OPEN_S:g} s to open")
        if opened is None or "error" in opened:
            raise GraphError(f"{self._path.name} cannot be opened by ONNX Runtime: {self._why(opened)}")
        self._inputs, self._outputs = _taken(opened, "input"), _taken(opened, "output")

    def _why(self, answer: Mapping[str, np.ndarray] | None) -> str:
        if answer is not None:
            return str(answer["error"])
        said, self._child = self._child.ended, None
        return str(said)


class _Child:
    def __init__(self, path: Path, memory: int | None) -> None:
        self._given = memory
        # Nothing of this process' environment is the graph's to read but what a process needs to begin.
        kept = ("PATH", "SYSTEMROOT", "HOME", "USERPROFILE", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
        environ = {name: os.environ[name] for name in kept if name in os.environ} | {"OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.path[:0] = [sys.argv[1]]; from ser_core import confined; confined.serve(sys.argv[2], int(sys.argv[3]))",
             str(Path(__file__).resolve().parent.parent), str(path), str(self._most)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ,
        )  # fmt: skip
        self._answers: queue.SimpleQueue[dict[str, np.ndarray] | None] = queue.SimpleQueue()
        self.ended = "its process ended."
        threading.Thread(target=_read_all, args=(self._process.stdout, self._answers), daemon=True).start()

    def ask(self, asked: Mapping[str, np.ndarray] | None, seconds: float, late: str) -> dict[str, np.ndarray] | None:
        """Send what is asked and return the answer; None where the process had to be ended, or has ended, as `ended` says."""
        # Sent by a thread: a graph that reads nothing would hold up who writes.
        if asked is not None:
            threading.Thread(target=self._send, args=(asked,), daemon=True).start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                answer = self._answers.get(timeout=EVERY_S)
            except queue.Empty:
                if self._held() <= self._most:
                    continue
                self.ended = f"it takes more than {self._most / 1e6:.0f} MB of memory."
                self.end()
                return None
            if answer is None:
                self.end()
            return answer
        self.ended = f"{late}."
        self.end()
        return None

    def _send(self, asked: Mapping[str, np.ndarray]) -> None:
        try:
            _write(self._process.stdin, asked)
        except (OSError, ValueError):
            # It has ended; who waits for the answer is told so.
            return

    @property
    def _most(self) -> int:
        """What it may hold, in bytes."""
        return self._given or MEMORY

    def _held(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def _taken(opened: Mapping[str, np.ndarray], kind: str) -> list[Taken]:
    names, types = opened[f"{kind} names"].tolist(), opened[f"{kind} types"].tolist()
    # -1 stands for a length that is open.
    shapes = [
        [None if length < 0 else length for length in opened[f"{kind} shape {k}"].tolist()] for k in range(len(names))
    ]
    return [Taken(*fields) for fields in zip(names, shapes, types, strict=True)]


def _read_all(pipe: IO[bytes] | None, answers: queue.SimpleQueue[dict[str, np.ndarray] | None]) -> None:
    try:
        while pipe is not None and (answer := _read(pipe)) is not None:
            answers.put(answer)
    except (OSError, ValueError, EOFError, KeyError):
        pass
    answers.put(None)


def _read(pipe: IO[bytes]) -> dict[str, np.ndarray] | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length) if length <= _LONGEST else b""
    if len(body) < length:
        return None
    # Never unpickled: a graph that has taken its process over sends what it likes.
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _write(pipe: IO[bytes] | None, arrays: Mapping[str, Any]) -> None:
    out = io.BytesIO()
    np.savez(out, **arrays)
    if pipe is not None:
        pipe.write(_LENGTH.pack(out.tell()) + out.getvalue())
        pipe.flush()


def serve(path: str, memory: int) -> None:
    """Open the graph and answer what is asked at standard input until it ends: what the process does. memory: what it may hold, in bytes."""
    out, back = os.fdopen(os.dup(1), "wb"), sys.stdin.buffer
    # What ONNX Runtime prints is no answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _bound(memory)
    try:
        opened = serving.session(Path(path))
    except GraphError as error:
        _write(out, {"error": np.array(str(error))})
        return
    said: dict[str, Any] = {}
    for kind, taken in (("input", opened.get_inputs()), ("output", opened.get_outputs())):
        said |= {
            f"{kind} names": np.array([given.name for given in taken], str),
            f"{kind} types": np.array([given.type for given in taken], str),
        }
        for k, given in enumerate(taken):
            said[f"{kind} shape {k}"] = np.array(
                [length if isinstance(length, int) else -1 for length in given.shape], int
            )
    _write(out, said)
    while (asked := _read(back)) is not None:
        feeds = {name.removeprefix("feed "): value for name, value in asked.items() if name != "names"}
        try:
            outputs = opened.run(asked["names"].tolist(), feeds)
            _write(out, {f"out {number}": value for number, value in enumerate(outputs)})
        except Exception as error:  # ONNX Runtime's own exceptions share no base class.
            _write(out, {"error": np.array(str(error))})


def _bound(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's look at its memory has to do.
        return
    # Addresses, of which ONNX Runtime takes more than it uses; what it does use the parent looks at.
    resource.setrlimit(resource.RLIMIT_AS, (4 * memory, 4 * memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
