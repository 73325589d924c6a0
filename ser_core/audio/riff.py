"""The chunks of WAV and AIFF files, and files whose writer forgot the byte that fills up a chunk of odd length."""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, NamedTuple

# What a chunk of odd length is followed by where its writer left the padding out: names that WAV files have.
_NAMES = {b"data", b"fmt ", b"fact", b"LIST", b"bext", b"id3 ", b"ID3 ", b"cue ", b"smpl", b"PEAK", b"JUNK", b"iXML"}


class Chunk(NamedTuple):
    """A chunk: its name, where its content begins in the file, and the length that its header states, in bytes."""

    name: bytes
    start: int
    length: int
    padded: bool
    """False where the length is odd and the next chunk follows at once."""


def chunks(file: BinaryIO, order: str) -> Iterator[Chunk]:
    """Yield the chunks of a RIFF (order "<") or AIFF or RIFX (">") file as they are stated, to the end of the file."""
    size = file.seek(0, 2)
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack(order + "4sI", file.read(8))
        end = at + 8 + length
        padded = not (length % 2 and _names_chunk(file, end) and not _names_chunk(file, end + 1))
        yield Chunk(name, at + 8, length, padded)
        at = end + length % 2 if padded else end


def padded(file: BinaryIO, kind: str) -> AbstractContextManager[BinaryIO]:
    """Return the file itself, or where padding is missing a temporary copy of it that has it, as libraries read no other."""
    if kind != "wav":
        return nullcontext(file)
    file.seek(0)
    order = ">" if file.read(4) == b"RIFX" else "<"
    ends = [chunk.start + chunk.length for chunk in chunks(file, order) if not chunk.padded]
    if not ends:
        return nullcontext(file)
    copy = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    file.seek(0)
    for end in ends:
        # Metadata are short; what is long is the sound, behind the last of them.
        copy.write(file.read(end - file.tell()) + b"\0")
    shutil.copyfileobj(file, copy)
    return copy


def _names_chunk(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    return file.read(4) in _NAMES
