"""The recipe to train, one that ships or a file of one's own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import streamlit as st

from pages.train.corpus import Chosen
from pages.widgets import foreign, in_url, numbers
from pages.widgets.corpora import title
from ser_core import files, recipes
from ser_core.features.sources import FeatureError
from ser_core.recipes import Recipe, planning

FILE = "file"
#: What is offered first: a network with curves, in two minutes.
FIRST = "quick-cnn"


@dataclass(frozen=True)
class Source:
    """A recipe on the chosen corpus, and what tells it from others: its name, or the hash of a file."""

    words: str
    recipe: Recipe


def choose(chosen: Chosen) -> Source | None:
    """Draw the picker and what is to be known of the recipe; return it on the chosen corpus, or None where there is none yet."""
    names = [FIRST, *(name for name in recipes.RECIPES if name != FIRST), FILE]
    in_url.begin("recipe", names, FIRST, key="train-recipe")
    name = st.selectbox("Recipe", names, format_func=_said, key="train-recipe")
    source = _file() if name == FILE else Source(name, recipes.RECIPES[name])
    if source is None:
        return None
    st.caption(source.words if name != FILE else foreign.plain(source.recipe.name))
    with st.popover("What is in it?", type="tertiary"):
        _about(source.recipe)
        meant = source.recipe.corpus
        if meant != chosen.corpus.name:
            st.caption(
                f"It is written for {foreign.plain(title(meant))}; here it is trained on {foreign.plain(title(chosen.corpus.name))} and its emotions."
            )
    return Source(source.words, on_corpus(source.recipe, chosen))


def on_corpus(recipe: Recipe, chosen: Chosen) -> Recipe:
    """Return the recipe on the corpus: with all of its emotions, or those among them that the recipe was written for."""
    return planning.on_corpus(recipe, chosen.corpus)


def _said(name: str) -> str:
    if name == FILE:
        return "A recipe.json of my own"
    title = recipes.RECIPES[name].title
    return f"Quick first run: {title[0].lower()}{title[1:]}" if name == FIRST else title


def _about(recipe: Recipe) -> None:
    st.markdown(f"{foreign.plain(recipe.title)}. Features: {recipe.feature_set.title}.")
    if recipe.feature_set.hears_level:
        st.caption(
            "These features hold how loud a recording is: on a microphone that stands nearer, or is set louder, than the corpus' own "
            "the model may give one emotion for everything. Features “of clips brought to one level” (below, under Advanced) do not."
        )
    row = recipes.SEED_ROWS.get(recipe.seed_row or "")
    if row is not None:
        validation = (
            f"validation accuracy {numbers.percent(row.validation_accuracy)}, " if row.validation_accuracy else ""
        )
        f1 = f", F1 {row.test_f1:.2f}" if row.test_f1 is not None else ""
        st.caption(
            f"The original notebooks' “{foreign.plain(row.name)}”: {validation}test accuracy {numbers.percent(row.test_accuracy)}{f1}.",
            help=recipes.seed_rows.NOTE,
        )


def _file() -> Source | None:
    upload = st.file_uploader("recipe.json", type=["json"], key="train-recipe-file")
    if upload is None:
        st.caption(
            "The recipe.json of any run, or a file written like it. Every field that it leaves out keeps its default."
        )
        return None
    try:
        stated = files.from_json(upload.getvalue().decode("utf-8"))
        recipe = recipes.from_dict(stated.get("recipe", stated) if isinstance(stated, dict) else stated)
        _ = recipe.feature_set
    except (ValueError, FeatureError) as error:
        st.error(f"{foreign.plain(upload.name)} is no recipe: {foreign.plain(error)}")
        return None
    # The upload's name is nobody's: what it says names it.
    text = json.dumps(recipe.to_dict(), sort_keys=True)
    return Source(hashlib.sha256(text.encode()).hexdigest()[:16], recipe)
