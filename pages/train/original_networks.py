"""The twelve rows: the original notebooks' figures for reference, ours under both splits, and a button that trains those that are picked."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.train import building
from pages.widgets import foreign
from pages.widgets.corpora import title
from pages.widgets.numbers import about
from ser_core import jobs, recipes
from ser_core.corpora import registry
from ser_core.corpora.base import CorpusError
from ser_core.corpora.schemes import SCHEMES
from ser_core.jobs import original_networks
from ser_core.jobs.orders import Training, recipe_of
from ser_core.recipes import Recipe, seed_rows
from ser_core.runs import RunError, measured

SPLITS = {name: SCHEMES[name].title for name in ("clips", "speakers")}


def show(*, startable: bool) -> None:
    """Draw the table, and under it the choice of what to train; nothing is offered where no training can be started."""
    st.caption("The original notebooks' figures, and ours beside them: by clip and by speaker.")
    known = measured.finished()
    made = original_networks.table(known)
    waiting = _waiting()
    made["training"] = [waiting.get(name, "") for name in made["recipe"]]
    shares = [name for name in made if name.endswith(("_validation", "_test", "_accuracy"))]
    made[shares] *= 100
    columns, height = _columns(), 35 * (len(made) + 1) + 3
    chosen: list[int] = []
    if startable:
        picked = st.dataframe(
            made,
            hide_index=True,
            column_config=columns,
            column_order=list(columns),
            height=height,
            placeholder="",
            on_select="rerun",
            selection_mode="multi-row",
            key="rows",
        )
        chosen = picked["selection"]["rows"]
    else:
        st.dataframe(
            made, hide_index=True, column_config=columns, column_order=list(columns), height=height, placeholder=""
        )
    with st.popover("How to read it", type="tertiary"):
        st.markdown(f"{seed_rows.NOTE} The paper itself states {100 * seed_rows.PAPER_ON_SAVEE:.0f} % for SAVEE.")
        st.markdown(
            "Accuracy and macro-F1 of the test part, from finished runs of exactly these recipes, those that ship with the program first. By "
            "clip: the same speakers on both sides. By speaker: people whom the model has never heard."
        )
    if startable:
        _train([recipes.RECIPES[made["recipe"][row]] for row in chosen if row < len(made)], known)


def _train(picked: list[Recipe], known: list[measured.Measured]) -> None:
    left, right = st.columns([2, 3], vertical_alignment="center", gap="large")
    with left:
        splits = st.pills(
            "Splits",
            list(SPLITS),
            format_func=lambda name: SPLITS[name],
            selection_mode="multi",
            default=list(SPLITS),
            key="rows-splits",
        )
    if not picked:
        right.caption("Tick the rows to train; the box in the header ticks them all.")
        return
    try:
        here = {name for name, entry in registry.entries().items() if entry.present}
    except CorpusError as error:
        st.error(foreign.plain(error))
        return
    absent = sorted({recipe.corpus for recipe in picked} - here)
    wanted = original_networks.orders([recipe for recipe in picked if recipe.corpus in here], splits, known)
    with right:
        if absent:
            names = " and ".join(title(name) for name in absent)
            st.caption(f":material/warning: {names} is not on this machine, so its row is left out.")
            st.page_link("pages/datasets/page.py", label=f"Get {names}", icon=":material/library_music:")
        st.markdown(_total(wanted))
    _opened(picked)
    if st.button(
        f"Train {len(wanted)}" if wanted else "Train",
        type="primary",
        icon=":material/playlist_add:",
        disabled=not wanted,
        key="rows-train",
    ):
        _queue(wanted)


def _opened(picked: list[Recipe]) -> None:
    """The way to the layers of the picked one."""
    if len(picked) == 1:
        building.way(picked[0].name, "Open its layers", "rows-layers")


def _queue(wanted: list[tuple[Training, measured.Estimate | None]]) -> None:
    try:
        for training, expected in wanted:
            training.queue(expected_s=expected.seconds if expected else None)
    except (jobs.JobError, recipes.RecipeError, RunError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.rerun()


def _total(wanted: list[tuple[Training, measured.Estimate | None]]) -> str:
    if not wanted:
        return "Every picked row has its figure under the picked splits already, or waits for it."
    known = [expected.seconds for _, expected in wanted if expected is not None]
    unknown = len(wanted) - len(known)
    said = f"{len(wanted)} trainings, one after the other"
    if known:
        said += f": **{about(sum(known))}**" + (f" for {len(known)} of them" if unknown else "")
        said += ", an estimate from earlier runs of the same recipes."
    return said + (f" Of {unknown} no run is known to estimate from." if unknown else "")


def _waiting() -> dict[str, str]:
    """Recipe → whether it trains or waits, unchanged but for its split."""
    waiting: dict[str, list[str]] = {}
    for job in jobs.in_state(*jobs.ACTIVE):
        recipe = recipe_of(job) if job.kind == jobs.TRAINING else None
        if recipe is not None and _unchanged(recipe):
            waiting.setdefault(recipe.name, []).append(job.state)
    return {name: "trains" if "running" in states else "waits" for name, states in waiting.items()}


def _unchanged(recipe: Recipe) -> bool:
    known = recipes.RECIPES.get(recipe.name)
    return known is not None and recipe == known.with_(split=recipe.split)


def _columns() -> dict[str, Any]:
    def share(label: str, tip: str) -> Any:
        return st.column_config.NumberColumn(label, format="%.0f %%", help=tip)

    def f1(label: str, tip: str) -> Any:
        return st.column_config.NumberColumn(label, format="%.2f", help=tip)

    return {
        "family": st.column_config.TextColumn("family"),
        "seed": st.column_config.TextColumn("in the notebooks", width="medium"),
        "recipe": st.column_config.TextColumn("recipe"),
        "seed_validation": share("notebooks: val acc", "The original notebooks' validation accuracy, as stated."),
        "seed_test": share(
            "notebooks: test acc", "The original notebooks' test accuracy, as stated; their split is not known."
        ),
        "seed_f1": f1("notebooks: test F1", "As stated; its averaging is not."),
        "clips_accuracy": share("by clip: acc", "Ours, test accuracy, the same speakers on both sides."),
        "clips_f1": f1("by clip: F1", "Ours, macro-F1 of the test part."),
        "speakers_accuracy": share("by speaker: acc", "Ours, test accuracy on speakers never heard."),
        "speakers_f1": f1("by speaker: F1", "Ours, macro-F1 of the test part."),
        "training": st.column_config.TextColumn("now"),
    }
