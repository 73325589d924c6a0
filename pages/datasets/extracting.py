"""Features of a whole corpus: on disk already, or extracted after asking, with an estimate and a progress bar."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from pages.server import visitor
from pages.widgets import numbers
from pages.widgets.corpora import Opened
from ser_core import audio
from ser_core.corpora.base import Corpus
from ser_core.corpora.reading import ClipReader
from ser_core.fanout import Progress
from ser_core.features import store
from ser_core.features.sources import Source, extracted

#: Clips that are timed for the estimate.
TIMED = 6

Result = TypeVar("Result")


@st.cache_resource(max_entries=8, ttl="10m", show_spinner=False)
def fingerprint(key: str, _corpus: Corpus) -> str:
    """Return the corpus' fingerprint: every file of it is asked for its size, so it is kept for some minutes."""
    return _corpus.fingerprint()


def stored(shown: Opened, source: Source, what: str) -> str | None:
    """Return what stands for the corpus' features of `source` once they are on disk, else None after asking to extract them."""
    corpus = remembered(shown)
    where = store.folder(corpus, source)
    if (where / "index.csv").is_file():
        return str(where)
    each = _seconds_each(shown.key, f"{source!r}", partial(extracted, source), corpus)
    with_bar(
        f"Extract the {what} of {len(corpus.clips):,} clips",
        each * len(corpus.clips) / (os.cpu_count() or 1),
        lambda tell: store.load(corpus, source, progress=tell),
        key=f"extract-{what}",
    )
    return None


def with_bar(label: str, seconds: float, work: Callable[[Progress], Result], *, key: str) -> None:
    """Draw a button that says how long `work` will take; pressed, it is done under a progress bar and the page runs anew."""
    if not visitor.may_train():
        st.caption(visitor.why_not("compute this, which takes the whole machine"))
        return
    about = "some seconds" if seconds < 10 else f"about {numbers.seconds(5 * round(seconds / 5))}"
    st.caption(f"This is computed once and kept on this machine; it takes {about} here.")
    if not st.button(label, key=key, icon=":material/play_arrow:"):
        return
    bar = st.progress(0.0, text="Reading …")

    def tell(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(1, of)), text=f"{done:,} of {of:,} clips")

    work(tell)
    bar.empty()
    st.rerun()


def seconds_each(shown: Opened, name: str, extract: Callable[..., object]) -> float:
    """Return how long one clip takes on one core, measured on a few; `name` stands for `extract` in the cache."""
    return _seconds_each(shown.key, name, extract, shown.corpus)


@st.cache_resource(max_entries=32, show_spinner="Estimating …")
def _seconds_each(key: str, name: str, _extract: Callable[..., object], _corpus: Corpus) -> float:
    reader = ClipReader()
    taken = []
    for row in _corpus.clips.sample(min(TIMED, len(_corpus.clips)), random_state=0).itertuples():
        start = time.perf_counter()
        try:
            _extract(reader.read(str(row.path), row.start, row.end).samples)
        except (audio.AudioError, OSError, ValueError):
            continue
        taken.append(time.perf_counter() - start)
    # The first call loads libraries; the median does not mind.
    return sorted(taken)[len(taken) // 2] if taken else 0.0


@dataclasses.dataclass(frozen=True, eq=False)
class _Remembered(Corpus):
    """A corpus that knows its fingerprint."""

    known: str = ""

    def fingerprint(self) -> str:
        return self.known


def remembered(shown: Opened) -> Corpus:
    """Return the corpus with its fingerprint as it was some minutes ago at most, so that no file is asked for it."""
    corpus = shown.corpus
    return _Remembered(corpus.card, corpus.root, corpus.clips, corpus.problems, known=fingerprint(shown.key, corpus))
