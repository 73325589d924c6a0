"""Holding the corpus against the official one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ser_core.corpora import validation
from ser_core.corpora.base import Corpus, CorpusError


def show(corpus: Corpus) -> None:
    """Draw the button that checks every clip by content, and what it found."""
    st.caption(
        "Every clip is decoded and, where an official index exists, compared with it by the hash of its samples. It takes some seconds for each thousand clips."
    )
    if not st.button("Check this corpus", icon=":material/fact_check:"):
        return
    bar = st.progress(0.0, text="Decoding …")

    def step(done: int, total: int) -> None:
        bar.progress(done / max(1, total), text=f"{done:,} of {total:,} clips")

    try:
        report = validation.check(corpus.name, progress=step)
    except (CorpusError, OSError) as error:
        bar.empty()
        st.error(str(error))
        return
    bar.empty()
    if report.absent_speakers:
        st.caption(
            f"{len(report.absent_speakers)} speakers of the official corpus are not here: {', '.join(report.absent_speakers)}."
        )
    if not report.findings:
        st.success("No faults found.")
        return
    said = (
        "Every fault below is one that the official corpus has too."
        if report.sound
        else "Some clips are not what they should be."
    )
    (st.info if report.sound else st.warning)(said)
    rows = [{"clip": one.clip, "fault": one.fault, "what": one.message, "known": one.known} for one in report.findings]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
