"""Python imports this at its start where the folder is on PYTHONPATH: it writes down whatever the process asks of other machines."""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

SOCKETS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.connect", "socket.sendto")


def _name(event: str, arguments: tuple[Any, ...]) -> Any:
    place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
    return place[0] if isinstance(place, tuple) else place


def _is_here(name: Any) -> bool:
    if name in (None, "", "localhost") or (isinstance(name, (bytes, str)) and str(name).startswith("/")):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in SOCKETS and not _is_here(name := _name(event, arguments)):
        with Path(os.environ["SER_WATCHED"]).open("a") as out:
            out.write(f"{event} {name!r}\n")


sys.addaudithook(_watch)
