"""What listeners heard in CREMA-D, wherever that corpus is registered."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from ser_core.corpora import crema_d_votes, registry
from ser_core.corpora.base import CorpusError


def here() -> pd.DataFrame | str:
    """Return the votes (crema_d_votes.read), or the sentence that says how to get them."""
    try:
        folder = registry.folders().get("crema-d")
        if folder is None:
            return (
                "What listeners heard comes with CREMA-D, which is not registered on this machine. Name its folder on the datasets "
                "page, or fetch it: `python -m ser_core corpora get crema-d --data FOLDER`."
            )
        path = folder / crema_d_votes.TABLE
        return _read(str(folder), path.stat().st_mtime_ns if path.is_file() else 0)
    except (CorpusError, OSError) as error:
        return str(error)


@st.cache_data(max_entries=2, show_spinner=False)
def _read(folder: str, changed: int) -> pd.DataFrame:
    return crema_d_votes.read(Path(folder))
