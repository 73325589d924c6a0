"""The pupils of a lesson: a nickname each, and a folder whose name is the hash of a token that their browser alone has."""

from __future__ import annotations

import json
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ser_core import files, settings
from ser_core.classroom.lesson import ClassError, Lesson, digest, now

FILE = "pupil.json"
#: Longest nickname, in letters, and most pupils of a class.
MAX_NICKNAME, MOST = 20, 40
#: As whom the board and the queue name the teacher's own runs: nobody's nickname.
TEACHER = "Teacher"
#: Signs that count as seen, and of which nothing is: fillers, joiners, variants, an empty pattern.
_UNSEEN = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
_UNSEEN |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
#: Marks above and below one letter; more cover the lines around it.
_MARKS = 2


@dataclass(frozen=True)
class Pupil:
    """A pupil: `id` names the folder below users/; joined: UTC, ISO 8601."""

    id: str
    nickname: str
    joined: str


def join(lesson: Lesson, key: str, nickname: str) -> str:
    """Let somebody in under a nickname and return the token of their browser.

    Raises ClassError, a sentence for the pupil, for a wrong key, while joining is closed, for a nickname that is empty, too long or
    taken, and in a full class.
    """
    if not lesson.is_key(key):
        raise ClassError("This is not the key of this class. Scan the code on the board again.")
    name = _line(nickname)
    if not name:
        raise ClassError("Choose a nickname.")
    if len(name) > MAX_NICKNAME:
        raise ClassError(f"A nickname has at most {MAX_NICKNAME} letters.")
    with lesson.lock():
        if not lesson.state["joining"]:
            raise ClassError("Your teacher has closed the door. Ask for it to be opened.")
        there = listed(lesson)
        if len(there) >= MOST:
            raise ClassError(f"This class is full: {MOST} have joined.")
        if name.casefold() in {TEACHER.casefold(), *(pupil.nickname.casefold() for pupil in there)}:
            raise ClassError("Somebody has this nickname already. Choose another one.")
        token = secrets.token_urlsafe(32)
        folder = files.private_folder(_users(lesson) / id_of(token))
        files.write_json(folder / FILE, {"nickname": name, "joined": now()}, private=True)
    return token


def id_of(token: str) -> str:
    """Return the name of the folder of whoever has this token."""
    return digest(token)[:32]


def knows(lesson: Lesson, id: str) -> bool:
    """Tell whether a pupil of this id has joined a lesson that goes on, and has not been taken out."""
    return lesson.goes_on and (_users(lesson) / id / FILE).is_file()


def find(lesson: Lesson, id: str) -> Pupil | None:
    """Return the pupil of this id, None where there is none."""
    try:
        stated = json.loads((_users(lesson) / id / FILE).read_text(encoding="utf-8"))
        return Pupil(id, str(stated["nickname"]), str(stated["joined"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def listed(lesson: Lesson) -> list[Pupil]:
    """Return everybody who has joined, in that order."""
    pupils = [find(lesson, path.parent.name) for path in _users(lesson).glob(f"*/{FILE}")]
    return sorted((pupil for pupil in pupils if pupil is not None), key=lambda pupil: (pupil.joined, pupil.nickname))


def _users(lesson: Lesson) -> Path:
    return settings.Home(lesson.folder).users


def _line(text: str) -> str:
    """The text in one line, composed, of signs that are seen: what cannot be told from another nickname is one."""
    shown = ""
    for sign in unicodedata.normalize("NFKC", text):
        too_high = unicodedata.combining(sign) and all(map(unicodedata.combining, shown[-_MARKS:].rjust(_MARKS)))
        if sign.isprintable() and ord(sign) not in _UNSEEN and not too_high:
            shown += sign
    return " ".join(shown.split())
