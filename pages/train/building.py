"""A network that somebody builds: a form, the network drawn as it stands, its layers counted, its code, and the button that trains it."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from pages.train import advanced, block_form, corpus, division, gate, starting
from pages.train.corpus import Chosen
from pages.train.recipe import Source, on_corpus
from pages.widgets import foreign, in_url
from ser_core import recipes, runs
from ser_core.features import sets
from ser_core.figures import drawn_network
from ser_core.figures.drawn_network import Box
from ser_core.jobs import original_networks
from ser_core.recipes import Recipe, RecipeError, keras_code, layer_table, originals
from ser_core.recipes.architecture import Architecture
from ser_core.recipes.layer_table import Layer
from ser_core.runs import RunError

#: What is begun with where nothing is named, and the name of one's own networks.
FIRST, OWN = "quick-cnn", "my-network"


def show() -> None:
    """Draw the view."""
    reason = gate.reason_not_to_train()
    left, right = st.columns([1, 2], gap="medium")
    with left:
        chosen = corpus.choose()
    with right:
        begun, key = _begun()
    if begun is None:
        return
    (given,) = begun.feature_set.inputs
    frames, width = layer_table.shape(given, begun.lda)
    # Above the form that makes it, and drawn after it.
    picture = st.container()
    with st.container(border=True):
        built = block_form.show(begun.network_params.get("architecture", Architecture()), width, frames, key)
    recipe = begun.with_(
        name=OWN, title=_title(built), network=layer_table.BUILT, network_params={"architecture": built}, seed_row=None
    )
    labels = _labels(recipe, chosen)
    try:
        layers = layer_table.of_recipe(recipe, len(labels))
    except RecipeError as error:
        st.error(foreign.plain(error))
        return
    with picture:
        _drawn(recipe, layers, frames, width)
    _layers(recipe, layers)
    _away(recipe, labels)
    if reason:
        st.info(reason, icon=":material/block:")
    elif chosen is not None:
        source = Source(f"{OWN}-{key}", on_corpus(recipe, chosen))
        with st.container(border=True):
            order = advanced.show(chosen, division.choose(chosen, source))
            starting.show(chosen, order)


def way(name: str, label: str, key: str) -> None:
    """Draw the button that opens the layers of a recipe or a run."""
    if st.button(label, icon=":material/layers:", type="tertiary", key=key):
        # The view is asked for as a link would: its picker is drawn already, and its value cannot be set any more.
        st.query_params["view"], st.query_params["from"] = "build", name
        st.rerun(scope="app")


def file_of(recipe: Recipe) -> str:
    """Return the recipe as a recipe.json states it: what is trained from a file, here or from a shell."""
    return json.dumps({"recipe": recipe.to_dict()}, indent=2)


def _begun() -> tuple[Recipe | None, str]:
    """The network to begin with, and what tells it from others: one of the originals, a run's, or what an uploaded recipe states."""
    named = {recipe.name: recipe for recipe in (recipes.RECIPES[FIRST], *original_networks.seed_recipes())}
    names = list(named)
    asked = st.query_params.get("from", "")
    if asked and asked not in named:
        run = _of_run(asked)
        if run is not None:
            named[asked], names = run, [asked, *names]
    in_url.begin("from", names, names[0], key="built-from")
    name = st.selectbox("Begin with", names, format_func=lambda name: _said(name, named[name]), key="built-from")
    opened = originals.opened(named[name])
    if opened.recipe is None:
        st.info(
            f"{foreign.plain(opened.said)} It is trained as it is under {'The twelve originals' if named[name].seed_row else 'New'}.",
            icon=":material/block:",
        )
        return None, name
    if opened.said:
        st.caption(f":material/info: {foreign.plain(opened.said)}")
    recipe = opened.recipe
    fitting = [name for name, features in sets.SETS.items() if not features.is_vector]
    features = st.selectbox(
        "Reads",
        fitting,
        fitting.index(recipe.features) if recipe.features in fitting else 0,
        format_func=lambda name: sets.SETS[name].title,
        key=f"built-features-{name}",
    )
    if features != recipe.features:
        recipe = recipe.with_(features=features, descriptors=(), selected_on="", lda=0)
    return recipe, f"{name}-{features}"


