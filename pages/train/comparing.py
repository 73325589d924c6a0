"""A study of networks: which, or which values of one setting; on what, how often, how long all of it takes, and the button."""

from __future__ import annotations

import dataclasses
import json

import streamlit as st

from pages.train import corpus, division, gate
from pages.train.corpus import Chosen
from pages.train.recipe import FIRST, Source, on_corpus
from pages.widgets import foreign, in_url
from pages.widgets.numbers import about
from ser_core import jobs, recipes, runs, studies
from ser_core.corpora import folds
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.features.sources import FeatureError
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import RunError, measured
from ser_core.studies import Member, StudyError, members, starting

WHAT = {"networks": "Networks", "setting": "One setting's values"}
#: What is ticked where nothing is named.
BEGUN = [FIRST, "cnn1d-model5"]
#: Networks of one's own that are offered, the newest.
MOST_OWN = 40


def show() -> None:
    """Draw the choices, the estimate of them all, and the button; the study then fills on the results page."""
    reason = gate.reason_not_to_train()
    if reason:
        st.info(reason, icon=":material/block:")
        return
    with st.container(border=True):
        left, right = st.columns([3, 5], gap="medium")
        with left:
            chosen = corpus.choose()
        if chosen is None:
            return
        with right:
            what = in_url.segmented("what", "What is compared", WHAT)
            wanted, field, of_what = _setting() if what == "setting" else (_networks(), "", "")
        left, middle, right = st.columns([3, 2, 3], gap="medium")
        with left:
            first = wanted[0].recipe if wanted else recipes.RECIPES[FIRST]
            divided = division.choose(chosen, Source("study", on_corpus(first, chosen))).recipe
        seeds = int(
            middle.number_input(
                "Seeds",
                1,
                studies.MOST_SEEDS,
                2,
                key="study-seeds",
                help="Trainings of each network: how far they lie apart tells what a difference is worth.",
            )
        )
        name = right.text_input("Name", placeholder=_name(wanted, of_what), key="study-name").strip()
        if not wanted:
            return
        name = name or _name(wanted, of_what)
        epochs = _epochs()
        try:
            prepared = _prepared(wanted, epochs, chosen, divided)
        except (CorpusError, FeatureError, RecipeError, StudyError) as error:
            st.error(foreign.plain(error))
            return
        _start(prepared, chosen.corpus, name, seeds, field)


def _networks() -> list[Member]:
    """The networks that are ticked."""
    named = _offered()
    for asked in ",".join(st.query_params.get_all("networks")).split(","):
        if asked and asked not in named and (recipe := _of_run(asked)) is not None:
            named[asked] = recipe
    labels = _labels(named)
    in_url.begin_many("networks", named, BEGUN, key="study-networks", most=studies.MOST, joined=True)
    picked = st.multiselect(
        f"Networks ({studies.FEWEST} to {studies.MOST})",
        list(named),
        max_selections=studies.MOST,
        format_func=labels.__getitem__,
        key="study-networks",
        select_all=False,
    )
    try:
        return members.of_recipes([named[name] for name in picked])
    except StudyError:
        st.caption("Tick one more." if picked else "Tick two or more.")
        return []


def _setting() -> tuple[list[Member], str, str]:
    """One network with each of several values of a setting, which setting that is, and what a study of it is called."""
    named = _offered()
    labels = _labels(named)
    in_url.begin("network", named, FIRST, key="study-network")
    left, middle, right = st.columns(3)
    name = left.selectbox("Network", list(named), format_func=labels.__getitem__, key="study-network")
    offered = members.settings_of(named[name])
    field = middle.selectbox(
        "Setting", list(offered), format_func=lambda key: offered[key].title, key=f"study-setting-{named[name].network}"
    )
    text = right.text_input("Values", offered[field].values, key=f"study-values-{field}")
    try:
        return members.of_values(named[name], field, text), field, f"{offered[field].title} of {labels[name]}"
    except (RecipeError, StudyError) as error:
        st.error(foreign.plain(error))
        return [], field, ""


