"""A run's file of Weights & Biases, read back: LevelDB's log of the client's own messages."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: A file begins with seven bytes of the client's; blocks of 32 KiB hold pieces: checksum, length, and whether more of the record follows.
HEAD, BLOCK, PIECE = 7, 32768, struct.Struct("<IHB")
WHOLE, LAST = 1, 4


@dataclass
class Read:
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    host: str = ""
    artifact: list[str] = field(default_factory=list)


def read(file: Path) -> Read:
    """Return what the run's file says."""
    from wandb.proto import wandb_internal_pb2

    found = Read()
    for data in records(file.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        kind = record.WhichOneof("record_type")
        if kind in ("run", "config"):
            stated = record.run.config if kind == "run" else record.config
            found.config |= _values(stated.update)
            found.host = record.run.host or found.host
        elif kind == "summary":
            found.summary |= _values(record.summary.update)
        elif kind == "history":
            found.history.append(_values(record.history.item))
        elif kind == "artifact" and record.artifact.type == "model":
            found.artifact += [one.path for one in record.artifact.manifest.contents]
    return found


def records(data: bytes) -> list[bytes]:
    """Return the records of a log."""
    found, begun, at = [], b"", HEAD
    while at + PIECE.size <= len(data):
        if BLOCK - at % BLOCK < PIECE.size:
            at += BLOCK - at % BLOCK
            continue
        _, length, kind = PIECE.unpack_from(data, at)
        at += PIECE.size
        begun += data[at : at + length]
        at += length
        if kind in (WHOLE, LAST):
            found.append(begun)
            begun = b""
    return found


def _values(items: Any) -> dict[str, Any]:
    """By key, or by the parts of a nested one, joined."""
    return {one.key or "/".join(one.nested_key): json.loads(one.value_json) for one in items}
