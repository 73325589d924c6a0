"""Where this installation keeps its files, in which mode it runs, and the limits that it keeps."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
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

#: What a visitor of a shared server who has not signed in may have decoded: minutes of a clip, and samples of all its channels as
#: they were recorded (two minutes of stereo at 96 kHz). A small file can hold hours of work.
STRANGERS_MINUTES = 2.0
STRANGERS_SAMPLES = 2 * 60 * 2 * 96_000

#: Longest and largest file that segments are cut out of.
MAX_SOURCE_MINUTES = 60.0
MAX_SOURCE_BYTES = 1024 * 1024 * 1024

#: A corpus' archive: what it may hold when unpacked, and how much smaller than that it may be (sound packs to a half; a bomb to a thousandth).
MAX_ARCHIVE_BYTES = 8 * 1024 * 1024 * 1024
MAX_ARCHIVE_FILES = 100_000
MAX_ARCHIVE_RATIO = 100

#: The checkout; of an installed copy the folder that packages are installed in, which is nobody's to run programs in.
ROOT = Path(__file__).resolve().parent.parent
_CARRIED = Path(__file__).resolve().parent / "artifacts"
#: Whether this is an installed copy: a wheel carries its models inside the package, in a checkout they lie beside it.
INSTALLED = _CARRIED.is_dir()
ARTIFACTS = _CARRIED if INSTALLED else ROOT / "artifacts"


#: Names to a job's process whose folders it works in; empty: the installation's own.
OWNER_VARIABLE = "SER_OWNER"
#: Names the class whose lesson a shared server serves: SER_HOME is then that class' folder (ser_core.classroom), and nothing else is in it.
CLASS_VARIABLE = "SER_CLASS"
#: The owner that stands for every visitor who may keep nothing; nothing is ever written into its folder.
NOBODY = "nobody"

_ask_owner: list[Callable[[], str]] = []


class SettingsError(ValueError):
    """An environment variable holds a value that the program cannot use."""


@dataclass(frozen=True)
class Home:
    """The folders that an installation makes, below SER_HOME.

    The queue and the cache are the installation's. What somebody makes lies below `own`: SER_HOME itself for one person's
    machine and for whoever runs a shared server from its shell, SER_HOME/users/<owner> for a visitor who has signed in.
    """

    path: Path
    owner: str = ""

    @property
    def users(self) -> Path:
        """Where the folders of those who have signed in, or joined a lesson, lie."""
        return self.path / "users"

    @property
    def own(self) -> Path:
        return self.users / self.owner if self.owner else self.path

    @property
    def runs(self) -> Path:
        return self.own / "runs"

    @property
    def studies(self) -> Path:
        return self.own / "studies"

    @property
    def evaluations(self) -> Path:
        return self.own / "evaluations"

    @property
    def jobs(self) -> Path:
        return self.path / "jobs"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def recordings(self) -> Path:
        return self.own / "recordings"

    @property
    def voice(self) -> Path:
        return self.own / "voice"

    @property
    def encoders(self) -> Path:
        return self.path / "encoders"

    @property
    def terms_file(self) -> Path:
        """Which licences of optional packages whoever runs the installation confirmed."""
        return self.path / "terms.json"

    @property
    def selections(self) -> Path:
        return self.own / "selections"

    @property
    def rates(self) -> Path:
        return self.own / "rates"

    @property
    def corpora_file(self) -> Path:
        return self.own / "corpora.json"

    @property
    def common_corpora_file(self) -> Path:
        """The corpora that whoever runs the installation registered: everybody sees them."""
        return self.path / "corpora.json"


def home(whose: str | None = None) -> Home:
    """Return this installation's folders: SER_HOME, else the platform's user data folder.

    whose: an owner; default: whoever asks, see `owner`.
    """
    stated = os.environ.get("SER_HOME", "").strip()
    path = Path(stated).expanduser() if stated else Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return Home(path, owner() if whose is None else whose)


def owner() -> str:
    """Return for whom this is done: '' for the installation itself, the name of a folder below SER_HOME/users, or NOBODY.

    In the process that serves pages it is the visitor whose page runs (`ask_owner`), in a job's process what SER_OWNER says.
    Raises SettingsError when that is no name that the program gives.
    """
    if _ask_owner:
        return _ask_owner[0]()
    stated = os.environ.get(OWNER_VARIABLE, "").strip()
    if stated and not re.fullmatch(rf"[0-9a-f]{{32}}|{NOBODY}", stated):
        raise SettingsError(f"{OWNER_VARIABLE} is '{stated}'; it is set by the queue, not by hand.")
    return stated


def ask_owner(who: Callable[[], str]) -> None:
    """Let `who` tell for whom something is done, from now on and in every thread: for a process that serves several people."""
    _ask_owner[:] = [who]


def max_minutes() -> float:
    """Return how long a clip may be for whoever asks, in minutes."""
    return STRANGERS_MINUTES if owner() == NOBODY else MAX_MINUTES


def max_samples() -> float:
    """Return how many samples, of all channels and at its own rate, a file may hold for whoever asks."""
    return STRANGERS_SAMPLES if owner() == NOBODY else float("inf")


def foreign(path: Path) -> bool:
    """Tell whether `path`, links followed, lies in SER_HOME but outside what belongs to whoever asks; never for the installation itself."""
    here = home()
    if not here.owner:
        return False
    real = path.expanduser().resolve()
    return real.is_relative_to(here.path.resolve()) and not real.is_relative_to(here.own.resolve())


def mode() -> str:
    """Return 'local' (one person's machine) or 'shared' (visitors), as SER_MODE says; never inferred.

    Raises SettingsError when SER_MODE holds anything else.
    """
    stated = os.environ.get("SER_MODE", "local").strip() or "local"
    if stated not in ("local", "shared"):
        raise SettingsError(f"SER_MODE is '{stated}'; it must be 'local' or 'shared'.")
    return stated


def school_class() -> str:
    """Return the name of the class whose lesson this server serves (SER_CLASS), '' where it serves none.

    Raises SettingsError for a name that cannot be a folder's and a cookie's, and in local mode.
    """
    stated = os.environ.get(CLASS_VARIABLE, "").strip()
    if stated and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", stated):
        raise SettingsError(
            f"{CLASS_VARIABLE} is '{stated}'; a class is called by up to 32 letters, digits, hyphens or underscores, such as 7b."
        )
    if stated and mode() != "shared":
        raise SettingsError(f"{CLASS_VARIABLE} is for a shared server: start it with make lan CLASS={stated}.")
    return stated


def training_allowed() -> bool:
    """Tell whether trainings may be started from pages at all: not where SER_TRAINING=off (a small host).

    Raises SettingsError when SER_TRAINING holds anything but on (the default) or off.
    """
    stated = os.environ.get("SER_TRAINING", "on").strip().lower() or "on"
    if stated not in ("on", "off"):
        raise SettingsError(f"SER_TRAINING is '{stated}'; it must be 'on' or 'off'.")
    return stated == "on"
