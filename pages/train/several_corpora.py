"""Several corpora at once: which, under which names their emotions are read, and one model of all or one that leaves each out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.server import visitor
from pages.train import starting
from pages.train.corpus import Chosen
from pages.widgets import corpora, foreign
from ser_core import recipes
from ser_core.corpora import joined, schemes
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.jobs.orders import Training
from ser_core.recipes import Recipe, RecipeError

#: Recipes that carry over to other voices; the first is offered first.
RECIPES = ("voice", "whisper-logreg", "whisper-svm", "whisper-mlp", "logreg", "crnn-small")
ALL, EACH = "speakers", schemes.CORPORA.name
WHAT = {ALL: "One model of all of them", EACH: schemes.CORPORA.title}


def show() -> None:
    """Draw the choice of corpora, their emotions' names, the recipe and what is made, and queue the training."""
    st.caption("Train on all that you have. Every corpus weighs the same, so that the largest does not decide.")
    titles = corpora.choices()
    if len(titles) < 2:
        st.info("Two corpora or more are needed.", icon=":material/library_music:")
        st.page_link("pages/datasets/page.py", label="Get one", icon=":material/library_music:")
        return
    picked = st.multiselect(
        "Corpora", list(titles), list(titles), format_func=lambda name: titles[name], key="several-corpora"
    )
    if len(picked) < 2:
        st.info("Pick two or more.")
        return
    try:
        opened = [corpora.opened(name) for name in picked]
        mapping = _mapping([member.corpus for member in opened])
        both = joined.join([member.corpus for member in opened], mapping)
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.caption(f"In common: {foreign.plain(', '.join(both.emotions))}. {len(both.clips):,} clips.")
    left, right = st.columns(2)
    name = left.selectbox("Recipe", RECIPES, format_func=lambda name: recipes.RECIPES[name].title, key="several-recipe")
    split = right.segmented_control(
        "What", list(WHAT), format_func=lambda split: WHAT[split], default=EACH, required=True, key="several-what"
    )
    if split == EACH:
        st.caption(schemes.CORPORA.tells)
    recipe = recipes.named(name).on_corpora(picked, mapping).with_(split=split or EACH)
    if split == ALL and both.unknown_speakers:
        recipe = recipe.with_(unknown_speakers="leave-out")
        st.caption(f"{both.unknown_speakers:,} clips whose speaker nobody states are left out.")
    with st.expander("Weights made of several corpora stay on this machine", icon=":material/gavel:"):
        st.markdown("They are bound by the terms of each:")
        for terms in both.card.terms:
            st.caption(foreign.plain(terms))
    _start(recipe, Chosen(both, f"{mapping}-{'+'.join(member.key for member in opened)}"))


def _mapping(members: list[Corpus]) -> dict[str, dict[str, str]]:
    """Draw under which name each emotion is read, and return what the user changed of it."""
    standard = [
        {"corpus": corpus.name, "its emotion": own, "read as": new}
        for corpus in members
        for own, new in joined.read_as(corpus).items()
    ]
    with st.expander("Under which names emotions are read"):
        st.caption("Change a name to bring it to a common one; an empty one leaves the emotion out.")
        edited = st.data_editor(
            pd.DataFrame(standard),
            hide_index=True,
            disabled=["corpus", "its emotion"],
            key=f"several-mapping-{'+'.join(corpus.name for corpus in members)}",
        )
    mapping: dict[str, dict[str, str]] = {}
    for before, after in zip(standard, edited.to_dict("records"), strict=True):
        said = str(after["read as"] or "").strip()
        if said != before["read as"]:
            mapping.setdefault(before["corpus"], {})[before["its emotion"]] = said
    return mapping


def _start(recipe: Recipe, chosen: Chosen) -> None:
    if not visitor.may_train():
        st.caption(visitor.why_not("train"))
        return
    order = Training(recipe)
    try:
        recipes.plan(recipe, chosen.corpus)
    except (CorpusError, RecipeError) as error:
        st.error(foreign.plain(error))
        return
    if not st.button("Train", type="primary", icon=":material/model_training:", key="several-train"):
        return
    estimated = starting.estimate(chosen, order)
    starting.queue(order, estimated.seconds if estimated else None)
