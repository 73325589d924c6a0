"""A server on loopback that answers as a test tells it to, and remembers what it was asked."""

import contextlib
import http.server
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import soundfile

from tests import loopback


def wav(seed: int = 0, seconds: float = 1.0, rate: int = 16000) -> bytes:
    """A WAV file of noise, another one for every seed."""
    out = io.BytesIO()
    sound = np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * rate))
    soundfile.write(out, sound, rate, format="WAV", subtype="PCM_16")
    return out.getvalue()


@dataclass
class Cut:
    """An answer whose connection breaks off after `after` bytes; asked again with Range, the rest comes."""

    body: bytes
    after: int


@dataclass
class StandIn:
    """path → bytes; `Cut`; a text that is another address (a redirect). What is not named is not found."""

    url: str = ""
    answers: dict[str, bytes | Cut | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[StandIn]:
    """Serve on 127.0.0.1 while the block runs. Raises OSError when the port is taken."""
    state = StandIn()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            answer = state.answers.get(self.path)
            if answer is None:
                self.send_error(404)
            elif isinstance(answer, str):
                self.send_response(302)
                self.send_header("Location", answer)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._send(answer)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def _send(self, answer: bytes | Cut) -> None:
            body = answer.body if isinstance(answer, Cut) else answer
            wanted = self.headers.get("Range", "")
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
            if wanted:
                state.ranges.append(wanted)
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(body) - start))
            for name, value in state.headers.items():
                self.send_header(name, value)
            if body.startswith(b"{"):
                self.send_header("Content-Type", "application/json")
            self.end_headers()
            cut = isinstance(answer, Cut) and not wanted
            self.wfile.write(body[: answer.after] if cut and isinstance(answer, Cut) else body[start:])

        def log_message(self, *_: object) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    state.url = f"http://127.0.0.1:{running.server_port}"
    with loopback.answering(running):
        yield state