def _of_run(name: str) -> Recipe | None:
    try:
        return runs.find(name).trained_by
    except RunError as error:
        st.warning(f"The network of {foreign.plain(name)} cannot be opened: {foreign.plain(error)}")
        return None


def _said(name: str, recipe: Recipe) -> str:
    if recipe.seed_row:
        return f"{recipe.seed_row}: {recipe.title}"
    return recipe.title if name in recipes.RECIPES else f"{recipe.title} ({name})"


def _title(built: Architecture) -> str:
    return f"My {built.dims}D CNN of {len(built.blocks)} block{'s' if len(built.blocks) > 1 else ''}"


def _labels(recipe: Recipe, chosen: Chosen | None) -> tuple[str, ...]:
    if chosen is not None:
        return chosen.corpus.emotions
    return recipe.labels or ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def _drawn(recipe: Recipe, layers: list[Layer], frames: int, width: int) -> None:
    built = recipe.network_params["architecture"]
    source = recipe.feature_set.inputs[0].source
    parameters, cost = sum(layer.parameters for layer in layers), sum(layer.multiply_adds for layer in layers)
    seen = [layer.frames for layer in layers if layer.frames is not None][-1]
    st.plotly_chart(
        drawn_network.network(_boxes(built, layers, frames, width)),
        key="built-drawn",
        config={"displayModeBar": False},
        alt=f"The network from left to right: {', '.join(f'{layer.name} {layer.shape}' for layer in layers)}",
    )
    st.markdown(
        f"**{parameters:,} parameters** · {cost / 1e6:.1f} million multiply-adds a clip · a step behind the blocks sees "
        f"{min(seen, frames) * source.hop_s:.1f} s of {frames * source.hop_s:.1f} s"
    )


def _layers(recipe: Recipe, layers: list[Layer]) -> None:
    source = recipe.feature_set.inputs[0].source
    with st.expander("Layer by layer", icon=":material/table_rows:"):
        table = pd.DataFrame(
            [
                {
                    "layer": layer.name,
                    "kind": layer.kind,
                    "shape": " × ".join(map(str, layer.shape)),
                    "parameters": layer.parameters,
                    "sees": "the whole clip" if layer.frames is None else f"{layer.frames * source.hop_s:.2f} s",
                    "multiply-adds": layer.multiply_adds,
                }
                for layer in layers
            ]
        )
        st.dataframe(table, hide_index=True, alt=f"Layers of {recipe.title}")


def _boxes(built: Architecture, layers: list[Layer], frames: int, width: int) -> list[Box]:
    two = built.dims == 2
    boxes = [
        Box("input", "input", frames, width if two else 1, 1 if two else width, f"{frames} frames × {width} values")
    ]
    for number in range(1, len(built.blocks) + 1):
        own = [layer for layer in layers if layer.name.rstrip("ab").lstrip("abcdefghijklmnopqrstuvwxyz") == str(number)]
        shape = next(layer.shape for layer in reversed(own) if not layer.name.startswith(("squeeze", "excite")))
        said = f"block {number}: {sum(layer.parameters for layer in own):,} parameters"
        boxes.append(Box(f"block {number}", "block", shape[0], shape[1] if two else 1, shape[-1], said))
    for layer in layers:
        if layer.name in ("gru", "over_time", "dense", "logits"):
            name = {"over_time": "over time", "logits": "emotions"}.get(layer.name, layer.name)
            steps, channels = (layer.shape[0], layer.shape[1]) if len(layer.shape) == 2 else (1, layer.shape[0])
            kind = "time" if layer.name in ("gru", "over_time") else "head"
            boxes.append(Box(name, kind, steps, 1, channels, f"{name}: {layer.parameters:,} parameters"))
    return boxes


def _away(recipe: Recipe, labels: tuple[str, ...]) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Save as a recipe",
            file_of(recipe),
            f"{OWN}.json",
            "application/json",
            icon=":material/save:",
            type="tertiary",
            key="built-save",
            on_click="ignore",
        )
        code = keras_code.code(recipe, labels)
        with st.popover("Keras code", icon=":material/code:", type="tertiary"):
            st.code(code, language="python")
            st.download_button(
                "Export", code, f"{OWN.replace('-', '_')}.py", "text/x-python", key="built-code", on_click="ignore"
            )
