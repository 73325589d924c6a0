"""A user's own voice, kept in SER_HOME on request: its voice profiles, numbers about bands, no sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ser_core import files, settings
from ser_core.features import profile
from ser_core.features.profile import ProfileError, VoiceProfile


def keep(profiles: list[VoiceProfile]) -> None:
    """Keep a voice, a file a kind of log-mel frames, in place of what was kept before."""
    forget()
    files.private_folder(_folder())
    for voice in profiles:
        voice.save(_folder() / f"{voice.source}.json")


def kept() -> list[VoiceProfile]:
    """Return the kept voice: a profile a kind of frames, none where nothing is kept; `refused` files are passed over."""
    return [voice for voice in _loaded() if isinstance(voice, VoiceProfile)]


def refused() -> list[str]:
    """Return why kept files are not used, a sentence each: damaged, or made by another version of this program."""
    return [str(error) for error in _loaded() if isinstance(error, ProfileError)]


def forget() -> None:
    """Delete what is kept."""
    for path in _files():
        path.unlink(missing_ok=True)


def _loaded() -> Iterator[VoiceProfile | ProfileError]:
    for path in _files():
        try:
            yield profile.load(path)
        except ProfileError as error:
            yield error


def _files() -> list[Path]:
    return sorted(path for path in _folder().glob("*.json") if re.fullmatch(r"\w+", path.stem))


def _folder() -> Path:
    return settings.home().voice
