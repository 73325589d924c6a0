"""Whether the server may start: in local mode for the person at this machine alone, in shared mode with its protections on."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Mapping

from ser_core import settings
from ser_core.classroom import lesson

#: Options of the server that a shared one never turns off: against requests that another website makes in a visitor's name.
PROTECTIONS = ("server.enableXsrfProtection", "server.enableCORS")


def reason_not_to_start(address: str | None) -> str | None:
    """Return why a server bound to `address` must not start in the stated mode, or None where it may."""
    try:
        mode = settings.mode()
        why = lesson.reason_not_to_serve()
    except settings.SettingsError as error:
        return str(error)
    if why:
        return why
    if mode == "local" and not is_loopback(address or ""):
        return (
            f"SER_MODE=local, but the server would listen on {address or 'every address'}, which others can reach. Start it with "
            "--server.address localhost, or set SER_MODE=shared if it is meant for others."
        )
    return None


def reason_unprotected(options: Mapping[str, bool]) -> str | None:
    """Return why a shared server must not start with these options (name → value), or None where it may."""
    off = [name for name, value in options.items() if not value]
    if settings.mode() == "shared" and off:
        return f"SER_MODE=shared, but {' and '.join(off)} is off: another website could act for a visitor. Turn it on."
    return None


def refuse_start(address: str | None, options: Mapping[str, bool]) -> None:
    """End the process with a sentence where the mode forbids a server bound to `address`, or one with these protections off."""
    reason = reason_not_to_start(address) or reason_unprotected(options)
    if reason:
        print(f"Error: {reason}", file=sys.stderr, flush=True)
        raise SystemExit(1)


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine alone."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
