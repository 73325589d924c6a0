"""What is on this machine: models, corpora, runs. Reads small files alone, so that the page paints at once."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.widgets import foreign, numbers
from ser_core import runs
from ser_core.corpora import registry
from ser_core.corpora.base import CorpusError

#: Runs that the page lists.
LAST = 5


def models() -> None:
    """Draw a row a shipped model: its figure on unseen speakers, its size, and the way to try it."""
    found = runs.shipped()
    if not found:
        st.info("No model ships with this copy. Train one: `python -m ser_core train crnn --data FOLDER-OF-CREMA-D`.")
    for run in found:
        with st.container(border=True):
            try:
                size = numbers.megabytes((run.path / "model.onnx").stat().st_size)
                st.markdown(f"**{foreign.plain(run.name)}** — {foreign.plain(run.recipe['recipe']['title'])}, {size}")
                score = numbers.score(run.metrics)
            except (runs.RunError, KeyError, OSError) as error:
                st.warning(f"{foreign.plain(run.name)} is damaged: {foreign.plain(error)}")
                continue
            # A line of their own, whatever the title's length: the rows are alike.
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(score)
                st.page_link(
                    "pages/analyze/page.py",
                    label="Try it",
                    icon=":material/arrow_forward:",
                    query_params={"model": run.name},
                )
                st.page_link(
                    "pages/results/page.py",
                    label="Trust it?",
                    icon=":material/grid_on:",
                    query_params={"view": "run", "run": run.name},
                )
    if found:
        st.caption(
            "Accuracy on speakers that no choice and no training had heard, with a 95 % interval over speakers; guessing gives 17 %. What "
            "noise, telephones and other corpora take from it, more of one model than of another, stands under “Trust it?”, Other corpora."
        )


def corpora() -> None:
    """Draw a row a corpus: whether it is here, its licence, and how to get it."""
    try:
        folders = registry.folders()
    except CorpusError as error:
        st.warning(foreign.plain(error))
        return
    for name, module in registry.MODULES.items():
        folder = folders.get(name)
        card = module.card
        if folder is not None and folder.is_dir():
            link = f"[**{card.title}**](datasets?corpus={name})"
            st.markdown(f":material/check_circle: {link} — on this machine. {card.licence}")
        elif folder is not None:
            st.markdown(f":material/error: **{foreign.plain(card.title)}** — its folder has gone. {card.how_to_get}")
        else:
            st.markdown(
                f":material/radio_button_unchecked: **{foreign.plain(card.title)}** — not on this machine. [{card.url}]({card.url})"
            )
            st.caption(f"{card.how_to_get} Licence: {card.licence}")


def last_runs() -> None:
    """Draw the newest own runs, or how to make one."""
    rows = []
    for run in runs.own()[:LAST]:
        try:
            found = runs.summary(run)
            score = found["metrics"].get("test") or found["metrics"].get("validation") or {}
            rows.append(
                {
                    "run": run.name,
                    "recipe": found["recipe"],
                    "status": found["status"],
                    "accuracy": score.get("accuracy"),
                }
            )
        except runs.RunError as error:
            rows.append({"run": run.name, "recipe": str(error), "status": "damaged", "accuracy": None})
    if not rows:
        st.caption("None yet.")
        st.page_link("pages/train/page.py", label="Train a model", icon=":material/model_training:")
        return
    config = {"accuracy": st.column_config.NumberColumn(format="percent")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config=config)
    st.page_link("pages/results/page.py", label="All runs", icon=":material/table_rows:")
