"""The clips as points in two dimensions: click one to hear it, lasso some to list them, find the clips most like one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.datasets import clip_sound, extracting, filtering, similar
from pages.datasets import clips as table
from pages.widgets import cached, foreign, in_url, model_picker
from pages.widgets.corpora import Opened
from ser_core import figures, maps
from ser_core.corpora.base import Corpus
from ser_core.graphs import GraphError
from ser_core.runs import RunError

#: Most clips that get a vector, and most that are drawn; both drawn by the seed.
MOST_VECTORS, MOST_POINTS = 10_000, 2_000
#: With how many clips the map begins, and at how many it is drawn again while it grows.
STEPS = (100, 200, 500, 1_000, MOST_POINTS)
#: How often a page looks whether there are more, in seconds.
LOOK_S = 2.0
_CLICKED = "map-clicked"
SEED = 0
COLOURS = ("emotion", "speaker", "sex")
HOW_TO_READ = {
    "pca": "The two directions in which the clips differ most; near means alike.",
    "tsne": "Neighbours are alike; how far groups lie apart, and how large they are, means nothing.",
    "lda": "The two directions that tell the emotions apart best, learned from other speakers: what overlaps here is hard to tell.",
}


@dataclass(frozen=True, eq=False)
class Mapped:
    """The vectors of a corpus in one space, and the rows of its table that they belong to."""

    space: maps.Space
    key: str
    clips: pd.DataFrame = field(repr=False)
    values: np.ndarray = field(repr=False)
    n_failed: int


@st.cache_resource(max_entries=6, show_spinner="Reading the vectors …")
def _mapped(key: str, _space: maps.Space, _corpus: Corpus) -> Mapped:
    vectors = _space.of_corpus(_corpus)
    clips = _corpus.clips.set_index("clip", drop=False).loc[list(vectors.clips)].reset_index(drop=True)
    return Mapped(_space, key, clips, vectors.values, vectors.n_failed)


@st.cache_resource(max_entries=16, show_spinner="Drawing the map; t-SNE of 2,000 clips takes some 10 s …")
def _projected(key: str, method: str, chosen: str, _mapped: Mapped, _rows: np.ndarray) -> maps.Projection:
    clips = _mapped.clips.iloc[_rows]
    return maps.project(
        _mapped.values[_rows],
        method,
        labels=clips["emotion"].to_numpy(dtype=str),
        speakers=clips["speaker"].to_numpy(dtype=str),
        seed=SEED,
    )


def show(shown: Opened) -> None:
    """Draw the choosers, the map, the clip that was clicked, the table of those that were lassoed, and similar clips."""
    top = st.container(horizontal=True, vertical_alignment="bottom")
    space = _space(top)
    with top:
        method = _one("method", "Method", list(maps.METHODS), maps.METHODS)
        colour = _one("colour", "Colour", [name for name in COLOURS if _stated(shown, name)], {})
        wanted = filtering.choose(shown)
    if space is None:
        return
    mapped = _vectors(shown, space, top)
    if mapped is None:
        return
    clicked = _map(mapped, wanted, method, colour)
    similar.show(mapped.space, mapped.clips, mapped.values, clicked)


def _map(mapped: Mapped, wanted: pd.DataFrame, method: str, colour: str) -> pd.Series | None:
    """Draw the map and, beside it, what is selected on it; return the clip that was clicked or picked last."""
    kept = np.flatnonzero(mapped.clips["clip"].isin(set(wanted["clip"])).to_numpy())
    rows = np.sort(np.random.default_rng(SEED).permutation(kept)[:MOST_POINTS])
    chosen = f"{len(kept)}-{pd.util.hash_array(rows).sum() if len(rows) else 0}"
    try:
        projection = _projected(mapped.key, method, chosen, mapped, rows)
    except maps.MapError as error:
        st.info(foreign.plain(error))
        return None
    clips = mapped.clips.iloc[rows[projection.shown]].reset_index(drop=True)
    drawn_at, beside = st.columns([3, 2], gap="large")
    with drawn_at:
        st.markdown(f"##### {projection.title}")
        picked = _points(projection, clips, colour, f"{mapped.key}-{method}-{chosen}")
        st.caption(HOW_TO_READ[method])
        if len(kept) > len(rows):
            st.caption(
                f"{len(rows):,} of the {len(kept):,} clips that the filter selects, drawn by chance (seed {SEED})."
            )
        if mapped.n_failed:
            st.caption(f":material/warning: {mapped.n_failed} clips could not be read and are left out.")
    with beside:
        return _selected(mapped.clips, clips, picked)


def _selected(known: pd.DataFrame, clips: pd.DataFrame, picked: set[str]) -> pd.Series | None:
    """Draw the clip that was clicked last, which a map that has grown since forgets, or the table of those that were lassoed."""
    if len(picked) > 1:
        selected = clips[clips["clip"].isin(picked)]
        st.markdown(f"##### {len(selected):,} clips selected")
        row = table.choose(selected, "map-table")
    else:
        if picked:
            st.session_state[_CLICKED] = next(iter(picked))
        rows = known[known["clip"] == st.session_state.get(_CLICKED)]
        row = rows.iloc[0] if len(rows) else None
        if row is None:
            st.caption("Click a point to hear it; draw around some (lasso) to list them here.")
    if row is not None:
        clip_sound.show(row, "map-clip")
    return row


def _points(projection: maps.Projection, clips: pd.DataFrame, colour: str, key: str) -> set[str]:
    said = [
        "<br>".join(
            part for part in (row.clip, row.emotion, row.speaker and f"speaker {row.speaker}", row.sentence) if part
        )
        for row in clips.itertuples()
    ]
    figure = figures.clip_points(
        projection.points, clips["clip"].tolist(), clips[colour].tolist(), said, axes=projection.axes
    )
    event = st.plotly_chart(
        figure,
        key=f"map-{key}-{colour}",
        on_select="rerun",
        selection_mode=("points", "lasso", "box"),
        config={"displaylogo": False, "modeBarButtonsToRemove": ["autoScale2d"]},
        alt=f"Map of the clips: {projection.title}; colour: {colour}",
    )
    return {str(np.ravel(point["customdata"])[0]) for point in event["selection"]["points"] if "customdata" in point}


def _space(place: DeltaGenerator) -> maps.Space | None:
    servable = model_picker.servable()
    names = {f"features:{name}": title for name, title in maps.FEATURE_SETS.items()}
    names |= {f"model:{name}": f"What {name} makes of it" for name in servable}
    with place:
        chosen = _one("of", "Map of", list(names), names, box=True)
    kind, _, name = chosen.partition(":")
    if kind == "features":
        return maps.FeatureSpace(name)
    try:
        return maps.ModelSpace(cached.predictor(servable[name]))
    except (RunError, GraphError, OSError) as error:
        st.error(f"{foreign.plain(name)} cannot be used: {foreign.plain(error)}")
        return None


def _vectors(shown: Opened, space: maps.Space, place: DeltaGenerator) -> Mapped | None:
    """Return the vectors of the corpus where they are on disk, else those of the first clips, of which there are more at every look.

    place: where the way to those of all clips is drawn.
    """
    corpus = extracting.remembered(shown)
    if len(corpus.clips) > MOST_VECTORS:
        corpus = maps.sampled(shown.corpus, MOST_VECTORS, SEED)
        st.caption(
            f"The map is of {MOST_VECTORS:,} of the {len(shown.corpus.clips):,} clips, drawn by chance (seed {SEED})."
        )
    key = f"{shown.key}-{space.key}"
    if _ready(key, space, corpus):
        return _mapped(key, space, corpus)
    growing = _growing(key, space, shown.corpus)
    _wait(growing)
    steps = _steps(growing)
    heard = growing.look()
    if not len(heard.clips):
        st.info("None of the clips that were tried can be read; Check says why.")
        return None
    n = len(heard.clips) if growing.done else max(step for step in steps if step <= len(heard.clips) + heard.n_failed)
    if n < growing.of:
        _look_again(growing, next(step for step in steps if step > n))
    if len(corpus.clips) > growing.of:
        with place.popover("All clips", icon=":material/select_all:"):
            each = extracting.seconds_each(shown, space.key, space.of_samples)
            extracting.with_bar(
                f"Compute the vectors of {len(corpus.clips):,} clips",
                each * len(corpus.clips),
                lambda tell: space.of_corpus(corpus, progress=tell),
                key="map-vectors",
            )
    return Mapped(space, f"{key}-{n}", growing.clips().iloc[:n], heard.values[:n], heard.n_failed)


@st.cache_resource(max_entries=4, ttl="60m", show_spinner=False)
def _growing(key: str, _space: maps.Space, _corpus: Corpus) -> maps.Growing:
    return maps.Growing(_corpus, _space, MOST_POINTS, SEED)


def _steps(growing: maps.Growing) -> list[int]:
    return [step for step in STEPS if step < growing.of] + [growing.of]


def _wait(growing: maps.Growing) -> None:
    """Wait, with a bar, until the first clips are there."""
    first = _steps(growing)[0]
    bar = None
    while not growing.done:
        heard = growing.look()
        there = len(heard.clips) + heard.n_failed
        if there >= first:
            break
        bar = bar or st.progress(0.0)
        bar.progress(there / first, text=f"Listening to the first {first} clips: {there}")
        time.sleep(0.2)
    if bar is not None:
        bar.empty()


@st.fragment(run_every=LOOK_S)
def _look_again(growing: maps.Growing, wanted: int) -> None:
    heard = growing.look()
    there = len(heard.clips) + heard.n_failed
    st.caption(f"Growing: {there:,} of {growing.of:,} clips heard.")
    if there >= wanted:
        st.rerun()


def _ready(key: str, space: maps.Space, corpus: Corpus) -> bool:
    # A sample's fingerprint asks for its files, so what was once found on disk is not looked for again.
    known: set[str] = st.session_state.setdefault("map-ready", set())
    if key not in known and space.ready(corpus):
        known.add(key)
    return key in known


@st.cache_resource(max_entries=16, show_spinner=False)
def _several(key: str, column: str, _clips: pd.DataFrame) -> bool:
    return _clips[column].nunique() > 1


def _stated(shown: Opened, column: str) -> bool:
    return column == "emotion" or _several(shown.key, column, shown.corpus.clips)


def _one(name: str, label: str, options: list[str], titles: dict[str, str], *, box: bool = False) -> str:
    key = f"map-{name}"
    titles = {option: titles.get(option, option.capitalize()) for option in options}
    if not box:
        return in_url.segmented(name, label, titles, key=key, labelled=True)
    in_url.begin(name, options, options[0], key=key)
    return st.selectbox(label, options, format_func=titles.__getitem__, key=key, width=280)
