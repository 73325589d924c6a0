"""Which corpora there are, and where on this machine each lies.

The official ones have a module each. A user's own are kept in SER_HOME/corpora.json under the name of their choice: name →
{kind: folder | manifest, path, labels, speakers}; an official one is name → its folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import filelock

from ser_core import files, settings
from ser_core.corpora import (
    audformat_database,
    classmates,
    crema_d,
    emodb,
    esd,
    folder,
    iemocap,
    joined,
    lookalike,
    manifest,
    meld,
    msp_podcast,
    own,
    ravdess,
    recordings,
    savee,
    tess,
)
from ser_core.corpora.base import Corpus, CorpusError, CorpusModule

MODULES: dict[str, CorpusModule] = {
    module.MODULE.card.name: module.MODULE
    for module in (crema_d, savee, ravdess, emodb, tess, iemocap, meld, msp_podcast, esd)
}
#: Between the names of corpora that are read as one: `crema-d+savee`.
PLUS = "+"


@dataclass(frozen=True)
class Entry:
    """A registered corpus: where it lies, and how its emotions are renamed."""

    name: str
    kind: str
    """official | folder | manifest"""
    path: Path
    labels: dict[str, str] = field(default_factory=dict)
    """Own emotion → another name."""
    speakers: str = ""
    """The confirmed rule (`speaker_guess.RULES`) that names the speakers of clips without one; empty for none."""

    @property
    def reading(self) -> own.Reading:
        """How a corpus of one's own is read."""
        return own.Reading(self.labels, self.speakers)

    @property
    def present(self) -> bool:
        """Whether its folder or table is still there."""
        return self.path.is_file() if self.kind == "manifest" else self.path.is_dir()


def module(name: str) -> CorpusModule:
    """Return the module of the official corpus called `name`. Raises CorpusError that lists the known names."""
    if name not in MODULES:
        raise CorpusError(f"There is no corpus called '{name}'. Known: {', '.join([*MODULES, *_own_names()])}.")
    return MODULES[name]


def entries() -> dict[str, Entry]:
    """Return every registered corpus by name; one whose folder has gone is still listed. Raises CorpusError for a damaged file.

    On a shared server: those that whoever runs it registered, and the visitor's own.
    """
    home = settings.home()
    common = {} if home.common_corpora_file == home.corpora_file else _entries_in(home.common_corpora_file)
    return {**common, **_entries_in(home.corpora_file)}


