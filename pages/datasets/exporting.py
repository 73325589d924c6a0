"""Giving a corpus to other programs: written as an audformat database into a folder of this machine."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core import settings
from ser_core.corpora import audformat_database
from ser_core.corpora.base import CorpusError


def show(shown: Opened) -> None:
    """Draw what writes the whole corpus; nothing where the machine is not the visitor's own."""
    if settings.mode() != "local":
        return
    with st.popover("Export the corpus", icon=":material/ios_share:"):
        st.markdown(
            "As an [audformat](https://audeering.github.io/audformat/) database: its tables, and a copy of every sound file."
        )
        if why := audformat_database.missing():
            st.caption(why)
            return
        folder = st.text_input("Into the new folder", key="export-folder").strip()
        st.caption("The corpus' licence goes with it.")
        if st.button("Write", disabled=not folder, key="export-write"):
            _written(shown, Path(folder).expanduser().resolve())


def _written(shown: Opened, folder: Path) -> None:
    bar = st.progress(0.0, text="Copying …")

    def step(done: int, total: int) -> None:
        bar.progress(done / max(1, total), text=f"{done:,} of {total:,} files")

    try:
        audformat_database.write(shown.corpus, folder, progress=step)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return
    finally:
        bar.empty()
    st.success(f"Written into {foreign.plain(str(folder))}.")
