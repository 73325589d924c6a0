"""The lesson of one class: class.json in its folder says its keys, what is open, and which step it has come to."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from ser_core import files, settings

FILE, PARENT = "class.json", "class"
#: Letters and digits that nobody takes for each other.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
#: Length of the key that pupils join with, and of the teacher's code.
KEY, CODE = 6, 8
#: Browsers in which a teacher may be signed in.
TEACHERS = 5


class ClassError(ValueError):
    """Somebody cannot join, or a lesson cannot do what was asked; the message says which and why."""


@dataclass(frozen=True)
class Lesson:
    """The lesson whose folder this is."""

    folder: Path

    @property
    def state(self) -> dict[str, Any]:
        """name, made (UTC), key, code (its hash), teachers (hashes of their tokens), joining, training, step. Raises ClassError once it has ended."""
        try:
            stated: dict[str, Any] = json.loads((self.folder / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ClassError("This lesson has ended.") from error
        except (OSError, ValueError) as error:
            raise ClassError(f"{self.folder / FILE} is damaged: {error}") from error
        return stated

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return (self.folder / FILE).is_file()

    def is_key(self, said: str) -> bool:
        """Tell whether these are the signs that pupils join with."""
        return hmac.compare_digest(_bare(said).encode(), str(self.state["key"]).encode())

    def let_teach(self, code: str) -> str | None:
        """Return a token by which a browser is known as the teacher's, or None for a wrong code."""
        if not hmac.compare_digest(digest(_bare(code)), str(self.state["code"])):
            return None
        token = secrets.token_urlsafe(32)
        self.change(lambda state: {"teachers": [*state["teachers"], digest(token)][-TEACHERS:]})
        return token

    def is_teacher(self, token: str) -> bool:
        """Tell whether a token is a teacher's; False once the lesson has ended."""
        try:
            return bool(token) and digest(token) in self.state["teachers"]
        except ClassError:
            return False

    def set(self, **stated: bool | int) -> None:
        """Open or close joining and training, or go to another step."""
        self.change(lambda _: stated)

    def change(self, made: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Write what `made` makes of the state over it. Raises ClassError once the lesson has ended."""
        with self.lock():
            state = self.state  # Raises once it has ended: nothing is written into a folder that goes.
            files.write_json(self.folder / FILE, state | made(state), private=True)

    def lock(self) -> filelock.FileLock:
        """Return the lock for whoever joins or changes the lesson. Raises ClassError once it has ended."""
        if not self.folder.is_dir():
            raise ClassError("This lesson has ended.")
        return filelock.FileLock(self.folder / ".class.lock", mode=0o600)


def folder_of(home: Path, name: str) -> Path:
    """Return where the class called `name` lies below an installation's SER_HOME."""
    return home / PARENT / name


def open_class(home: Path, name: str) -> tuple[Lesson, str]:
    """Begin a class' lesson, or go on with one that has not ended; return it and the teacher's code, which is another one each time.

    home: the installation's SER_HOME; the corpora that are registered there can be trained on in the lesson.
    """
    lesson = Lesson(files.private_folder(folder_of(home, name)))
    code = _drawn(CODE)
    began = {"name": name, "made": now(), "key": _drawn(KEY), "joining": True, "training": True, "step": 0}
    state = lesson.state if lesson.goes_on else began
    files.write_json(lesson.folder / FILE, {**state, "code": digest(code), "teachers": []}, private=True)
    registered = home / settings.Home(home).common_corpora_file.name
    if registered.is_file():
        files.write_text(lesson.folder / registered.name, registered.read_text(encoding="utf-8"), private=True)
    return lesson, code


def here() -> Lesson | None:
    """Return the lesson that this server, or a job of it, serves; None where it serves none."""
    return Lesson(settings.home("").path) if settings.school_class() else None


def reason_not_to_serve() -> str | None:
    """Return why SER_HOME is no class' folder, as a sentence, or None where it is one, or no class is served."""
    lesson = here()
    if lesson is None or (
        lesson.folder.parent.name == PARENT and lesson.name == settings.school_class() and lesson.goes_on
    ):
        return None
    return f"{settings.CLASS_VARIABLE} is set, and SER_HOME is not that class' folder. Start it with make lan CLASS={settings.school_class()}."


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def digest(token: str) -> str:
    """Return the hash by which a token or a code is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _bare(said: str) -> str:
    return "".join(sign for sign in said.upper() if sign.isalnum())
