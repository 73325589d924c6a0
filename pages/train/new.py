"""A new training: a corpus, a recipe, a split, and the button."""

from __future__ import annotations

import streamlit as st

from pages.train import advanced, corpus, division, gate, recipe, starting


def show() -> None:
    """Draw the three choices side by side, and below them what can be set and how long it takes."""
    reason = gate.reason_not_to_train()
    if reason:
        st.info(reason, icon=":material/block:")
        return
    with st.container(border=True):
        left, middle, right = st.columns([3, 5, 4], gap="medium")
        with left:
            corpus_ = corpus.choose()
        if corpus_ is None:
            return
        with middle:
            chosen = recipe.choose(corpus_)
        if chosen is None:
            return
        with right:
            divided = division.choose(corpus_, chosen)
        order = advanced.show(corpus_, divided)
        starting.show(corpus_, order)
