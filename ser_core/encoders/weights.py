"""Reading the weights of a model as CTranslate2 keeps them: one file, little-endian, the names first."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ser_core.encoders.encoder import EncoderError

#: Version of the layout, https://github.com/OpenNMT/CTranslate2/blob/master/src/models/model.cc.
LAYOUT = 6
_TYPES = ("<f4", "i1", "<i2", "<i4", "<f2")


def read(path: Path) -> dict[str, np.ndarray]:
    """Return every variable of a CTranslate2 `model.bin` by its name, memory-mapped, in the type that it is kept in.

    Raises EncoderError for another file, and for one that breaks off.
    """
    try:
        raw = np.memmap(path, np.uint8, "r")
        return _variables(raw)
    except (OSError, ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise EncoderError(f"{path} holds no weights as CTranslate2 writes them: {error}.") from error


def _variables(raw: np.ndarray) -> dict[str, np.ndarray]:
    place = 0

    def number(form: str) -> int:
        nonlocal place
        (value,) = struct.unpack_from(f"<{form}", raw.data, place)
        place += struct.calcsize(form)
        return int(value)

    def text() -> str:
        nonlocal place
        length = number("H")
        place += length
        return bytes(raw[place - length : place - 1]).decode()

    version = number("I")
    if version != LAYOUT:
        raise ValueError(f"its layout is version {version}, not {LAYOUT}")
    text(), number("I")
    variables = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind, size = np.dtype(_TYPES[number("B")]), number("I")
        if place + size > len(raw) or size != kind.itemsize * int(np.prod(shape)):
            raise ValueError(f"{name} breaks off")
        variables[name] = raw[place : place + size].view(kind).reshape(shape)
        place += size
    return variables
