"""Picking a corpus, and what is to be known of one before anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.datasets import getting, offers
from pages.widgets import corpora, foreign, in_url
from pages.widgets.corpora import Opened
from ser_core.corpora import confounding, durations
from ser_core.corpora.base import Corpus, CorpusError

#: Corpora with fewer speakers than this get a word about it.
FEW_SPEAKERS = 10


@dataclass(frozen=True, eq=False)
class _Facts:
    """What of a corpus takes a moment to find out."""

    speakers: tuple[str, ...]
    emotions: tuple[str, ...]
    hours: float | None
    unknown_speakers: int
    note: str = field(default="")


@st.cache_resource(max_entries=8, show_spinner=False)
def _facts(key: str, _corpus: Corpus) -> _Facts:
    hours = float(durations.of(_corpus).sum()) / 3600
    note = confounding.note(_corpus) or ""
    return _Facts(
        _corpus.speakers, _corpus.emotions, None if math.isnan(hours) else hours, _corpus.unknown_speakers, note
    )


def choose(place: DeltaGenerator) -> Opened | None:
    """Draw the picker in `place` and return the corpus, or None after saying how to get one."""
    titles = corpora.choices()
    if not titles:
        st.info("No corpus is on this machine yet. Fetch a part of CREMA-D below, or name the folder of one you have.")
        getting.show(expanded=True)
        return None
    here = list(titles)
    in_url.begin("corpus", here, here[0])
    with place:
        chosen = st.selectbox(
            "Corpus",
            here,
            format_func=lambda name: titles[name],
            key="corpus",
            label_visibility="collapsed",
            width=280,
        )
        getting.show(expanded=False)
    try:
        return corpora.opened(chosen)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return None


def header(shown: Opened, place: DeltaGenerator) -> None:
    """Draw counts and what must be known of any score on this corpus; licence and citation in `place`."""
    corpus, card = shown.corpus, shown.corpus.card
    facts = _facts(shown.key, corpus)
    hours = f"{facts.hours:.1f}" if facts.hours is not None else "not known"
    with st.container(horizontal=True, gap="large"):
        st.metric("Clips", f"{len(corpus.clips):,}", width="content")
        st.metric("Speakers", len(facts.speakers), width="content")
        st.metric("Emotions", len(facts.emotions), width="content")
        st.metric("Hours", hours, width="content")
    with place.popover("Licence and citation", icon=":material/gavel:"):
        licence = f"[{card.licence}]({card.licence_url})" if card.licence_url else card.licence
        said = [
            foreign.plain(card.language),
            licence,
            foreign.plain(card.citation),
            f"[{card.url}]({card.url})" if card.url else "",
        ]
        st.markdown("  \n".join(part.rstrip(".") for part in said if part))
    # Where the card says that text and emotion are confounded, it is not said twice.
    words = [card.honesty, "" if card.name in confounding.STATED else facts.note]
    if 0 < len(facts.speakers) < FEW_SPEAKERS:
        words.append(f"Only {len(facts.speakers)} speakers: what a model learns here may be their voices.")
    if facts.unknown_speakers:
        words.append(
            f"{facts.unknown_speakers:,} of {len(corpus.clips):,} clips state no speaker: whether a model was tested on voices that it "
            "learned cannot be told of them."
        )
    st.caption(foreign.plain(" ".join(dict.fromkeys(word for word in words if word))))
    for note in corpus.notes:
        st.warning(foreign.plain(note), icon=":material/warning:")
    offers.show(shown)
    if corpus.problems:
        _problems(corpus)


def _problems(corpus: Corpus) -> None:
    rows = [{"where": problem.where, "what": problem.message} for problem in list(corpus.problems)[:1000]]
    with st.expander(
        f"{len(corpus.problems):,} rows or files did not fit and were left out", icon=":material/warning:"
    ):
        st.dataframe(pd.DataFrame(rows), hide_index=True)
