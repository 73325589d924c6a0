"""How many clips there are of each emotion, by what else the corpus states."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ser_core import figures
from ser_core.corpora.base import Corpus

STATED = {
    "intensity": "intensity",
    "sex": "sex",
    "race": "race",
    "ethnicity": "ethnicity",
    "sentence": "sentence",
    "speaker": "speaker",
}
#: More groups than this are no picture any more.
MOST_GROUPS = 100
AGES = [0, 25, 35, 45, 55, 65, 120]


def show(corpus: Corpus) -> None:
    """Draw clips by emotion and one attribute of the reader's choice."""
    attributes = [name for name in STATED if 1 < corpus.clips[name].replace("", pd.NA).nunique() <= MOST_GROUPS]
    if corpus.clips["age"].notna().any():
        attributes.insert(0, "age")
    if not attributes:
        st.caption("The corpus states nothing but emotions.")
        _draw(corpus, pd.Series("all", index=corpus.clips.index), "clips")
        return
    chosen = st.pills("Emotions by", attributes, default=attributes[0], key="by", required=True)
    groups = corpus.clips[chosen]
    if chosen == "age":
        groups = (
            pd.cut(groups.astype(float), AGES, right=False)
            .astype(str)
            .str.replace(r"\[(\d+), (\d+)\)", r"\1 to \2", regex=True)
        )
    _draw(corpus, groups, chosen)


def _draw(corpus: Corpus, groups: pd.Series, title: str) -> None:
    table = pd.crosstab(groups, corpus.clips["emotion"]).reindex(columns=list(corpus.emotions), fill_value=0)
    figure = figures.counts([str(name) for name in table.index], list(table.columns), table.to_numpy(), title)
    st.plotly_chart(figure, key="counts", config={"displayModeBar": False}, alt=f"Clips of each emotion by {title}")
    st.caption(
        "Even bars of one colour pattern mean a balanced corpus; where one emotion is rare in a group, a score there says little."
    )
