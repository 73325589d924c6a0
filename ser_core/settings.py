"""Where this installation keeps its files, in which mode it runs, and the limits that it keeps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP_NAME = "ser-dashboard"

#: Longest clip that is decoded, in minutes; `predict --max-minutes` raises it.
MAX_MINUTES = 10.0
#: Largest file that is decoded, in bytes. 10 minutes of 8 channels at 192 kHz would be larger; a phone's recording never is.
MAX_UPLOAD_BYTES = 200 * 1024 * 1024
#: Most files in one upload.
MAX_UPLOAD_FILES = 200

#: Longest and largest file that segments are cut out of.
MAX_SOURCE_MINUTES = 60.0
MAX_SOURCE_BYTES = 1024 * 1024 * 1024

#: A corpus' archive: what it may hold when unpacked, and how much smaller than that it may be (sound packs to a half; a bomb to a thousandth).
MAX_ARCHIVE_BYTES = 8 * 1024 * 1024 * 1024
MAX_ARCHIVE_FILES = 100_000
MAX_ARCHIVE_RATIO = 100

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "artifacts"


class SettingsError(ValueError):
    """An environment variable holds a value that the program cannot use."""


@dataclass(frozen=True)
class Home:
    """The folders that an installation makes, below SER_HOME."""

    path: Path

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def jobs(self) -> Path:
        return self.path / "jobs"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def recordings(self) -> Path:
        return self.path / "recordings"

    @property
    def recipes(self) -> Path:
        return self.path / "recipes"

    @property
    def selections(self) -> Path:
        return self.path / "selections"

    @property
    def corpora_file(self) -> Path:
        return self.path / "corpora.json"


def home() -> Home:
    """Return this installation's folders: SER_HOME, else the platform's user data folder."""
    stated = os.environ.get("SER_HOME", "").strip()
    path = Path(stated).expanduser() if stated else Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return Home(path)


def mode() -> str:
    """Return 'local' (one person's machine) or 'shared' (visitors), as SER_MODE says; never inferred.

    Raises SettingsError when SER_MODE holds anything else.
    """
    stated = os.environ.get("SER_MODE", "local").strip() or "local"
    if stated not in ("local", "shared"):
        raise SettingsError(f"SER_MODE is '{stated}'; it must be 'local' or 'shared'.")
    return stated


def training_allowed() -> bool:
    """Tell whether pages may start trainings: not where SER_TRAINING=off (a small host), not on a shared server.

    Raises SettingsError when SER_TRAINING holds anything but on (the default) or off.
    """
    stated = os.environ.get("SER_TRAINING", "on").strip().lower() or "on"
    if stated not in ("on", "off"):
        raise SettingsError(f"SER_TRAINING is '{stated}'; it must be 'on' or 'off'.")
    return stated == "on" and mode() == "local"
