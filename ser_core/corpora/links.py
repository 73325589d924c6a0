"""Files of a corpus that are links leading out of it: they are not followed, so a corpus of a stranger's reads nothing of this machine's."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

#: Stands behind the path of such a file in a table of clips: there is no file of that name, so whoever reads it finds none.
MARK = ", a link out of its corpus and so not followed,"


def leads_out(path: Path, root: Path) -> bool:
    """Tell whether `path` lies in `root` by its name and, links followed, elsewhere."""
    return not path.resolve().is_relative_to(root.resolve())


def refused(clips: pd.DataFrame, root: Path) -> pd.DataFrame:
    """Return the table of clips with MARK behind the paths of those files that `strays` tells."""
    astray = clips["path"].isin(strays(clips["path"].unique().tolist(), root))
    return clips.assign(path=clips["path"].mask(astray, clips["path"] + MARK)) if astray.any() else clips


def strays(paths: Iterable[str], root: Path) -> set[str]:
    """Return which files are links leading out of `root` (a folder, or a table's), or lie in a folder that does.

    Of files that a table names outside of `root`, those are told that are links out of the folder that was named.
    """
    root = root if root.is_dir() else root.parent
    names: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, name = os.path.split(path)
        names[folder].add(name)
    return {str(Path(folder) / name) for folder, wanted in names.items() for name in _strays(folder, wanted, root)}


def _strays(folder: str, wanted: set[str], root: Path) -> set[str]:
    # The folder's own list tells links from files: none is asked for its state.
    place = Path(folder)
    around = root if place.is_relative_to(root) else place
    try:
        if leads_out(place, around):
            return wanted
        with os.scandir(folder) as entries:
            linked = {entry.name for entry in entries if entry.is_symlink()} & wanted
    except (OSError, ValueError):
        # A folder that is not there, cannot be listed, or whose name is none: its files say so when they are read.
        return set()
    return {name for name in linked if leads_out(place / name, around)}