def _epochs() -> int:
    with st.expander("Advanced", icon=":material/tune:"):
        return int(
            st.number_input(
                "Epochs of each, at most",
                0,
                1000,
                0,
                key="study-epochs",
                help="0: as each network's recipe says. Fewer are quicker; what a network could still have learned is then not seen.",
            )
        )


def _start(prepared: list[Member], on: Corpus, name: str, seeds: int, field: str) -> None:
    estimate = starting.estimate(prepared, on, seeds=seeds)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Start the study", type="primary", icon=":material/science:", key="study-start")
        st.markdown(_said(estimate))
    if not pressed:
        return
    try:
        study = starting.start(name, prepared, on, seeds=seeds, varied=field)
    except (jobs.JobError, CorpusError, RecipeError, RunError, StudyError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.switch_page("pages/results/page.py", query_params={"view": "studies", "study": study.id})


def _said(estimate: starting.Estimate) -> str:
    if not estimate.trainings:
        return "All of them are trained already: nothing has to wait."
    number = f"{estimate.trainings} training{'' if estimate.trainings == 1 else 's'}"
    said = f"{number}, **{about(estimate.seconds)}** in all." if estimate.seconds else f"{number}."
    if estimate.unknown:
        said += f" Not known: how long {foreign.plain(', '.join(estimate.unknown))} takes."
    if estimate.ready:
        said += f" Trained already: {foreign.plain(', '.join(estimate.ready))}."
    waiting = len(jobs.in_state(*jobs.ACTIVE, everyone=True))
    return said + (f" {waiting} before it in the queue." if waiting else "")


def _prepared(wanted: list[Member], epochs: int, chosen: Chosen, divided: Recipe) -> list[Member]:
    if epochs:
        wanted = [
            Member(member.name, member.recipe.with_(fit=dataclasses.replace(member.recipe.fit, epochs=epochs)))
            for member in wanted
        ]
    stated = json.dumps([[member.name, member.recipe.to_dict()] for member in wanted], sort_keys=True)
    return _planned(chosen.key, stated, divided.split, divided.unknown_speakers, wanted, chosen.corpus)


@st.cache_resource(max_entries=32, show_spinner=False)
def _planned(key: str, stated: str, split: str, unknown: str, _members: list[Member], _corpus: Corpus) -> list[Member]:
    return members.on(_members, _corpus, split, folds.FOLDS, unknown)


def _offered() -> dict[str, Recipe]:
    """The recipes that ship and can be computed here, and one's own that are none of them, the newest first."""
    named = {
        name: recipe
        for name, recipe in recipes.RECIPES.items()
        if not any(given.source.missing for given in recipe.feature_set.inputs)
    }
    known = [_bare(recipe) for recipe in named.values()]
    for run in [run for run in measured.finished() if run.own][:MOST_OWN]:
        bare = _bare(run.recipe)
        if bare not in known:
            known.append(bare)
            named[run.name] = run.recipe
    return named


def _bare(recipe: Recipe) -> Recipe:
    """A recipe without what a study states of it anew."""
    return recipe.with_(
        name="", title="", seed_row=None, corpus="", labels=(), split="", unknown_speakers="refuse", seed=0
    )


def _labels(named: dict[str, Recipe]) -> dict[str, str]:
    """What each is called: a recipe by its name, one's own by what it is, and by its run where two are called alike."""
    titles = {name: members.called(recipe) for name, recipe in named.items()}
    said = list(titles.values())
    return {
        name: title if said.count(title) == 1 or title == name else f"{title} ({name})"
        for name, title in titles.items()
    }


def _name(wanted: list[Member], of_what: str) -> str:
    """A name for a study of these that no other has."""
    taken = {study.name for study in studies.all_studies()}
    plain = (of_what or " and ".join(member.name for member in wanted[:3]))[:60] or "Study"
    number, name = 2, plain
    while name in taken:
        number, name = number + 1, f"{plain} {number}"
    return name


def _of_run(name: str) -> Recipe | None:
    try:
        return runs.find(name).trained_by
    except RunError:
        return None
