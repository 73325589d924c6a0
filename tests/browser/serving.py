"""Starting the real server, as `make run` does, on a free port and with a home of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests import patience

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process, its SER_HOME and the file that holds what it printed."""

    url: str
    process: subprocess.Popen[bytes]
    home: Path
    log: Path

    def stop(self) -> None:
        """End the server and wait until it has gone."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(port: int, *more: str) -> list[str]:
    """Return what `make run` starts, on `port`."""
    return [
        str(Path(sys.executable).with_name("streamlit")),
        "run",
        "streamlit_app.py",
        "--server.port",
        str(port),
        *more,
    ]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a server that has HOME and SER_HOME below `folder` and nothing of the developer's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SER_", "STREAMLIT_"))}
    (folder / "home").mkdir(parents=True, exist_ok=True)
    own |= {"HOME": str(folder / "home"), "SER_HOME": str(folder / "ser-home"), "OMP_NUM_THREADS": "1"}
    return own | more


def start(folder: Path, **more: str) -> Server:
    """Start a headless server and return it once it answers; raises AssertionError with its output when it ends before."""
    port = free_port()
    log = folder / "server.log"
    environ = environment(folder, **more)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(port, "--server.headless", "true"),
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    server = Server(f"http://localhost:{port}", process, Path(environ["SER_HOME"]), log)
    try:
        wait_until_healthy(server.url, process)
    except AssertionError as error:
        server.stop()
        raise AssertionError(f"{error}\n{log.read_text(errors='replace')}") from None
    return server


def wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server at `url` says that it is well; raises AssertionError when it ends or takes too long."""
    deadline = time.monotonic() + patience.SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"The server ended with {process.returncode} before it answered."
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=30) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"The server did not answer within {patience.SECONDS:g} s.")
