"""Picking trained models, and what is to be known of one before it is believed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import foreign, in_url, worth
from ser_core import runs
from ser_core.runs import Run, cards

#: Most models that answer side by side.
MOST = 4
#: Where the session keeps that a link asked for a model that is not here.
_MISSING = "model-missing"


def servable() -> dict[str, Run]:
    """Return the runs that can predict, by name, shipped ones first."""
    models = {}
    for run in [*runs.shipped(), *runs.own()]:
        if run.servable and run.name not in models:
            models[run.name] = run
    return models


def choose() -> list[Run]:
    """Draw the picker and return the picked runs; empty, with the next step said, where there is none."""
    models = _servable_or_said()
    if not models:
        return []
    in_url.begin_many("model", models, [next(iter(models))], most=MOST)
    picked = st.multiselect(
        "Model",
        list(models),
        max_selections=MOST,
        format_func=lambda name: worth.label(models[name]),
        key="model",
        label_visibility="collapsed",
        placeholder="Pick a model",
        select_all=False,
        on_change=_forget_missing,
    )
    if not picked:
        st.caption("Pick a model to get an answer.")
    return [models[name] for name in picked]


def choose_one(*, disabled: bool = False) -> Run | None:
    """Draw the picker for a page where one model answers; None, with the next step said, where there is none."""
    models = _servable_or_said()
    if not models:
        return None
    names = list(models)
    in_url.begin("model", names, names[0], key="one-model")
    name = st.selectbox(
        "Model",
        names,
        format_func=lambda name: worth.label(models[name]),
        key="one-model",
        disabled=disabled,
        on_change=_forget_missing,
    )
    return models[name]


def _servable_or_said() -> dict[str, Run]:
    models = servable()
    if not models:
        st.info("No trained model is here yet.")
        st.page_link("pages/train/page.py", label="Train one", icon=":material/model_training:")
        return models
    # The URL names what is picked from here on, so that a link asked for another is kept until one is picked. Unnamed: on a
    # shared server the name of somebody's run is theirs.
    if any(name not in (*models, in_url.NOTHING) for name in st.query_params.get_all("model")):
        st.session_state[_MISSING] = True
    if st.session_state.get(_MISSING):
        st.warning("A model that this link asks for is not here. Pick one.")
    return models


def _forget_missing() -> None:
    st.session_state.pop(_MISSING, None)


def about(run: Run) -> None:
    """Draw what a model is worth in a line, and on click its figure with the split that it was measured under, its card and layers."""
    try:
        with st.popover("About this model", icon=":material/info:", type="tertiary"):
            st.markdown(worth.of_model(run))
            card, layers = st.tabs(["Model card", "Layers"])
        card.html(cards.as_html(run.card))
        with layers:
            table = pd.DataFrame(run.layers)
            table["shape"] = [" × ".join(str(n) for n in shape) if shape else "" for shape in table["shape"]]
            st.dataframe(table, hide_index=True, width="stretch")
            st.caption(f"{int(table['parameters'].sum()):,} parameters")
    except (runs.RunError, KeyError, ValueError) as error:
        st.warning(f"The model {foreign.plain(run.name)} is damaged: {foreign.plain(error)}")
