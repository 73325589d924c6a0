"""How many clips there are of each emotion, by what else the corpus states, and how long they are."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import streamlit as st

from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core import figures
from ser_core.corpora import durations
from ser_core.corpora.base import Corpus

STATED = ("emotion", "intensity", "sex", "race", "ethnicity", "sentence", "speaker", "sitting")
#: More groups than this are no picture any more.
MOST_GROUPS = 100
AGES = [0, 25, 35, 45, 55, 65, 120]
#: Edges of the groups of durations in seconds; the last is open.
SECONDS = [0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 10.0]


@st.cache_resource(max_entries=64, show_spinner="Counting …")
def _table(key: str, by: str, _corpus: Corpus) -> pd.DataFrame:
    groups = _groups(_corpus, by)
    return pd.crosstab(groups, _corpus.clips["emotion"]).reindex(columns=list(_corpus.emotions), fill_value=0)


@st.cache_resource(max_entries=8, show_spinner="Looking what the corpus states …")
def _attributes(key: str, _corpus: Corpus) -> list[str]:
    clips = _corpus.clips
    stated = [name for name in STATED if name in clips and 1 < len(set(clips[name].unique()) - {""}) <= MOST_GROUPS]
    stated += ["age"] if clips["age"].notna().any() else []
    return [*stated, "duration"] if np.isfinite(durations.of(_corpus)).any() else stated


def show(shown: Opened) -> None:
    """Draw clips by emotion and one attribute of the reader's choice."""
    attributes = _attributes(shown.key, shown.corpus)
    by = "clips"
    if attributes:
        by = (
            st.pills(
                "Clips by",
                attributes,
                default=attributes[0],
                key="by",
                required=True,
                format_func=foreign.plain,
                label_visibility="collapsed",
            )
            or attributes[0]
        )
    else:
        st.caption("The corpus states nothing but emotions.")
    table = _table(shown.key, by, shown.corpus)
    title = "duration (s)" if by == "duration" else by
    figure = figures.counts([str(name) for name in table.index], list(table.columns), table.to_numpy(), title)
    st.plotly_chart(figure, key="counts", config={"displayModeBar": False}, alt=f"Clips of each emotion by {title}")
    st.caption("Where an emotion is rare in a group, a score there says little.")


def _groups(corpus: Corpus, by: str) -> pd.Series:
    clips = corpus.clips
    if by == "age":
        cut = pd.cut(clips["age"].astype(float), AGES, right=False)
        return cut.cat.rename_categories({cell: f"{cell.left:.0f} to {cell.right:.0f}" for cell in cut.cat.categories})
    if by == "duration":
        edges = [*SECONDS, np.inf]
        names = [f"{low:g} to {high:g}" for low, high in itertools.pairwise(edges)]
        names[-1] = f"over {SECONDS[-1]:g}"
        return pd.cut(pd.Series(durations.of(corpus), index=clips.index), edges, right=False, labels=names)
    return clips[by].replace("", "not stated") if by in clips else pd.Series("all", index=clips.index)
