"""What is on this machine: models, corpora, runs. Reads small files alone, so that the page paints at once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.widgets import foreign, numbers
from ser_core import runs
from ser_core.corpora import registry
from ser_core.corpora.base import CorpusError
from ser_core.runs import leagues, notes, overview, titles

#: Runs that the page lists.
LAST = 5


def models() -> None:
    """Draw the best shipped model of each league: its figure on unseen speakers, and the ways to try it and to look it up."""
    shipped = runs.shipped()
    if not shipped:
        st.info("No model ships with this copy.")
        st.page_link("pages/train/page.py", label="Train one", icon=":material/model_training:")
        return
    best: dict[str, tuple[float, runs.Run]] = {}
    for run in shipped:
        try:
            wrong = run.problems()
            if not wrong:
                score = (float(run.metrics["test"]["accuracy"]), run)
                best[leagues.of(run)] = max(best.get(leagues.of(run), score), score, key=lambda scored: scored[0])
        except (runs.RunError, KeyError, TypeError, OSError) as error:
            wrong = [str(error)]
        if wrong:
            st.warning(f"{foreign.plain(run.name)} is damaged: {foreign.plain(' '.join(wrong))}")
    if not best:
        return
    for column, (_, run) in zip(st.columns(len(best), gap="large"), best.values(), strict=True):
        with column:
            st.markdown(
                f"**{foreign.plain(titles.of(run))}** · :small[{foreign.plain(run.name)}]  \n{_on_unheard(run)}"
            )
            with st.container(horizontal=True):
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


def _on_unheard(run: runs.Run) -> str:
    scores = run.metrics["test"]
    return f"{numbers.percent(scores['accuracy'])} ({numbers.span(scores['intervals']['accuracy'])}) on {scores['speakers']} unheard actors"


def corpora() -> None:
    """Draw the corpora that are here, each a link, and the names of those that could be."""
    try:
        folders = registry.folders()
    except CorpusError as error:
        st.warning(foreign.plain(error))
        return
    absent = []
    for name, module in registry.MODULES.items():
        folder, title = folders.get(name), foreign.plain(module.card.title)
        if folder is not None and folder.is_dir():
            st.markdown(f":material/check_circle: [**{title}**](datasets?corpus={name})")
        elif folder is not None:
            st.markdown(f":material/error: **{title}**: its folder has gone. {module.card.how_to_get}")
        else:
            absent.append(title)
    if absent:
        st.caption(f"Not on this machine: {', '.join(absent)}.")
        st.page_link("pages/datasets/page.py", label="Get one", icon=":material/add:")


def last_runs() -> None:
    """Draw the newest own runs, each a link with what it found, or how to make one."""
    try:
        said = notes.read()
    except runs.RunError as error:
        st.warning(foreign.plain(error))
        return
    own = runs.own()[:LAST]
    links = {run.path: link for link, run in overview.named().items()} if own else {}
    for run in own:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                "pages/results/page.py",
                label=foreign.plain(notes.name_of(run, said)),
                icon=":material/grid_on:",
                query_params={"view": "run", "run": links[run.path]},
            )
            st.caption(_found(overview.row(run)))
    if not own:
        st.caption("None yet.")
        st.page_link("pages/train/page.py", label="Train a model", icon=":material/model_training:")


def _found(row: dict[str, Any]) -> str:
    if row["state"] != "done":
        return foreign.plain(" ".join(part for part in (row["state"], row["problem"]) if part))
    if pd.isna(row["accuracy"]):
        return "too few to say"
    span = {"low": row["accuracy_low"], "high": row["accuracy_high"]}
    return f"{numbers.percent(row['accuracy'])} ({numbers.span(span)}) on the {row['part']} part"
