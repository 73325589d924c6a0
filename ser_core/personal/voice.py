"""A user's own voice, kept in SER_HOME on request: its voice profiles, numbers about bands, no sound."""

from __future__ import annotations

import re
from pathlib import Path

from ser_core import settings
from ser_core.features import profile
from ser_core.features.profile import ProfileError, VoiceProfile


def keep(profiles: list[VoiceProfile]) -> None:
    """Keep a voice, a file a kind of log-mel frames, in place of what was kept before."""
    forget()
    for one in profiles:
        one.save(_folder() / f"{one.source}.json")


def kept() -> list[VoiceProfile]:
    """Return the kept voice: a profile a kind of frames, none where nothing is kept; damaged files are passed over."""
    found = []
    for path in _files():
        try:
            found.append(profile.load(path))
        except ProfileError:
            continue
    return found


def forget() -> None:
    """Delete what is kept."""
    for path in _files():
        path.unlink(missing_ok=True)


def _files() -> list[Path]:
    return sorted(path for path in _folder().glob("*.json") if re.fullmatch(r"\w+", path.stem))


def _folder() -> Path:
    return settings.home().voice
