"""Arrays in a file beside a graph or a run, of a stranger's run too: bounded, and never unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ser_core.serving import GraphError

#: More than a file of arrays holds, unpacked.
MOST_BYTES = 50_000_000


def read(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return the arrays of these names in an .npz file. Raises GraphError for one that cannot be read or holds more than MOST_BYTES."""
    try:
        with zipfile.ZipFile(path) as whole:
            if sum(entry.file_size for entry in whole.infolist()) > MOST_BYTES:
                raise GraphError(f"{path.name} holds more than {MOST_BYTES / 1e6:.0f} MB; no run needs so much.")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise GraphError(f"{path.name} cannot be read: {error}") from error
