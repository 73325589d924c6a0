"""A zip of a corpus of one's own: unpacked with care, looked into, and registered under a name."""

from __future__ import annotations

import shutil
from pathlib import Path

from ser_core.corpora import archives, audformat_database, manifest, own, registry
from ser_core.corpora.base import CorpusError


def add(archive: Path, name: str, folder: Path) -> registry.Entry:
    """Unpack the zip into the new folder `folder` and register what is in it as the corpus `name`.

    It holds a CSV or TSV table beside the sound files, a folder for each emotion, or an audformat database, at the top or in one folder around
    them.
    Raises CorpusError, and leaves nothing behind, for a zip that is unsafe or holds no corpus, and for a folder that is there.
    """
    name = own.checked_name(name, registry.MODULES)
    if folder.exists():
        raise CorpusError(f"{folder} is there already; choose another name for the corpus, or remove the folder.")
    try:
        archives.extract(archive, folder)
        place = _top(folder)
        registry.open_own(place, name)
        return registry.register(name, place)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _top(folder: Path) -> Path:
    """The table, or the folder that holds a folder for each emotion or an audformat database."""
    if audformat_database.is_database(folder):
        return folder
    inside = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__"))]
    tables = [path for path in inside if path.suffix.lower() in manifest.ENDINGS]
    if len(tables) == 1:
        return tables[0]
    if len(tables) > 1:
        raise CorpusError(
            f"The zip holds {len(tables)} tables ({', '.join(path.name for path in tables)}); it may hold one, which names the clips."
        )
    around = inside[0] if len(inside) == 1 and inside[0].is_dir() else None
    if around and any(path.is_dir() or path.suffix.lower() in manifest.ENDINGS for path in around.iterdir()):
        return _top(around)
    return folder
