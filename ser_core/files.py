"""Files written whole or not at all, in UTF-8 whatever their names are in."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

#: What others than the owner may do with a file or folder.
OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: How NumPy says that an array did not fit on the disk, in items.
_CUT = re.compile(r"\d+ requested and \d+ written")
_LONE = re.compile("[\ud800-\udfff]")
#: os.fsdecode keeps a byte that is no UTF-8 at this place plus the byte.
_ESCAPED = 0xDC00


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a temporary name beside `path`; when the block ends well it replaces `path`, else it is removed.

    A reader sees the old file or the new one, never half of either. private: only its owner may read it, as always in a folder that
    is its owner's alone. On a full disk the OSError says so and how much is free, whatever the writer said of bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    private = private or not path.parent.stat().st_mode & OTHERS
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o600 if private else 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if error.errno == errno.ENOSPC or _CUT.match(str(error)):
            raise _full(path) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def from_json(text: str | bytes) -> Any:
    """Return what JSON says. Raises ValueError for what is none, and for lists or tables that are nested without end."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may look into, or make it so where it is there, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_mode & OTHERS:
        path.chmod(0o700)
    return path


def append_privately(path: Path) -> BinaryIO:
    """Open a file that only its owner may read, to write at its end."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _full(path: Path) -> OSError:
    free = shutil.disk_usage(path.parent).free
    full = OSError(
        f"{path.name} was not written: the disk is full ({free / 1e6:.1f} MB are free in {path.parent}). Make room and try again."
    )
    full.errno = errno.ENOSPC
    return full


def utf8(text: str) -> str:
    """Return `text` so that it can be written in UTF-8.

    Bytes of a file's name that are no UTF-8 (as os.fsdecode keeps them) become %XX, as in a file: URI; text without them stays
    as it is.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE.sub(_percent, text)
    return text


def _percent(lone: re.Match[str]) -> str:
    byte = ord(lone[0]) - _ESCAPED
    return f"%{byte:02X}" if 0x80 <= byte <= 0xFF else "\ufffd"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` to `path`, whole or not at all; what is no UTF-8 in it as `utf8` spells it. private: as `replacing` has it."""
    with replacing(path, private=private) as temporary:
        temporary.write_text(utf8(text), encoding="utf-8")


def write_json(path: Path, value: Any, *, private: bool = False) -> None:
    """Write `value` as indented JSON to `path`, whole or not at all. private: as `replacing` has it."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", private=private)


def write_entries(path: Path, entries: Mapping[str, Any]) -> None:
    """Write a table of entries as JSON to `path`, a line an entry, whole or not at all."""
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")