def _entries_in(path: Path) -> dict[str, Entry]:
    if not path.is_file():
        return {}
    try:
        return {name: _entry(name, stated) for name, stated in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise CorpusError(f"{path} is damaged ({error}); delete it and register the corpora again.") from error


def folders() -> dict[str, Path]:
    """Return the folder (of a manifest: the table) of every registered corpus."""
    return {name: entry.path for name, entry in entries().items()}


def names() -> tuple[str, ...]:
    """Return every name under which a corpus can be loaded without naming a folder: the official ones, the user's, recordings."""
    return (*MODULES, *_own_names(), recordings.NAME)


def register(name: str, path: Path, *, reading: own.Reading = own.Reading()) -> Entry:
    """Remember that corpus `name` lies at `path`: an official one's folder, or under a name of one's own a folder of folders or a table.

    reading: how one's own corpus is read. Raises CorpusError for a name that cannot be, or a path that is not there.
    """
    path = Path(path).expanduser().resolve()
    if settings.foreign(path):
        raise CorpusError(f"{path} belongs to this server; name a folder of your own.")
    if name in MODULES:
        return _keep(Entry(name, "official", path))
    if not path.exists():
        raise CorpusError(f"{path} does not exist; name a folder of folders, or a table of clips.")
    kind = "folder" if path.is_dir() else "manifest"
    return _keep(
        Entry(own.checked_name(name, MODULES), kind, path, labels=dict(reading.labels), speakers=reading.speakers)
    )


def forget(name: str) -> None:
    """Take `name` off the register; its files stay. Raises CorpusError when it is not registered."""
    with _lock():
        known = _entries_in(settings.home().corpora_file)
        if name not in known:
            raise CorpusError(f"'{name}' is not registered.")
        del known[name]
        _write(known)


def load(name: str, path: Path | None = None, labels: joined.Labels | None = None) -> Corpus:
    """Read the corpus `name` from `path`, else from where it is registered.

    name: an official corpus, one of the user's own, `recordings`, `folder` or `manifest` (with `path`, not registered), or
    registered ones joined by `+`. labels: how the emotions of joined ones are called in common. A path given for an official
    corpus is registered where it has none yet, or its folder has gone. Raises CorpusError with what to do.
    """
    if name in MODULES:
        return _official(name, path)
    if name == recordings.NAME:
        return recordings.Recordings(path).load()
    if name == classmates.NAME and settings.school_class():
        return classmates.load()
    if name in ("folder", "manifest"):
        wanted = "a folder of folders, each named by an emotion" if name == "folder" else "a CSV or TSV table"
        if path is None:
            raise CorpusError(f"'{name}' needs --data: {wanted}.")
        if path.exists() and path.is_dir() != (name == "folder"):
            what, other = ("folder", "folder") if path.is_dir() else ("file", "manifest")
            raise CorpusError(f"'{name}' is {wanted}, and {path} is a {what}; read it with '{other}'.")
        return open_own(path, name)
    entry = entries().get(name)
    if entry is None and PLUS in name:
        return joined.join([load(part) for part in name.split(PLUS)], labels or None)
    if entry is None:
        return module(name).load(Path())
    return open_own(entry.path if path is None else path, name, reading=entry.reading)


def open_own(path: Path, name: str, *, reading: own.Reading = own.Reading()) -> Corpus:
    """Read a corpus of one's own, registered or not: a folder of folders, a CSV or TSV table, or an audformat database. Raises CorpusError."""
    path = _whole(path)
    if not path.exists():
        raise CorpusError(
            f"{path} does not exist; name a folder that holds a folder for each emotion, or a CSV or TSV table."
        )
    database = path.is_dir() and audformat_database.is_database(path)
    read = audformat_database.load if database else folder.load if path.is_dir() else manifest.load
    corpus = read(path, name, reading)
    # A table may name any file; links may lead anywhere.
    if settings.owner() and any(settings.foreign(Path(file)) for file in corpus.clips["path"].unique()):
        raise CorpusError(f"{path} names files that belong to this server or to others; take them out.")
    odd = lookalike.warning(corpus.emotions, files.utf8(str(path)))
    return replace(corpus, notes=(*corpus.notes, odd)) if odd else corpus


def _official(name: str, path: Path | None) -> Corpus:
    wanted, registered = MODULES[name], folders().get(name)
    if path is None:
        if registered is None:
            raise CorpusError(
                f"{wanted.card.title} is not on this machine yet: give its folder with --data DIR. "
                f"{wanted.card.how_to_get}"
            )
        return wanted.load(registered)
    corpus = wanted.load(_whole(path))
    if registered is None or not registered.is_dir():
        register(name, Path(path))
    return corpus


def _whole(path: Path) -> Path:
    """A path that holds wherever it is read: the processes that read clips may have begun in another folder."""
    return Path(path).expanduser().absolute()


def _own_names() -> list[str]:
    return [name for name in entries() if name not in MODULES]


def _entry(name: str, stated: Any) -> Entry:
    if isinstance(stated, str):
        place = _path(stated)
        return Entry(name, "official" if name in MODULES else "manifest" if place.is_file() else "folder", place)
    kind = stated["kind"]
    if kind not in ("folder", "manifest"):
        raise ValueError(f"{name} is of no known kind")
    labels, speakers = dict(stated.get("labels", {})), str(stated.get("speakers", ""))
    return Entry(name, kind, _path(stated["path"]), labels, speakers)


def _spelled(path: Path) -> str:
    """A path as it is kept: one that is no UTF-8 as a file: URI, which holds its bytes."""
    text = str(path)
    return text if files.utf8(text) == text else path.as_uri()


def _path(kept: str) -> Path:
    uri = kept.startswith("file://")
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(kept).path)) if uri else kept)


def _keep(entry: Entry) -> Entry:
    with _lock():
        _write({**_entries_in(settings.home().corpora_file), entry.name: entry})
    return entry


def _write(known: Mapping[str, Entry]) -> None:
    def stated(entry: Entry) -> Any:
        if entry.kind == "official":
            return _spelled(entry.path)
        rule = {"speakers": entry.speakers} if entry.speakers else {}
        return {"kind": entry.kind, "path": _spelled(entry.path), "labels": entry.labels, **rule}

    files.write_json(settings.home().corpora_file, {name: stated(entry) for name, entry in known.items()})


def _lock() -> filelock.FileLock:
    path = settings.home().corpora_file
    path.parent.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(path.with_suffix(".lock"))
