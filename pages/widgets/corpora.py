"""Corpora on this machine: how they are called, which can be picked, and each read once and kept."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from ser_core import files, settings
from ser_core.corpora import classmates, recordings, registry
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.registry import Entry


@dataclass(frozen=True, eq=False)
class Opened:
    """A corpus, and what stands for it, as it lies on the disk, in caches and widgets' keys."""

    corpus: Corpus = field(repr=False)
    key: str


def title(name: str) -> str:
    """Return how a registered corpus is called: `CREMA-D`."""
    if name == classmates.NAME and settings.school_class():
        return classmates.TITLE
    return registry.MODULES[name].card.title if name in registry.MODULES else name


def choices() -> dict[str, str]:
    """Return name → title of what can be picked: registered corpora that are here, and My recordings where there are some.

    In a lesson what the class recorded stands in their place, and before all others.
    """
    titles = {name: title(name) for name, entry in registry.entries().items() if entry.present}
    if settings.school_class():
        return ({classmates.NAME: classmates.TITLE} if classmates.counts()[0] else {}) | titles
    if recordings.Recordings().list_all():
        titles[recordings.NAME] = "My recordings"
    return titles


def opened(name: str) -> Opened:
    """Return the corpus, read anew only where its files or its table changed. Raises CorpusError or OSError."""
    key = f"{settings.home().owner}-{name}-{_state(name, registry.entries())}"
    return Opened(_read(name, key), key)


def here(names: Iterable[str]) -> dict[str, Corpus]:
    """Return those of the named corpora that lie here and can be read, by name; the others are left out."""
    try:
        entries = registry.entries()
    except CorpusError:
        return {}
    readable = {}
    for name in dict.fromkeys(names):
        entry = entries.get(name)
        if entry is None or not entry.present:
            continue
        try:
            readable[name] = opened(name).corpus
        except (CorpusError, OSError):
            continue
    return readable


@st.cache_resource(max_entries=4, show_spinner="Reading the corpus …")
def _read(name: str, key: str) -> Corpus:
    return registry.load(name)


def _state(name: str, entries: dict[str, Entry]) -> str:
    """What changes when a file is added to or removed from the corpus, or its table is written, or it is read otherwise: no clip is looked at."""
    if name == classmates.NAME and settings.school_class():
        return classmates.state()
    entry = entries.get(name)
    path = recordings.Recordings().folder / recordings.TABLE if entry is None else entry.path
    try:
        return files.utf8(f"{path}-{_times(path)}-{entry and entry.reading}")
    except OSError:
        return files.utf8(f"{path}-gone")


def _times(path: Path) -> int:
    times = [path.stat().st_mtime_ns]
    if path.is_dir():
        with os.scandir(path) as entries:
            times += [entry.stat().st_mtime_ns for entry in entries]
    # The sum, not the latest: a part that goes or comes back with an old date counts too.
    return sum(times) % 2**63
