"""Official corpora as their carried indexes name them: who speaks which clip, without a file of sound."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from ser_core.corpora import clip_names, registry
from ser_core.corpora.base import INDEX_FOLDER, Corpus, CorpusError, index, table

#: Share of a table's clips that a corpus must know for the table to be of it.
MOST = 0.9


@cache
def corpus(name: str) -> Corpus:
    """Return the official corpus `name` as its index and its files' names state it; `path` is a clip's name alone.

    Raises CorpusError for a corpus without an index.
    """
    module = registry.module(name)
    stated = module.stated
    if stated is None or not index(name):
        raise CorpusError(
            f"{module.card.title} is not on this machine, and its files' names do not tell its clips: name its folder."
        )
    rows = [{**named, "path": f"{stem}.wav"} for stem in index(name) if (named := stated(stem)) is not None]
    return Corpus(module.card, Path(INDEX_FOLDER), table(rows))


def names() -> tuple[str, ...]:
    """Return the corpora that `corpus` knows."""
    return tuple(name for name, module in registry.MODULES.items() if module.stated is not None and index(name))


def ids(clips: Iterable[str], whose: Corpus) -> list[str]:
    """Return the id of each clip that somebody else's table names, '' for one that is none of the corpus `whose`.

    Known beside what `clip_names` knows: the official folders' `DC/a01.wav`, and Kaggle's `1040_ITH_SAD_X.wav`.
    """
    known = clip_names.lookup(whose)
    stated = registry.MODULES[whose.name].stated if whose.name in registry.MODULES else None

    def id_of(name: str) -> str:
        clip = known(name)
        if clip or stated is None:
            return clip
        file = PurePosixPath(name.replace("\\", "/"))
        for stem in (file.stem, f"{file.parent.name}_{file.stem}"):
            named = stated(stem)
            if named is not None and known(str(named["clip"])):
                return str(named["clip"])
        return ""

    return [id_of(name) for name in clips]


def guess(clips: list[str]) -> Corpus | None:
    """Return the carried corpus that nearly all of these names are of, or None."""
    for name in names():
        candidate = corpus(name)
        # A few tell: the names of two corpora are not alike.
        few = clips[:: max(1, len(clips) // 200)]
        if sum(bool(clip) for clip in ids(few, candidate)) >= MOST * len(few):
            return candidate
    return None
