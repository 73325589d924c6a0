"""The names under which the server is reached: whoever asks for another one, or from a page of another website, is refused.

A hostile website can let its own name lead to this machine (DNS rebinding); its pages then count as the server's own, but for the
name that the browser asks for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ser_core import settings

#: Names and addresses that the server has besides this machine's own, between commas or blanks.
VARIABLE = "SER_HOSTS"
#: What this machine calls itself, whatever else it is called.
OWN = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Names:
    """The names that were stated, and whether any other is taken too: on a shared server for which none was."""

    stated: frozenset[str]
    any: bool

    def knows(self, host: str) -> bool:
        """Tell whether the header Host, without or with a port, names this server."""
        name = name_of(host)
        return name is not None and (self.any or name in OWN or name in self.stated)

    def trusts(self, origin: str, host: str) -> bool:
        """Tell whether a page of `origin` may ask: one of the very address that it asks for, or one of a stated name.

        The second is for a proxy that hides the name that the visitor sees.
        """
        place = place_of(origin)
        return place == host or name_of(place) in self.stated


def names(options: Mapping[str, str | None]) -> Names:
    """Return the server's names: of SER_HOSTS, and of Streamlit's options (name → value) that state an address or a URL."""
    said = os.environ.get(VARIABLE, "").replace(",", " ").split()
    said += [value for value in options.values() if value]
    parsed = {name_of(urlsplit(word).netloc if "://" in word else word) for word in said}
    stated = frozenset(name for name in parsed if name and name not in OWN | {"0.0.0.0", "::"})
    return Names(stated, any=settings.mode() == "shared" and not stated)


def place_of(origin: str) -> str:
    """Return an origin's name and port; '' where it has none."""
    return origin.partition("://")[2]


def name_of(host: str) -> str | None:
    """Return the name in `host` (name, IPv4, IPv6 with or without brackets; a port or none), in lower case; None where it is no host."""
    bare_ipv6 = host.count(":") > 1 and not host.startswith("[")
    try:
        parts = urlsplit(f"//[{host}]" if bare_ipv6 else f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or parts.netloc != parts.geturl().removeprefix("//"):
        return None
    return (parts.hostname or "").rstrip(".") or None
