"""Files written whole or not at all, in UTF-8 whatever their names are in."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")
#: os.fsdecode keeps a byte that is no UTF-8 at this place plus the byte.
_ESCAPED = 0xDC00


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; when the block ends well it replaces `path`, else it is removed.

    A reader sees the old file or the new one, never half of either.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all; what is no UTF-8 in it as `utf8` spells it."""
    with replacing(path) as temporary:
        temporary.write_text(utf8(text), encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON to `path`, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_entries(path: Path, entries: Mapping[str, Any]) -> None:
    """Write a table of entries as JSON to `path`, a line an entry, whole or not at all."""
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")
