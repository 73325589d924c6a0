"""What listeners heard in CREMA-D's voices."""

from __future__ import annotations

import streamlit as st

from ser_core import figures
from ser_core.corpora import crema_d_votes
from ser_core.corpora.base import Corpus, CorpusError


def show(corpus: Corpus) -> None:
    """Draw the votes as a confusion matrix over the clips that are here, or say that the corpus has none."""
    if corpus.name != "crema-d":
        st.caption(f"{corpus.card.title} has no listeners' votes.")
        return
    try:
        votes = crema_d_votes.read(corpus.root)
    except CorpusError as error:
        st.info(str(error))
        return
    joined = votes.merge(corpus.clips[["clip", "emotion"]], on="clip")
    labels = list(corpus.card.emotions)
    matrix = joined.groupby("emotion")[labels].sum().reindex(labels).to_numpy()
    right = matrix.diagonal().sum() / matrix.sum()
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
