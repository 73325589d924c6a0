"""Holding the corpus against the official one; every faulty clip that is here can be heard."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.datasets import clip_sound
from pages.server import visitor
from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core.corpora import validation
from ser_core.corpora.base import Corpus, CorpusError, audio_paths
from ser_core.corpora.findings import Finding, Report

#: Most findings that are listed; a folder that is another corpus has one for each clip.
MOST = 1000


def show(shown: Opened) -> None:
    """Draw the button that checks every clip by content, what it found, and the faulty clip that is selected."""
    st.caption(
        "Every clip is decoded and, where an official index exists, compared with it by the hash of its samples. It takes some seconds for each thousand clips."
    )
    if not visitor.may_train():
        st.caption(visitor.why_not("check a corpus"))
        return
    reports: dict[str, Report] = st.session_state.setdefault("reports", {})
    if st.button("Check this corpus", icon=":material/fact_check:"):
        report = _checked(shown.corpus)
        if report is not None:
            reports[shown.key] = report
    if shown.key in reports:
        _draw(shown, reports[shown.key])


def _checked(corpus: Corpus) -> Report | None:
    bar = st.progress(0.0, text="Decoding …")

    def step(done: int, total: int) -> None:
        bar.progress(done / max(1, total), text=f"{done:,} of {total:,} clips")

    try:
        return validation.check(corpus.name, progress=step)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return None
    finally:
        bar.empty()


def _draw(shown: Opened, report: Report) -> None:
    if report.absent_speakers:
        st.caption(
            f"{len(report.absent_speakers)} speakers of the official corpus are not here: {foreign.plain(', '.join(report.absent_speakers))}."
        )
    if report.unknown_speakers:
        st.caption(f"{report.unknown_speakers:,} of {report.clips:,} clips state no speaker.")
    if not report.findings:
        st.success(f"No faults found in {report.clips:,} clips.")
        return
    said = (
        "Every fault below is one that the official corpus has too."
        if report.sound
        else "Some clips are not what they should be."
    )
    (st.info if report.sound else st.warning)(said)
    findings = report.findings[:MOST]
    rows = [
        {"clip": finding.clip, "fault": finding.fault, "what": finding.message, "known": finding.known}
        for finding in findings
    ]
    chosen = st.dataframe(
        pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="single-row", key="findings"
    )
    more = f" These are the first {MOST:,} of {len(report.findings):,}." if len(report.findings) > MOST else ""
    st.caption(f"Select a row to hear the clip.{more}")
    selected = chosen["selection"]["rows"]
    if selected and selected[0] < len(findings):
        _hear(shown.corpus, findings[selected[0]])


def _hear(corpus: Corpus, finding: Finding) -> None:
    row = _row(corpus, finding.clip)
    if row is None:
        st.caption(f"{foreign.plain(finding.clip)}: there is no sound to hear; {foreign.plain(finding.message)}.")
        return
    clip_sound.show(row, "faulty")


def _row(corpus: Corpus, name: str) -> pd.Series | None:
    """The faulty clip's row: of the table, else of a file that lies there under another name."""
    rows = corpus.clips[corpus.clips["clip"] == f"{corpus.name}/{name}"]
    if not rows.empty:
        return rows.iloc[0]
    for path in audio_paths(corpus.root, below=True) if corpus.root.is_dir() else []:
        if Path(path).stem == name:
            empty = dict.fromkeys(corpus.clips.columns, "")
            return pd.Series(
                {
                    **empty,
                    "clip": name,
                    "path": path,
                    "emotion": "not known",
                    "start": float("nan"),
                    "end": float("nan"),
                }
            )
    return None
