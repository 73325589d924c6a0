"""How the run came to be: learning curves, layers, configuration, log, model card."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.results.shown_run import Shown
from pages.widgets import foreign, numbers
from ser_core import recipes, runs
from ser_core.figures import curves
from ser_core.runs import Run, Training, cards
from ser_core.runs import learning as curve_words

#: Last lines of a log that are shown.
LINES = 500


def learning(shown: Shown) -> None:
    """Draw the learning curves: the run's, or those of one of the trainings that it pools."""
    history = _picked(shown.run, "curves").history
    if history.empty:
        st.caption("This run was not trained in epochs, so it has no learning curves.")
        return
    st.markdown(
        f"**Learning curves** · {foreign.plain(shown.name)} · {foreign.plain(shown.corpus)} · {len(history)} epochs"
    )
    st.plotly_chart(
        curves.learning(history), key="curves", alt=f"Learning curves of {shown.name}, {len(history)} epochs"
    )
    st.markdown(" ".join(curve_words.said(history, shown.run.recipe.get("recipe", {}).get("fit"))))


def layers(shown: Shown) -> None:
    """Draw the table of layers and parameters."""
    rows = _picked(shown.run, "layers").layers
    if not rows:
        st.caption("This run has no model, so it has no layers.")
        return
    table = pd.DataFrame(rows)
    table["shape"] = [" × ".join(str(n) for n in shape) if shape else "" for shape in table["shape"]]
    st.dataframe(table, hide_index=True, alt=f"Layers of {shown.name}")
    st.caption(f"{len(table)} layers, {int(table['parameters'].sum()):,} parameters.")


def configuration(shown: Shown) -> None:
    """Draw the recipe, what training found, versions and origin."""
    stated = shown.run.recipe
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Recipe")
        _table("setting", recipes.flat(stated.get("recipe", {})))
    with right:
        st.markdown("##### Run")
        origin = {name: value for name, value in stated.items() if name not in ("recipe", "packages", "found")}
        seconds = stated.get("found", {}).get("seconds")
        took = {"duration": numbers.seconds(seconds)} if seconds is not None else {}
        _table("fact", {**recipes.flat(origin), **recipes.flat(stated.get("found", {})), **took})
        if stated.get("packages"):
            st.markdown("##### Versions")
            _table("package", stated["packages"])


def log(shown: Shown) -> None:
    """Draw the end of the run's log."""
    lines = shown.run.log.splitlines()
    if not lines:
        st.caption("This run has no log.")
        return
    st.code("\n".join(lines[-LINES:]), language=None, height=420)
    if len(lines) > LINES:
        st.caption(f"The last {LINES} of {len(lines):,} lines; all are in log.txt in {foreign.plain(shown.run.path)}.")


def card(shown: Shown) -> None:
    """Draw the model card."""
    if shown.run.has("card.md"):
        st.html(cards.as_html(shown.run.card))
    else:
        st.caption("This run has no model card.")


def _picked(run: Run, key: str) -> Training:
    """The run's own training or, of a run that pools several, the one that is picked."""
    inside = {training.name: training for training in runs.trainings(run)}
    if not inside:
        return runs.training(run)
    return inside[st.selectbox("Which of its trainings", list(inside), key=f"piece-{key}")]


def _table(title: str, values: dict[str, Any]) -> None:
    said = [recipes.in_words(value) for value in values.values()]
    st.dataframe(pd.DataFrame({title: list(values), "value": said}), hide_index=True, height="content")
