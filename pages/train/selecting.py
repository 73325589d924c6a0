"""Feature selection, started as a job: which groups of descriptors help on this corpus."""

from __future__ import annotations

import streamlit as st

from pages.train import corpus, gate, progress
from pages.train.recipe import on_corpus
from pages.widgets.corpora import title
from ser_core import recipes
from ser_core.jobs.orders import Selection


def show() -> None:
    """Draw the choice of corpus, recipe and split, and the button."""
    st.markdown("One group of descriptors after another is added, each time the one that helps most.")
    reason = gate.reason_not_to_train()
    if reason:
        st.info(reason, icon=":material/block:")
        return
    with st.container(border=True):
        _choose()


def _choose() -> None:
    chosen = corpus.choose()
    if chosen is None:
        return
    fed = {name: recipe.feature_set.inputs[0].source for name, recipe in recipes.RECIPES.items()}
    names = [name for name, source in fed.items() if source.choices and not source.missing]
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    name = left.selectbox("Descriptors of the recipe", names, names.index("svm"), key="select-recipe")
    split = middle.selectbox("On the train part of", ["speakers", "clips"], key="select-split")
    with st.popover("How it is measured", type="tertiary"):
        st.markdown(
            "Incremental feature selection, by the UAR of a shrunken LDA that is cross-validated over speakers inside the train part. "
            "Validation and test are not looked at."
        )
    if right.button("Select", icon=":material/checklist:", key="select-start"):
        wanted = on_corpus(recipes.RECIPES[name], chosen).with_(split=split)
        said = f"Selecting descriptors of {name} on {title(wanted.corpus)}"
        progress.attempt(lambda: Selection.new(wanted).queue(said))
