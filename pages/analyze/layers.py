"""The layers of the picked network, one by one: what its units answer along the clip, and the filter of one of them; what an ear attends to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import streamlit as st

from pages.server.turns import in_turn
from pages.widgets import cached, clip_player, corpora, foreign, in_url, worth
from ser_core import audio, explain, figures, inside
from ser_core.corpora.reading import ClipReader
from ser_core.encoders import EncoderError
from ser_core.graphs import GraphError
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError

#: Units of a 2D layer that are drawn at a time.
UNITS = 5
#: How many clips a unit is tried on, and how many of those that it answers most are played.
CLIPS, MOST = 120, 4


def show(key: str, clip: audio.Clip, start_s: float, models: list[Run]) -> None:
    """Draw the switch and, once it is on, one layer of every picked model; `start_s`: where the clip begins on the page's time axis."""
    if not models:
        return
    in_url.begin("layers", in_url.SWITCH, "off", values=in_url.SWITCH, quiet=True)
    if st.toggle(
        "Look into its layers",
        key="layers",
        help="What each layer of a CNN makes of this clip, or what the pretrained ear attends to",
    ):
        for run in models:
            _draw(key, clip, start_s, run)


@st.fragment
def _draw(key: str, clip: audio.Clip, start_s: float, run: Run) -> None:
    # A fragment: another layer redraws this picture and nothing else on the page.
    try:
        predictor = cached.predictor(run)
        if explain.looks(predictor):
            _ear(key, clip, start_s, predictor)
            return
        layers = _layers(key, *cached.judge_key(predictor), predictor, clip.samples)
    except (inside.InsideError, EncoderError, RunError, GraphError, OSError) as error:
        st.info(foreign.plain(error))
        return
    (given,) = predictor.inputs
    names = [layer.name for layer in layers]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.segmented_control(
            f"Layers of {worth.label(run)}",
            names,
            default=names[0],
            required=True,
            key=f"layer-{run.name}-{len(names)}",
        )
        layer = layers[names.index(str(name))]
        units = layer.strongest(len(layer.maps))
        unit = st.selectbox(
            "Unit", units, key=f"unit-{run.name}-{name}", help="Those that vary most come first.", width=120
        )
        with st.popover("Its filter", icon=":material/grid_4x4:"):
            _filter(layer, int(unit), f"{key}-{run.name}")
        asked = st.toggle(
            "Clips it answers most",
            key=f"most-{run.name}",
            help=f"Of {CLIPS} clips of its corpus that this model did not learn from",
        )
    if asked:
        _most(predictor, names.index(str(name)), int(unit))
    # As wide as the pictures above it, so that its time axis is theirs.
    st.plotly_chart(
        figures.stacked(_rows(layer, int(unit), units, clip, given.source.hop_s), start_s=start_s),
        key=f"maps-{key}-{run.name}",
        config={"displayModeBar": False},
        alt=f"What the units of layer {layer.name} of {run.name} answer along the clip",
    )
    st.caption(
        f"Brighter: the unit answers more. {layer.steps} steps a window"
        + (f", {layer.bands} bands" if layer.bands > 1 else "")
        + "; nothing is drawn where the network was fed with silence or nothing."
    )


def _most(predictor: Predictor, layer: int, unit: int) -> None:
    """The clips of the model's corpus that a unit answers most, to listen to."""
    run = predictor.run
    name = str(run.recipe.get("recipe", {}).get("corpus") or "")
    corpus = corpora.here([name]).get(name)
    if corpus is None:
        st.info(f"Its corpus {foreign.plain(corpora.title(name))} is not on this machine: add it on the Datasets page.")
        return
    heard = run.predictions.loc[run.predictions["part"] == "test", "clip"].unique()
    clips = corpus.clips[corpus.clips["clip"].isin(heard)]
    if clips.empty:
        st.info("None of the clips that it did not learn from is on this machine.")
        return
    peaks = _peaks(*cached.judge_key(predictor), corpora.opened(name).key, predictor, clips)
    emotion = clips.set_index("clip")["emotion"]
    for place, (clip, value, at) in enumerate(peaks.most(layer, unit, MOST)):
        st.caption(f"{foreign.plain(emotion[clip])} · {foreign.plain(clip)} · {value:.2f} at {at:.1f} s")
        clip_player.show(clip, f"most-{run.name}-{place}")


