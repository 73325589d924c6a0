"""What listeners heard in CREMA-D's voices: as a matrix over all clips, and of one clip."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core import figures
from ser_core.corpora import crema_d, crema_d_votes
from ser_core.corpora.base import CorpusError


@st.cache_resource(max_entries=2, show_spinner="Reading what listeners heard …")
def _votes(root: str, key: str) -> pd.DataFrame:
    return crema_d_votes.read(Path(root))


def show(shown: Opened) -> None:
    """Draw the votes as a confusion matrix over the clips that are here, or say that the corpus has none."""
    corpus = shown.corpus
    if corpus.name != crema_d.CARD.name:
        st.caption(f"{foreign.plain(corpus.card.title)} has no listeners' votes.")
        return
    try:
        votes = _votes(str(corpus.root), shown.key)
    except CorpusError as error:
        st.info(foreign.plain(error))
        return
    joined = votes.merge(corpus.clips[["clip", "emotion"]], on="clip")
    labels = list(corpus.card.emotions)
    matrix = joined.groupby("emotion")[labels].sum().reindex(labels, fill_value=0).to_numpy()
    right = matrix.diagonal().sum() / max(1, matrix.sum())
    st.plotly_chart(
        figures.confusion(matrix, labels, rows_are="acted", columns_are="heard", counted="votes"),
        key="votes",
        config={"displayModeBar": False},
        alt="What listeners heard, by intended emotion",
    )
    st.caption(
        f"Rows: the emotion that was acted; columns: what people heard from the voice alone; {int(matrix.sum()):,} votes on {len(joined):,} "
        f"clips here. {100 * right:.0f} votes in 100 name the intended emotion: much of it cannot be heard."
    )


def of_clip(shown: Opened, clip: str) -> None:
    """Draw what listeners heard in one clip of CREMA-D; nothing for other corpora and where the table of votes is not here."""
    corpus = shown.corpus
    if not clip.startswith(f"{crema_d.CARD.name}/"):
        return
    try:
        votes = _votes(str(corpus.root), shown.key)
    except CorpusError:
        return
    rows = votes[votes["clip"] == clip]
    if rows.empty:
        return
    labels = list(crema_d.CARD.emotions)
    counts = rows[labels].iloc[0].to_numpy(dtype=float)
    said = ", ".join(f"{label} {n:.0f}" for label, n in zip(labels, counts, strict=True) if n)
    st.markdown(f"What {counts.sum():.0f} listeners heard in it")
    st.plotly_chart(
        figures.probabilities(labels, counts / max(1.0, counts.sum())),
        key="votes-of-clip",
        config={"displayModeBar": False},
        alt=f"Votes on {clip}: {said}",
    )
    st.caption("Share of the listeners who chose each emotion from the voice alone.")
