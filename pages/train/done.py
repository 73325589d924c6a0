"""What a finished training has to show, where it was started: score, matrix over the epochs, curves, a confusion to hear, what to do next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.train import building
from pages.widgets import clip_player, epochs_film, foreign, listener_votes, numbers
from pages.widgets.corpora import title
from ser_core import figures, jobs, settings
from ser_core.corpora import schemes
from ser_core.evaluation import listeners, metrics
from ser_core.figures import curves
from ser_core.recipes import Recipe, layer_table
from ser_core.runs import Run, epochs, learning, measured

_BAR = {"displayModeBar": False}


def show(job: jobs.Job, run: Run) -> None:
    """Draw the card of a whole run. Raises RunError or KeyError where it is damaged."""
    recipe = run.trained_by
    part = "test" if "test" in run.metrics else "validation"
    scores = run.metrics[part]
    rows = run.predictions[run.predictions["part"] == part]
    labels = tuple(scores["labels"])
    seconds = numbers.seconds(float(run.recipe.get("found", {}).get("seconds", 0.0)))
    split = schemes.of(recipe.split).title.lower()
    st.markdown(f"#### :material/check_circle: {foreign.plain(recipe.title)}")
    st.caption(
        f"{foreign.plain(title(recipe.corpus))} · {foreign.plain(split)} · {seconds} · {foreign.plain(run.name)}"
    )
    st.markdown(_score(recipe, scores, rows, labels, part))
    left, right = st.columns(2, gap="large")
    history = run.history
    with left:
        film = epochs.read(run)
        if film is not None and len(film.epochs):
            epochs_film.matrix(film, job.id)
        else:
            st.plotly_chart(
                figures.confusion(np.array(scores["confusion"]), labels, f"{part.capitalize()} part"),
                key=f"matrix-{job.id}",
                config=_BAR,
                alt=f"Confusion matrix of {run.name}, {part} part, n = {scores['n']}",
            )
    with right:
        if not history.empty:
            st.plotly_chart(
                curves.learning(history),
                key=f"curves-{job.id}",
                config=_BAR,
                alt=f"Learning curves, {len(history)} epochs",
            )
            st.caption(" ".join(learning.said(history, run.recipe.get("recipe", {}).get("fit"))))
    _confused(rows, labels, job.id)
    _next(run, recipe)


def _score(recipe: Recipe, scores: dict[str, Any], rows: pd.DataFrame, labels: tuple[str, ...], part: str) -> str:
    """`UAR 52 % (47 to 57)`, and what it stands beside."""
    span = scores["intervals"]["uar"]
    beside = [f"chance {numbers.percent(1 / len(labels))}"]
    best = measured.best_network(recipe, measured.finished(), part)
    if best is not None:
        beside.append(f"best CNN {numbers.percent(best.score('uar', part) or 0.0)}")
    heard = _listeners(rows, labels)
    if heard is not None:
        beside.append(f"listeners {numbers.percent(heard)}")
    where = "" if part == "test" else " on the validation part, which chose the epoch"
    low, high = 100 * span["low"], 100 * span["high"]
    return f"**UAR {numbers.percent(scores['uar'])}** ({low:.0f} to {high:.0f}){where} · {' · '.join(beside)}"


def _listeners(rows: pd.DataFrame, labels: tuple[str, ...]) -> float | None:
    """The listeners' UAR, vote by vote, on the same clips; None where nobody voted on them, or no votes lie here."""
    votes = listener_votes.here()
    if isinstance(votes, str) or not set(labels) <= set(votes.columns):
        return None
    table = listeners.heard(rows, votes, labels)
    return metrics.scores(listeners.votes_matrix(table, labels))["uar"] if len(table) else None


def _confused(rows: pd.DataFrame, labels: tuple[str, ...], key: str) -> None:
    """The two emotions that are taken for each other most, and the clip of which the model was surest."""
    matrix = metrics.confusion(rows["true"], rows["predicted"], labels)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(share, 0.0)
    i, j = np.unravel_index(int(share.argmax()), share.shape)
    true, predicted = labels[i], labels[j]
    wrong = rows[(rows["true"] == true) & (rows["predicted"] == predicted)]
    if wrong.empty:
        return
    if f"p_{predicted}" in wrong:
        wrong = wrong.sort_values(f"p_{predicted}", ascending=False, kind="stable")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Most confused: **{foreign.plain(true)} → {foreign.plain(predicted)}**, {numbers.percent(share[i, j])}",
            width="content",
        )
        with st.popover("Hear", icon=":material/volume_up:"):
            clip = str(wrong["clip"].iloc[0])
            st.caption(f"{foreign.plain(clip)}: the one it was surest of.")
            clip_player.show(clip, f"confused-{key}")


def _next(run: Run, recipe: Recipe) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.servable:
            st.page_link(
                "pages/analyze/page.py", label="Try my voice", icon=":material/mic:", query_params={"model": run.name}
            )
        _compare(run, recipe)
        st.page_link(
            "pages/results/page.py",
            label="See its results",
            icon=":material/grid_on:",
            query_params={"view": "run", "run": run.name},
        )
        if settings.school_class():
            # A lesson's networks are not changed, and nothing of them leaves it.
            return
        if recipe.network == layer_table.BUILT:
            building.way(run.name, "Change layers", f"layers-{run.name}")
        st.download_button(
            "Report",
            data=lambda: _report(run),
            file_name=f"{run.name}.html",
            mime="text/html",
            icon=":material/download:",
            type="tertiary",
            key=f"report-{run.name}",
            on_click="ignore",
        )


def _compare(run: Run, recipe: Recipe) -> None:
    """The way to a study with its network ticked; in a class, which has no studies, beside the best network."""
    page, query = "train", {"view": "compare", "corpus": recipe.corpus, "split": recipe.split, "networks": run.name}
    if settings.school_class():
        best = measured.best_network(recipe, measured.finished(), "test")
        others = [best.name] if best is not None and best.name != run.name else []
        page, query = "results", {"view": "compare", "runs": ",".join([run.name, *others])}
    st.page_link(f"pages/{page}/page.py", label="Compare networks", icon=":material/compare:", query_params=query)


def _report(run: Run) -> str:
    # Imported here: it brings Plotly's whole script.
    from ser_core import report

    return report.page(run)
