"""Picking a corpus, saying where one lies, and what is to be known of it before anything else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.widgets import in_url
from ser_core import settings
from ser_core.corpora import confounding, registry
from ser_core.corpora.base import Corpus, CorpusError

#: Corpora with fewer speakers than this get a word about it.
FEW_SPEAKERS = 10


@st.cache_resource(max_entries=4, show_spinner="Reading the corpus …")
def _loaded(name: str, where: str, changed: int) -> Corpus:
    return registry.load(name)


def choose() -> Corpus | None:
    """Draw the picker and return the corpus, or None after saying how to get one."""
    entries = registry.entries()
    here = [name for name, entry in entries.items() if entry.present]
    if not here:
        _adder(expanded=True)
        st.info(
            "No corpus is on this machine yet. Name the folder of one above, or fetch CREMA-D: `python -m ser_core corpora get crema-d --data FOLDER`."
        )
        return None
    titles = {name: registry.MODULES[name].card.title if name in registry.MODULES else name for name in here}
    first = here.index(in_url.initial("corpus", here, here[0]))
    chosen = st.selectbox("Corpus", here, first, format_func=lambda name: titles[name], key="corpus")
    in_url.remember("corpus", chosen)
    _adder(expanded=False)
    path = entries[chosen].path
    try:
        return _loaded(chosen, str(path), path.stat().st_mtime_ns if path is not None else 0)
    except (CorpusError, OSError) as error:
        st.error(str(error))
        return None


def header(corpus: Corpus) -> None:
    """Draw counts, licence, citation and what must be known of any score on this corpus."""
    card = corpus.card
    columns = st.columns(4)
    columns[0].metric("Clips", f"{len(corpus.clips):,}")
    columns[1].metric("Speakers", len(corpus.speakers))
    columns[2].metric("Emotions", len(corpus.emotions))
    columns[3].metric("Hours", f"{corpus.hours:.1f}" if corpus.hours is not None else "not known")
    said = [card.language, card.licence, card.citation, f"[{card.url}]({card.url})" if card.url else ""]
    st.caption(" · ".join(part.rstrip(".") for part in said if part))
    words = [card.honesty, confounding.note(corpus) or ""]
    if len(corpus.speakers) < FEW_SPEAKERS:
        words.append(f"Only {len(corpus.speakers)} speakers: what a model learns here may be their voices.")
    st.info(" ".join(dict.fromkeys(word for word in words if word)), icon=":material/info:")
    for problem in list(corpus.problems)[:5]:
        st.warning(f"{problem.where}: {problem.message}")


def _adder(*, expanded: bool) -> None:
    with st.expander("Add a corpus that lies on this machine", expanded=expanded):
        _register()


def _register() -> None:
    if settings.mode() == "shared":
        st.caption("On a shared server corpora are added by whoever runs it.")
        return
    kinds = {
        **{name: module.card.title for name, module in registry.MODULES.items()},
        "own": "One of my own: a folder of folders, or a CSV manifest",
    }
    kind = st.selectbox("Which", list(kinds), format_func=lambda name: kinds[name], key="register-kind")
    name = st.text_input("A name for it", key="register-name") if kind == "own" else kind
    folder = st.text_input("Its folder on this machine (or the manifest's file)", key="register-folder")
    if kind != "own":
        st.caption(f"{registry.MODULES[kind].card.how_to_get} Licence: {registry.MODULES[kind].card.licence}")
    if st.button("Add", disabled=not (folder and name)):
        try:
            where = Path(folder).expanduser()
            if kind != "own":
                # Read before it is remembered: a folder that holds nothing of the corpus is refused with the reason.
                registry.MODULES[kind].load(where)
            registry.register(name, where)
        except (CorpusError, OSError) as error:
            st.error(str(error))
            return
        st.query_params["corpus"] = name
        st.rerun()
