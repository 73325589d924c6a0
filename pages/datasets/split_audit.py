"""Audit a split: a table or lists in, a verdict out; who stands on both sides, and copies that can be heard."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.datasets import clip_sound, extracting
from pages.widgets import corpora, foreign
from ser_core.corpora import carried, split_tables
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import split_audit, split_clips, split_report
from ser_core.evaluation.split_audit import Audit
from ser_core.evaluation.split_clips import SplitClips
from ser_core.features.sources import FeatureError

ENDINGS = ["csv", "tsv", "txt", "lst", "json", "jsonl", "ndjson", "parquet"]
BY_NAMES = "by-names"
#: Of an upload's name what may stand in that of a file: it tells which part a list is.
_ODD = re.compile(r"[^\w. -]+")
#: Seconds that hearing and comparing one clip takes on one core.
EACH_S = 0.03
#: Pairs that are listed.
MOST = 500


def show() -> None:
    """Draw the uploader, the corpus, and what the audit says."""
    st.caption(
        "Are the same voices or recordings in the training and in the test? Drop the table of a split (a clip and its part a row), or a list a "
        "part: EmoBox' lists, HEAR's folds, a Hugging Face dataset's Parquet, train.txt and test.txt."
    )
    here = corpora.choices()
    titles = {BY_NAMES: "As the files' names tell", **here, **{name: corpora.title(name) for name in carried.names()}}
    left, right = st.columns([2, 1])
    uploads = left.file_uploader("Split", type=ENDINGS, accept_multiple_files=True, key="split-files")
    name = right.selectbox("Corpus", list(titles), format_func=lambda name: titles[name], key="split-corpus")
    if not uploads:
        return
    try:
        key, clips = _read(uploads, name, here)
        audit = _by_names(key, clips)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return
    heard: dict[str, Audit] = st.session_state.setdefault("audits", {})
    _verdict(heard.get(key, audit))
    if key not in heard:
        _offer_sound(key, clips, heard)
    _details(heard.get(key, audit))


def _read(uploads: list[UploadedFile], name: str, here: dict[str, str]) -> tuple[str, SplitClips]:
    contents = tuple((upload.name, upload.getvalue()) for upload in uploads)
    digest = hashlib.sha256(b"\0".join(part for title, data in contents for part in (title.encode(), data))).hexdigest()
    table = _table(digest, contents)
    if name == BY_NAMES:
        guessed = carried.guess(split_clips.named(table))
        name = guessed.name if guessed is not None else ""
    opened = corpora.opened(name) if name in here else None
    corpus: Corpus | None = opened.corpus if opened else carried.corpus(name) if name else None
    key = f"{digest}-{opened.key if opened else name}"
    return key, _clips(key, table, corpus, opened is not None)


@st.cache_resource(max_entries=8, ttl="30m", show_spinner="Reading the split …")
def _table(digest: str, _contents: tuple[tuple[str, bytes], ...]) -> split_tables.SplitTable:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (title, data) in enumerate(_contents):
            # Each in a folder of its own: two lists may have one name.
            paths.append(Path(folder, str(number), _ODD.sub("_", Path(title).name)[-100:]))
            paths[-1].parent.mkdir()
            paths[-1].write_bytes(data)
        try:
            return split_tables.read(paths)
        except CorpusError as error:
            said = str(error)
            for path in paths:
                said = said.replace(f"{path.parent}/", "")
            raise CorpusError(said) from error


@st.cache_resource(max_entries=8, ttl="30m", show_spinner="Looking up the clips …")
def _clips(key: str, _table: split_tables.SplitTable, _corpus: Corpus | None, _here: bool) -> SplitClips:
    # A visitor's table may name any file of this machine: those of the corpus alone are opened.
    return split_clips.of(_table, _corpus, here=_here, own_files=False)


@st.cache_resource(max_entries=8, ttl="30m", show_spinner=False)
def _by_names(key: str, _clips: SplitClips) -> Audit:
    return split_audit.of(_clips, sound=False)


def _offer_sound(key: str, clips: SplitClips, heard: dict[str, Audit]) -> None:
    n = int((clips.rows["path"] != "").sum())
    if not n:
        return
    st.caption(
        "So far by names alone. The sound tells copies under other names, too: resampled, re-encoded or made louder."
    )

    def work(tell: extracting.Progress) -> None:
        heard[key] = split_audit.of(clips, progress=tell)

    try:
        extracting.with_bar(
            f"Compare the sound of {n:,} clips", EACH_S * n / (os.cpu_count() or 1), work, key="split-sound"
        )
    except (CorpusError, FeatureError, OSError) as error:
        st.error(foreign.plain(error))


def _verdict(audit: Audit) -> None:
    drawn = {True: st.error, False: st.success, None: st.warning}[audit.leaky]
    drawn(f"**{foreign.plain(audit.verdict)}**")
    with st.container(horizontal=True):
        st.metric("Clips", f"{sum(audit.parts.values()):,}", width="content")
        shared = len(audit.speakers_shared) if audit.speakers_from else "not known"
        st.metric("Speakers on both sides", shared, width="content")
        st.metric("Recordings on both sides", audit.copies, width="content")
        st.metric("Sentences on both sides", len(audit.sentences_shared), width="content")
    whose = f" of {foreign.plain(audit.corpus)}" if audit.corpus else ""
    st.caption(f"{foreign.plain(audit.title)}: clips{whose}; speakers {split_clips.FROM[audit.speakers_from]}.")


def _details(audit: Audit) -> None:
    counts = audit.emotions.copy()
    counts.insert(0, "clips", pd.Series(audit.parts))
    counts.insert(1, "speakers", pd.Series(audit.speakers))
    st.dataframe(counts.rename_axis("part").reset_index(), hide_index=True, key="split-parts")
    if audit.speakers_shared:
        with st.expander(f"The {len(audit.speakers_shared)} speakers on both sides"):
            st.markdown(foreign.plain(", ".join(audit.speakers_shared)))
    _pairs(audit)
    for note in audit.notes:
        st.caption(foreign.plain(note))
    with st.container(horizontal=True):
        for label, data, file, kind in (
            ("Report", split_report.markdown(audit), "split-audit.md", "text/markdown"),
            ("Badge", split_report.badge(audit), "split-audit.svg", "image/svg+xml"),
            (
                "Numbers (JSON)",
                json.dumps(audit.to_dict(), ensure_ascii=False, indent=2),
                "split-audit.json",
                "application/json",
            ),
        ):
            st.download_button(label, data, file, kind, on_click="ignore", icon=":material/download:")
    if audit.leaky:
        st.caption("What the leak is worth, with an interval, is measured from a shell:")
        st.code("python -m ser_core splits audit FILE --worth", language="sh")


def _pairs(audit: Audit) -> None:
    pairs = [*audit.duplicates, *audit.near_duplicates]
    if not pairs:
        return
    crossing = f"{audit.copies:,} on both sides" if audit.copies else "none on both sides"
    st.markdown(f"##### {len(pairs):,} {'pair is' if len(pairs) == 1 else 'pairs are'} one recording, {crossing}")
    rows = split_report.pair_rows(audit.duplicates, "the same samples") + split_report.pair_rows(
        audit.near_duplicates, "in two forms"
    )
    chosen = st.dataframe(
        pd.DataFrame(rows[:MOST]), hide_index=True, on_select="rerun", selection_mode="single-row", key="split-pairs"
    )
    picked = chosen["selection"]["rows"]
    here = audit.clips.rows[audit.clips.rows["path"] != ""].drop_duplicates("name").set_index("name", drop=False)
    if not len(here):
        return
    st.caption("Select a row to hear both.")
    if not picked or picked[0] >= len(pairs):
        return
    for column, name in zip(st.columns(2), pairs[picked[0]], strict=True):
        if name in here.index:
            row = here.loc[name]
            with column:
                sound = clip_sound.read(row)
                st.markdown(
                    f"**{foreign.plain(name)}** · {foreign.plain(row['emotion'] or 'emotion not stated')} · {foreign.plain(row['part'])}"
                )
                if sound is not None:
                    clip_sound.player(sound)
