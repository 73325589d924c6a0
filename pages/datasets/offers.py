"""What may be read differently in a corpus of one's own: emotions under known names, speakers by their files' names; kept on a click."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from pages.server import visitor
from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core.corpora import emotion_names, own, registry, speaker_guess
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.speaker_guess import Guess


@dataclass(frozen=True)
class _Offers:
    labels: dict[str, str] = field(default_factory=dict)
    speakers: Guess | None = None


@st.cache_resource(max_entries=8, show_spinner=False)
def _offers(key: str, _corpus: Corpus) -> _Offers:
    return _Offers(emotion_names.suggested(_corpus.emotions), speaker_guess.guess(_corpus.clips))


def show(shown: Opened) -> None:
    """Draw what is offered for a registered folder or table of one's own, each with the button that confirms it."""
    entry = registry.entries().get(shown.corpus.name)
    if entry is None or entry.kind == "official" or not visitor.may_register():
        return
    offered = _offers(shown.key, shown.corpus)
    if offered.labels:
        said = ", ".join(
            f"{foreign.plain(name)} = **{foreign.plain(emotion)}**" for name, emotion in offered.labels.items()
        )
        if _pressed(f"These labels may mean emotions that are known here: {said}.", "Read them so", "take-labels"):
            _keep(entry, entry.reading.renamed(offered.labels))
    if offered.speakers is not None:
        said = f"Going by the files' names, {foreign.plain(offered.speakers.sentence())}."
        if _pressed(said, "Take these speakers", "take-speakers"):
            _keep(entry, own.Reading(entry.labels, offered.speakers.rule))


def _pressed(said: str, label: str, key: str) -> bool:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said)
        return st.button(label, key=key, icon=":material/check:")


def _keep(entry: registry.Entry, reading: own.Reading) -> None:
    try:
        registry.register(entry.name, entry.path, reading=reading)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.rerun()
