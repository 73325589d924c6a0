"""Which clip of a corpus a table of somebody else means: by its id, its file's name, or what both have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from ser_core.corpora.base import Corpus


def lookup(corpus: Corpus) -> Callable[[str], str]:
    """Return the function from a name to the clip's id; '' for one that no clip has.

    A clip is known by its id, its id without the corpus, and its file's name, with or without its folder and ending. A name that several
    clips share tells none of them, and a segment is not known by its file's name; the whole id always tells.
    """
    known: dict[str, str] = {}
    for clip, where in zip(corpus.clips["clip"], corpus.clips["path"], strict=True):
        names = {clip.partition("/")[2], _stem(clip)}
        if clip.count("#") <= where.count("#"):
            names |= {where, PurePosixPath(where).name, _stem(where)}
        for name in names:
            known[name] = clip if known.get(name, clip) == clip else ""
    known |= {clip: clip for clip in corpus.clips["clip"]}
    return lambda name: known.get(name) or known.get(_last(name)) or known.get(_stem(name)) or ""


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def _stem(name: str) -> str:
    last = _last(name)
    stem, dot, ending = last.rpartition(".")
    return stem if dot and 2 <= len(ending) <= 4 and ending.isalnum() and not ending.isdigit() else last
