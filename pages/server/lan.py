"""Serve a room: shared mode over HTTPS on the local network, with the address as a QR code. Run: make lan, or make lan CLASS=7b for a lesson."""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import subprocess
import sys

import psutil
import segno

from pages.server import class_door, hosts
from pages.server.certificate import certificate
from ser_core import classroom, settings

#: Addresses of this machine itself, for whoever sits at it.
HERE = ("localhost", "127.0.0.1")


def addresses() -> list[str]:
    """Return this machine's IPv4 addresses in local networks, the one that others most likely reach first."""
    local = [
        entry.address
        for name, entries in psutil.net_if_addrs().items()
        if psutil.net_if_stats()[name].isup
        for entry in entries
        if entry.family == socket.AF_INET and _is_local(entry.address)
    ]
    first = _outgoing()
    return sorted(dict.fromkeys(local), key=lambda address: address != first)


def command(port: int, shown: str, cert: str, key: str) -> list[str]:
    """Return what serves the dashboard over HTTPS on every address of this machine; `shown`: the address that is told."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(settings.ROOT / "streamlit_app.py")),
        *("--server.address", "0.0.0.0", "--server.port", str(port), "--server.headless", "true"),
        *("--browser.serverAddress", shown, "--server.sslCertFile", cert, "--server.sslKeyFile", key),
    ]


VISITORS = "Visitors can record, upload and browse; nothing of theirs is kept. Stop with Ctrl+C."


def said(url: str, below: str = VISITORS) -> str:
    """Return what the terminal shows: the address, its QR code, what phones will ask, and what else is to be said."""
    code = segno.make(url, micro=False)
    dark = {True: "██", False: "  "}
    # Light modules are drawn: most terminals are dark, and a code needs its quiet border lighter than itself.
    rows = ["".join(dark[not module] for module in row) for row in code.matrix_iter(border=3)]
    return "\n".join(
        [
            *rows,
            "",
            f"  {url}",
            "",
            "For everybody in this network. Phones warn once, because the certificate was made here and nobody vouches for it: go on to",
            f"the page. {below}",
            "",
        ]
    )


def taught(url: str, lesson: classroom.Lesson, code: str) -> str:
    """Return what the terminal shows of a lesson: the code that pupils scan, and what the teacher needs."""
    below = (
        f"Pupils choose a nickname; the key of the class is {lesson.state['key']}.\n\n"
        f"  Teacher: {url}{class_door.TEACH}   code: {code}\n\n"
        "Everything that the class records and trains is deleted by “End lesson” on the teacher's page; until then it lies in\n"
        f"  {lesson.folder}"
    )
    return said(class_door.join_at(url, lesson), below)


def main() -> int:
    """Serve until stopped; return the server's exit status."""
    parser = argparse.ArgumentParser(prog="make lan", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--class", dest="name", default="", metavar="NAME", help="a lesson with this class: 7b")
    stated = parser.parse_args()
    port = stated.port
    local = addresses()
    if not local:
        print("Error: this machine is in no local network. Join one, or use make run.", file=sys.stderr)
        return 1
    try:
        files = certificate(settings.home("").path / "lan", [*HERE, *local])
    except OSError as error:
        print(f"Error: the certificate cannot be written: {error}", file=sys.stderr)
        return 1
    named = f"{os.environ.get(hosts.VARIABLE, '')} {' '.join(local)}"
    environment = os.environ | {"SER_MODE": "shared", hosts.VARIABLE: named, settings.CLASS_VARIABLE: stated.name}
    url = f"https://{local[0]}:{port}"
    lesson = None
    if stated.name:
        try:
            lesson, code = _lesson(stated.name)
        except (settings.SettingsError, classroom.ClassError, OSError) as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
        environment |= {"SER_HOME": str(lesson.folder), class_door.ADDRESS: url}
    print(said(url) if lesson is None else taught(url, lesson, code), flush=True)
    words = command(port, local[0], str(files.certificate), str(files.key))
    with subprocess.Popen(words, env=environment, cwd=settings.ROOT) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:
            return server.wait()
        finally:
            server.terminate()
            if lesson is not None and lesson.goes_on:
                print(
                    f"The lesson was not ended: what the class made is still in {lesson.folder}. Go on with make lan CLASS={lesson.name}, "
                    "or delete that folder.",
                    flush=True,
                )


def _lesson(name: str) -> tuple[classroom.Lesson, str]:
    os.environ |= {"SER_MODE": "shared", settings.CLASS_VARIABLE: name}
    # The name is looked at before it becomes a folder's.
    return classroom.open_class(settings.home("").path, settings.school_class())


def _is_local(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return ip.is_private and not ip.is_loopback and not ip.is_link_local


def _outgoing() -> str:
    """The address from which this machine reaches others. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


if __name__ == "__main__":
    raise SystemExit(main())
