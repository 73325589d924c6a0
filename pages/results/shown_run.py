"""The run that is looked at, and the part of its predictions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.results import exchange, run_picker
from pages.widgets import foreign, in_url, model_picker, numbers
from ser_core import settings
from ser_core.corpora import registry, schemes
from ser_core.evaluation import metrics, pooling
from ser_core.personal import worth as personal
from ser_core.runs import Run, RunError, notes, overview

PARTS = ("validation", "test")


@dataclass(frozen=True, eq=False)
class Shown:
    """A whole run, the name that it goes by, one part of it, and the predictions of that part."""

    run: Run
    link: str
    name: str
    part: str
    labels: tuple[str, ...]
    predictions: pd.DataFrame = field(repr=False)

    @property
    def key(self) -> tuple[str, int, str]:
        """What stands for the predictions in caches and widgets' keys."""
        return str(self.run.path), self.run.changed("predictions.csv"), self.part

    @property
    def corpus(self) -> str:
        """The corpus' title, `CREMA-D`."""
        name = str(self.run.recipe.get("recipe", {}).get("corpus") or self.run.recipe.get("corpus") or "")
        return registry.MODULES[name].card.title if name in registry.MODULES else name

    @property
    def words(self) -> str:
        """Run, corpus, part and n, as every title states them."""
        return " · ".join(
            word for word in (self.name, self.corpus, f"{self.part} part", f"n = {len(self.predictions):,}") if word
        )

    def title(self, what: str) -> str:
        """A figure's title: what it shows, and below it run, corpus, part and n."""
        return f"{what}<br><sub>{self.words}</sub>"

    def summary(self) -> dict[str, Any]:
        """What metrics.summary says of the predictions; of several trainings each one's scores too."""
        return _summary(self.key, self.predictions, self.labels)


def choose() -> Shown | None:
    """Draw the choice of run and part; return what is shown, or None after saying why there is nothing to show."""
    runs = overview.named()
    if not runs:
        run_picker.say_none()
        return None
    names = display_names(runs)
    links = list(runs)
    left, right = st.columns(2, gap="large", vertical_alignment="bottom")
    with left:
        asked = st.query_params.get("run")
        if asked is not None and asked not in runs and "run" not in st.session_state:
            st.warning(f"There is no run called “{foreign.plain(asked)}” here.")
        in_url.begin("run", links, links[0])
        link = st.selectbox("Run", links, format_func=lambda link: names[link], key="run", label_visibility="collapsed")
    run = runs[link]
    try:
        problems = overview.problems(run) if run.has("files.json") or run.status["state"] == "done" else []
        if problems:
            st.error(f"The run {foreign.plain(names[link])} is damaged: {foreign.plain(' '.join(problems))}")
            return None
        if not run.has("predictions.csv"):
            st.info(
                f"{foreign.plain(names[link])} is {run.status['state']}: it has no predictions yet. {foreign.plain(run.status.get('message', ''))}"
            )
            return None
        return _shown(run, link, names[link], right)
    except (RunError, KeyError, TypeError, AttributeError) as error:
        st.error(f"The run {foreign.plain(names[link])} is damaged: {foreign.plain(error)}")
        return None


def display_names(runs: dict[str, Run]) -> dict[str, str]:
    """Return the name to show for every run by the name that links use; notes that cannot be read change nothing."""
    try:
        said = notes.read()
    except RunError:
        said = {}
    return {link: notes.name_of(run, said) for link, run in runs.items()}


def labels_of(run: Run, part: str) -> tuple[str, ...]:
    """Return the part's labels in the order in which the run states them."""
    return tuple(run.metrics[part]["labels"])


def _shown(run: Run, link: str, name: str, place: Any) -> Shown | None:
    table = run.predictions
    parts = [part for part in PARTS if (table["part"] == part).any()]
    if not parts:
        st.info(f"{foreign.plain(name)} has no predictions of a validation or test part.")
        return None
    with place, st.container(horizontal=True, vertical_alignment="center"):
        part = str(
            st.segmented_control(
                "Part",
                parts,
                default=parts[-1],
                required=True,
                key="part",
                bind="query-params",
                label_visibility="collapsed",
            )
        )
        if not settings.school_class():
            exchange.show_run(run)
        _analyzes(run)
    rows = table[table["part"] == part].reset_index(drop=True)
    return Shown(run, link, name, part, labels_of(run, part), rows)


def headline(shown: Shown) -> None:
    """Draw the scores with their intervals, and what must be known of them."""
    summary = shown.summary()
    wrong = shown.run.recipe.get("wrong_on_purpose")
    if wrong:
        said = wrong if isinstance(wrong, str) else wrong.get("how", "") if isinstance(wrong, dict) else ""
        st.warning(
            f"Wrong on purpose, for the leakage lesson; never to be believed. {foreign.plain(said)}",
            icon=":material/dangerous:",
        )
    own = personal.of(shown.run)
    if own is not None:
        st.info(f"A model of one's own: **{own.label}**. {foreign.plain(own.sentence)}", icon=":material/face:")
        if not own.enough:
            return
    with st.container(horizontal=True, gap="small"):
        for metric, title in (("accuracy", "Accuracy"), ("uar", "UAR"), ("macro_f1", "Macro-F1")):
            _number(title, numbers.percent(summary[metric]), numbers.span(summary["intervals"][metric]))
        majority = metrics.majority(np.array(summary["confusion"]))
        _number("Chance", numbers.percent(majority), "naming one class")
    method = summary["intervals"]["accuracy"]["method"]
    choice = " Choices (epoch, temperature, threshold) were made on this part." if shown.part == "validation" else ""
    st.caption(
        f"{foreign.plain(shown.run.name)} · {foreign.plain(shown.corpus)} · {len(shown.predictions):,} clips of {summary['speakers']} speakers. "
        f"Split: {_split(shown.run)}. 95 % intervals: {method}.{choice}"
    )


def _analyzes(run: Run) -> None:
    """Draw the link to where the run's model answers, where it has one that is found by this name."""
    servable = model_picker.servable()
    if run.name in servable and servable[run.name].path == run.path:
        st.page_link("pages/analyze/page.py", label="Try it", icon=":material/mic:", query_params={"model": run.name})


def _split(run: Run) -> str:
    kind = str(run.recipe.get("recipe", {}).get("split") or "not stated")
    return schemes.of(kind).means


def _number(title: str, value: str, below: str) -> None:
    # Of a fixed width: two stand side by side on a phone.
    with st.container(width=112, gap=None):
        st.metric(title, value)
        st.caption(below)


@st.cache_data(max_entries=32, show_spinner=False)
def _summary(key: tuple[str, int, str], _predictions: pd.DataFrame, labels: tuple[str, ...]) -> dict[str, Any]:
    if _predictions["fold"].astype(str).nunique() > 1:
        return pooling.parts(_predictions, labels)[key[2]]
    return metrics.summary(_predictions, labels)
