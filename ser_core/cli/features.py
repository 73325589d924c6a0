"""`features`: a file's features as named arrays."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import audio, files
from ser_core.features import arrays


def add(commands: Any) -> None:
    parser = commands.add_parser("features", help="a file's features as named arrays in an NPZ")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--set", required=True, choices=arrays.NAMES)
    parser.add_argument("--out", required=True, type=Path, metavar="OUT.npz")
    parser.set_defaults(handler=features)


def features(stated: argparse.Namespace) -> int:
    """Write the arrays and print their shapes."""
    data = arrays.npz(audio.decode(stated.file).samples, stated.set)
    with files.replacing(stated.out) as temporary:
        temporary.write_bytes(data)
    with np.load(io.BytesIO(data)) as found:
        for name in found.files:
            print(f"{name}: {' × '.join(str(n) for n in found[name].shape) or found[name]}")
    return 0