@st.cache_resource(max_entries=8, show_spinner="Letting it hear other clips …")
@in_turn
def _peaks(
    path: str, changed: int, voice: str, corpus: str, _predictor: Predictor, _clips: pd.DataFrame
) -> inside.Peaks:
    drawn = _clips.sample(min(CLIPS, len(_clips)), random_state=0)
    reader = ClipReader()
    return inside.peaks(
        _predictor,
        ((row.clip, reader.read(row.path, row.start, row.end).samples) for row in drawn.itertuples(index=False)),
    )


def _ear(key: str, clip: audio.Clip, start_s: float, predictor: Predictor) -> None:
    """What a pretrained ear attends to, block by block."""
    attention = _attention(key, *cached.judge_key(predictor), predictor, clip.samples)
    rows: list[figures.Row] = [figures.Wave(clip.samples, clip.sample_rate, height=90)]
    for number, block in enumerate(attention.blocks, start=1):
        heads = [f"head {k + 1}" for k in range(len(block))]
        # Single moments are stared at by some heads; the rest would be black beside them.
        span = (0.0, float(np.nanpercentile(block, 98)))
        rows.append(
            figures.row_picture(f"Block {number}", block, attention.hop_s, labels=heads, y_title="", unit="", span=span)
        )
    st.plotly_chart(
        figures.stacked(rows, start_s=start_s),
        key=f"attention-{key}-{predictor.run.name}",
        config={"displayModeBar": False},
        alt=f"How much the pretrained ear of {predictor.run.name} attends to each moment, head by head",
    )
    st.caption(
        "Brighter: all moments look there more (1: as much as anywhere). The ear was made so by transcribing English; nothing here was learned of emotions."
    )


def _rows(layer: inside.Layer, unit: int, units: list[int], clip: audio.Clip, hop_s: float) -> list[figures.Row]:
    rows: list[figures.Row] = [figures.Wave(clip.samples, clip.sample_rate, height=90)]
    if layer.bands == 1:
        values = layer.maps[units, :, 0]
        # In words: numbers alone Plotly would take for places on the axis.
        names = [f"unit {number}" for number in units]
        picture = figures.row_picture("All units", values, hop_s, labels=names, y_title="", unit="")
        return [*rows, dataclasses.replace(picture, height=360)]
    drawn = [unit, *(other for other in units if other != unit)][:UNITS]
    top = float(np.nanmax(layer.maps[drawn]))
    bands = [f"band {k + 1}" for k in range(layer.bands)]
    return rows + [
        figures.row_picture(
            f"Unit {number}", layer.maps[number].T, hop_s, labels=bands, y_title="", unit="", span=(0.0, max(top, 1e-6))
        )
        for number in drawn
    ]


def _filter(layer: inside.Layer, unit: int, key: str) -> None:
    """The weights of one unit: bands × steps of what it reads."""
    weights = layer.filters[unit]
    # A 1D filter reads inputs over time; of a 2D one the mean over its inputs is drawn.
    shown = weights.reshape(len(weights), -1) if weights.shape[1] == 1 or weights.ndim == 2 else weights.mean(axis=0).T
    st.plotly_chart(
        figures.weights(shown, "inputs" if len(shown) == len(weights) else "bands"),
        key=f"filter-{key}",
        config={"displayModeBar": False},
        alt=f"The filter of unit {unit}: {shown.shape[0]} rows, {shown.shape[1]} steps",
    )


@st.cache_resource(max_entries=8, show_spinner="Looking inside …")
@in_turn
def _attention(
    key: str, path: str, changed: int, voice: str, _predictor: Predictor, _samples: np.ndarray
) -> inside.Attention:
    return inside.attention(_predictor, _samples)


@st.cache_resource(max_entries=8, show_spinner="Looking inside …")
@in_turn
def _layers(
    key: str, path: str, changed: int, voice: str, _predictor: Predictor, _samples: np.ndarray
) -> list[inside.Layer]:
    return inside.layers(_predictor, _samples)
