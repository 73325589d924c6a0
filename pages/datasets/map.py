"""The clips as points in two dimensions: click one to hear it, lasso some to list them, find the clips most like one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

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
    found = _space.of_corpus(_corpus)
    clips = _corpus.clips.set_index("clip", drop=False).loc[list(found.clips)].reset_index(drop=True)
    return Mapped(_space, key, clips, found.values, found.n_failed)


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
    left, middle, right = st.columns(3)
    space = _space(left)
    with middle:
        method = _one("method", "Method", list(maps.METHODS), maps.METHODS)
    with right:
        colour = _one("colour", "Colour", [name for name in COLOURS if _stated(shown, name)], {})
    wanted = filtering.choose(shown)
    if space is None:
        return
    mapped = _vectors(shown, space)
    if mapped is None:
        return
    clicked = _map(shown, mapped, wanted, method, colour)
    similar.show(mapped.space, mapped.clips, mapped.values, clicked)


def _map(shown: Opened, mapped: Mapped, wanted: pd.DataFrame, method: str, colour: str) -> pd.Series | None:
    """Draw the map and what is selected on it; return the clip that was clicked or picked last."""
    kept = np.flatnonzero(mapped.clips["clip"].isin(set(wanted["clip"])).to_numpy())
    rows = np.sort(np.random.default_rng(SEED).permutation(kept)[:MOST_POINTS])
    chosen = f"{len(kept)}-{pd.util.hash_array(rows).sum() if len(rows) else 0}"
    try:
        found = _projected(mapped.key, method, chosen, mapped, rows)
    except maps.MapError as error:
        st.info(foreign.plain(error))
        return None
    clips = mapped.clips.iloc[rows[found.shown]].reset_index(drop=True)
    st.markdown(f"##### {found.title}")
    if len(kept) > len(rows):
        st.caption(f"{len(rows):,} of the {len(kept):,} clips that the filter selects, drawn by chance (seed {SEED}).")
    picked = _points(found, clips, colour, f"{mapped.key}-{method}-{chosen}")
    st.caption(f"{HOW_TO_READ[method]} Click a point to hear it; draw around some (lasso) to list them below.")
    if mapped.n_failed:
        st.caption(f":material/warning: {mapped.n_failed} clips could not be read and are left out.")
    if not picked:
        return None
    selected = clips[clips["clip"].isin(picked)]
    if len(selected) == 1:
        clip_sound.show(selected.iloc[0], "map-clip")
        return selected.iloc[0]
    st.markdown(f"##### {len(selected):,} clips selected")
    row = table.choose(selected, "map-table")
    if row is not None:
        clip_sound.show(row, "map-clip")
    return row


def _points(found: maps.Projection, clips: pd.DataFrame, colour: str, key: str) -> set[str]:
    said = [
        "<br>".join(
            part for part in (row.clip, row.emotion, row.speaker and f"speaker {row.speaker}", row.sentence) if part
        )
        for row in clips.itertuples()
    ]
    figure = figures.clip_points(found.points, clips["clip"].tolist(), clips[colour].tolist(), said, axes=found.axes)
    event = st.plotly_chart(
        figure,
        key=f"map-{key}-{colour}",
        on_select="rerun",
        selection_mode=("points", "lasso", "box"),
        config={"displaylogo": False, "modeBarButtonsToRemove": ["autoScale2d"]},
        alt=f"Map of the clips: {found.title}; colour: {colour}",
    )
    return {str(np.ravel(point["customdata"])[0]) for point in event["selection"]["points"] if "customdata" in point}


def _space(place: st.delta_generator.DeltaGenerator) -> maps.Space | None:
    servable = model_picker.servable()
    names = {f"features:{name}": title for name, title in maps.FEATURE_SETS.items()}
    names |= {f"model:{name}": f"What the model {name} makes of it (embedding)" for name in servable}
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


def _vectors(shown: Opened, space: maps.Space) -> Mapped | None:
    """Return the vectors of the corpus, or None after asking to compute them."""
    corpus = extracting.remembered(shown)
    if len(corpus.clips) > MOST_VECTORS:
        corpus = maps.sampled(shown.corpus, MOST_VECTORS, SEED)
        st.caption(
            f"The map is of {MOST_VECTORS:,} of the {len(shown.corpus.clips):,} clips, drawn by chance (seed {SEED})."
        )
    key = f"{shown.key}-{space.key}"
    if not _ready(key, space, corpus):
        each = extracting.seconds_each(shown, space.key, space.of_samples)
        extracting.with_bar(
            f"Compute the vectors of {len(corpus.clips):,} clips",
            each * len(corpus.clips),
            lambda tell: space.of_corpus(corpus, progress=tell),
            key="map-vectors",
        )
        return None
    return _mapped(key, space, corpus)


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
    return st.selectbox(label, options, format_func=titles.__getitem__, key=key)
