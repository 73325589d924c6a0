"""Zips of a corpus, unpacked with care: no path out of the folder, no links, no bombs, nothing overwritten."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ser_core import settings
from ser_core.corpora.base import CorpusError

_BLOCK = 1 << 20
#: A small archive of much silence packs well and harms nobody; from this size on the ratio counts.
_RATIO_FROM_BYTES = 64 * 1024 * 1024


def extract(
    archive: Path,
    folder: Path,
    *,
    max_bytes: int = settings.MAX_ARCHIVE_BYTES,
    max_files: int = settings.MAX_ARCHIVE_FILES,
) -> list[Path]:
    """Unpack a zip into `folder` (made where it is absent) and return its files; all of it, or nothing.

    Refused with a CorpusError: what is no zip or damaged, encrypted entries, paths out of the folder, links and devices, two
    entries of one name, more than `max_files` entries or `max_bytes` unpacked, more than 100 times (settings.MAX_ARCHIVE_RATIO)
    the packed size from 64 MB on, and files that `folder` has already. Folders and files that macOS adds are left out.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked(opened, archive, max_bytes, max_files)
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=folder) as place:
                _unpack(opened, entries, Path(place), archive)
                return _moved(entries, Path(place), folder, archive)
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        NotADirectoryError,
        FileExistsError,
    ) as error:
        raise CorpusError(f"{archive.name} is damaged or no zip that can be read here: {error}") from error
    except FileNotFoundError as error:
        raise CorpusError(f"There is no file {archive}.") from error
    except OSError as error:
        # A place in the file that cannot be, or a name that the disk cannot take; a full disk is told as such.
        if error.errno in (errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ):
            raise CorpusError(
                f"{archive.name} is damaged, or holds a name that this disk cannot take ({error.strerror}); it was not unpacked."
            ) from error
        raise


def _checked(
    opened: zipfile.ZipFile, archive: Path, max_bytes: int, max_files: int
) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The entries to unpack, by their place in the folder."""
    infos = opened.infolist()
    if len(infos) > max_files:
        raise CorpusError(f"{archive.name} holds {len(infos)} entries; up to {max_files} are unpacked.")
    total = sum(info.file_size for info in infos)
    # The file's own size too: entries may overlap, and so count the same bytes often.
    packed = min(sum(info.compress_size for info in infos), archive.stat().st_size)
    if total > max_bytes:
        raise CorpusError(
            f"{archive.name} would take {total / 2**30:.1f} GB; up to {max_bytes / 2**30:.1f} GB are unpacked."
        )
    if total > max(_RATIO_FROM_BYTES, settings.MAX_ARCHIVE_RATIO * packed):
        raise CorpusError(
            f"{archive.name} would grow {total / max(packed, 1):.0f} times when unpacked; that is no corpus."
        )
    entries: dict[PurePosixPath, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        place = PurePosixPath(name.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in name or "\0" in name:
            raise CorpusError(
                f"{archive.name} holds an entry that leads out of its folder ({name!r}); it was not unpacked."
            )
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise CorpusError(f"{archive.name} holds a link or device ({name!r}); it was not unpacked.")
        if info.flag_bits & 1:
            raise CorpusError(f"{archive.name} is locked with a password; unpack it yourself and name the folder.")
        if info.is_dir() or not place.parts or place.parts[0] == "__MACOSX" or place.name == ".DS_Store":
            continue
        # Two names that differ in case are one file on Windows and macOS.
        if str(place).casefold() in seen:
            raise CorpusError(f"{archive.name} holds {name!r} twice; it was not unpacked.")
        seen.add(str(place).casefold())
        entries[place] = info
    if not entries:
        raise CorpusError(f"{archive.name} is empty.")
    return entries


def _unpack(
    opened: zipfile.ZipFile, entries: dict[PurePosixPath, zipfile.ZipInfo], folder: Path, archive: Path
) -> None:
    for place, info in entries.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        left = info.file_size
        with opened.open(info) as packed, target.open("xb") as out:
            while block := packed.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise CorpusError(f"{archive.name}: {info.filename!r} is larger than it says; it was not unpacked.")
                out.write(block)


def _moved(entries: dict[PurePosixPath, zipfile.ZipInfo], unpacked: Path, folder: Path, archive: Path) -> list[Path]:
    there = [place for place in entries if os.path.lexists(folder / place)]
    if there:
        raise CorpusError(
            f"{folder} has {there[0]} already ({len(there)} of the files of {archive.name}); name another folder, or remove them."
        )
    for place in entries:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked / place, folder / place)
    return [folder / place for place in entries]
