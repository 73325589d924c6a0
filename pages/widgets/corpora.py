"""Corpora that are registered on this machine, read once and kept."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ser_core.corpora import registry
from ser_core.corpora.base import Corpus, CorpusError


def here(names: Iterable[str]) -> dict[str, Corpus]:
    """Return those of the named corpora that are registered and can be read, by name; the others are left out."""
    try:
        entries = registry.entries()
    except CorpusError:
        return {}
    found = {}
    for name in dict.fromkeys(names):
        entry = entries.get(name)
        if entry is None or entry.path is None or not entry.present:
            continue
        try:
            found[name] = _read(name, str(entry.path), entry.path.stat().st_mtime_ns)
        except (CorpusError, OSError):
            continue
    return found


@st.cache_resource(max_entries=4, show_spinner="Reading the corpus …")
def _read(name: str, where: str, changed: int) -> Corpus:
    return registry.load(name)
