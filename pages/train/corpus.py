"""The corpus to train on, and whether somebody has checked it."""

from __future__ import annotations

import streamlit as st

from pages.widgets import corpora, foreign, in_url
from ser_core import jobs
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.jobs.orders import Check

#: Seconds that checking takes for a thousand clips, and at least.
CHECK_S = 6.0


class Chosen(corpora.Opened):
    """The corpus that is picked."""

    @property
    def speakers(self) -> int:
        """How many people speak; two corpora may have one of the same name."""
        return _speakers(self.key, self.corpus)


def choose() -> Chosen | None:
    """Draw the picker with the corpus' state, and return the corpus, or None after saying the next step."""
    titles = corpora.choices()
    if not titles:
        st.info("A model learns from a corpus, and none is on this machine yet. Get one, or record your own, first.")
        st.page_link("pages/datasets/page.py", label="Get a corpus", icon=":material/library_music:")
        return None
    names = list(titles)
    in_url.begin("corpus", names, names[0], key="train-corpus")
    name = st.selectbox("Corpus", names, format_func=lambda name: titles[name], key="train-corpus")
    try:
        opened = corpora.opened(name)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        st.page_link(
            "pages/datasets/page.py", label="Look after it on the datasets page", icon=":material/library_music:"
        )
        return None
    chosen = Chosen(opened.corpus, opened.key)
    st.caption(f"{len(chosen.corpus.clips):,} clips · {chosen.speakers} speakers")
    with st.popover("Is it whole?", type="tertiary"):
        _state(chosen)
    return chosen


def _state(chosen: Chosen) -> None:
    """Whether a check has found anything, from the last job that checked this corpus."""
    corpus = chosen.corpus
    if corpus.problems:
        st.caption(f":material/warning: {len(corpus.problems)} rows or files do not fit and are left out.")
    check = Check(corpus.name)
    done = next((job for job in jobs.all_jobs() if job.kind == check.kind and job.order == check.stated), None)
    state = done.state if done else ""
    if done is not None and state in jobs.ACTIVE:
        st.caption(f":material/hourglass_top: A check is {state}; it is in the queue.")
    elif done is not None and state == "done":
        st.caption(f":material/verified: Checked on {done.created[:10]}: every clip is what it should be.")
    elif done is not None and state == "failed":
        st.caption(f":material/warning: Checked on {done.created[:10]}: {foreign.plain(done.status['message'])}")
    else:
        st.caption(":material/help: Not checked here.")
    if state not in jobs.ACTIVE and st.button("Check it", type="tertiary", icon=":material/fact_check:"):
        expected = CHECK_S * max(1.0, len(corpus.clips) / 1000)
        check.queue(f"Checking {corpora.title(corpus.name)}", expected_s=expected)
        st.rerun()
    st.page_link(
        "pages/datasets/page.py",
        label="Look at it",
        icon=":material/library_music:",
        query_params={"corpus": corpus.name},
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _speakers(key: str, _corpus: Corpus) -> int:
    from ser_core.corpora import splits

    return int(splits.speaker_key(_corpus.clips).nunique())
