"""Train: a model from a corpus, a recipe and a split; what is training now; the twelve rows; feature selection; a model of one's own."""

import streamlit as st

from pages.train import advanced, corpus, division, gate, live, original_networks, personal, recipe, selecting, starting

personal.pointer()
live.wake()
reason, found = gate.reason_not_to_train(), None
if reason:
    st.info(reason, icon=":material/block:")
else:
    with st.container(border=True):
        found = corpus.choose()
        chosen = recipe.choose(found) if found is not None else None
        if found is not None and chosen is not None:
            order = advanced.show(found, division.choose(found, chosen))
            starting.show(found, order)

live.show()
original_networks.show(startable=not reason)
if not reason and found is not None:
    selecting.show(found)
personal.show()
