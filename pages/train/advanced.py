"""Everything else that can be set, with the recipe's own values to begin with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.train import rate
from pages.train.corpus import Chosen
from pages.train.recipe import Source
from pages.widgets import foreign
from ser_core import files, settings
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.corpora import folds
from ser_core.features import sets
from ser_core.jobs.orders import Training
from ser_core.recipes import LOSSES, Recipe, with_selection
from ser_core.runs.measured import WITHOUT_EPOCHS

#: From so many times as many clips of the most frequent emotion as of the rarest a corpus is called uneven.
UNEVEN = 1.5


def show(chosen: Chosen, source: Source) -> Training:
    """Draw the fold-out with the settings, and return what shall be trained."""
    recipe = source.recipe
    # A key a recipe and corpus: another one begins with its own values.
    key = f"{source.words}-{recipe.corpus}"
    with st.expander("Advanced", icon=":material/tune:"):
        labels = st.multiselect(
            "Emotions",
            chosen.corpus.emotions,
            default=recipe.labels or chosen.corpus.emotions,
            key=f"labels-{key}",
            help="Clips of others are left out. None chosen: all of them.",
        )
        chosen_labels = tuple(label for label in chosen.corpus.emotions if label in labels)
        recipe = recipe.with_(labels=() if chosen_labels == chosen.corpus.emotions else chosen_labels)
        recipe = _features(recipe, key)
        if recipe.network not in WITHOUT_EPOCHS:
            recipe = _augmentation(recipe, key)
            recipe = _fit(chosen, recipe, key)
            rate.show(chosen, recipe, f"rate-{key}")
        return _repeats(recipe, key)


def _features(recipe: Recipe, key: str) -> Recipe:
    st.markdown("**Features**")
    alike = [name for name, features in sets.SETS.items() if features.is_vector == recipe.feature_set.is_vector]
    selections = _selections(recipe)
    names = list(dict.fromkeys([recipe.features, *alike, *selections]))
    titles = {name: one.title for name, one in sets.SETS.items()} | {recipe.features: recipe.feature_set.title}
    titles |= {name: f"Selected: {', '.join(kept)}" for name, kept in selections.items()}
    picked = st.selectbox(
        "Feature set",
        names,
        format_func=lambda name: f"{titles[name]} (the recipe's)" if name == recipe.features else titles[name],
        key=f"features-{key}",
        help="Sets that fit the network: one vector a clip, or frame by frame. Selections appear where they were made on this very split.",
    )
    if picked in selections:
        return with_selection(recipe, Path(picked))
    if picked != recipe.features:
        recipe = recipe.with_(features=picked, descriptors=(), selected_on="")
    return recipe


def _selections(recipe: Recipe) -> dict[str, list[str]]:
    """The selections on this corpus, split and seed whose features fit: path of selected.json → kept descriptors."""
    selections = {}
    for folder in (settings.home().selections, settings.ARTIFACTS / "results"):
        for path in sorted(folder.glob("*/selected.json")):
            try:
                stated = files.from_json(path.read_text(encoding="utf-8"))
                on = (stated["corpus"], stated["split"], stated["seed"])
                fits = sets.named(stated["features"]).is_vector == recipe.feature_set.is_vector
                if on == (recipe.corpus, recipe.split, recipe.seed) and fits:
                    selections[str(path)] = list(stated["descriptors"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
    return selections


def _augmentation(recipe: Recipe, key: str) -> Recipe:
    st.markdown("**Augmentation**, of the train part only")
    one, two, three, four = st.columns(4)
    copies = one.number_input(
        "Changed copies of every clip",
        0,
        10,
        recipe.copies,
        key=f"copies-{key}",
        help="Noise, pitch, speed, gain and shift, on the sound itself. Computed once and kept; an epoch takes longer by as much.",
    )
    masks = two.number_input(
        "Masks in time",
        0,
        8,
        recipe.picture.time_masks,
        key=f"masks-{key}",
        help="SpecAugment: stretches that are blanked out.",
    )
    stretch = three.number_input(
        "Stretch",
        0.0,
        0.5,
        recipe.picture.stretch,
        0.05,
        key=f"stretch-{key}",
        help="Share by which time is stretched or squeezed.",
    )
    mixup = four.number_input(
        "Mixup",
        0.0,
        1.0,
        recipe.picture.mixup,
        0.1,
        key=f"mixup-{key}",
        help="Alpha of the Beta distribution by which two clips are mixed.",
    )
    if recipe.feature_set.is_vector:
        st.caption(
            "Masks and stretch act on frames; this recipe reads one vector a clip, so only copies and mixup count."
        )
    st.page_link(
        "pages/analyze/page.py",
        label="Hear and see what it does to a clip",
        icon=":material/tune:",
        query_params={"source": "samples", "sample": "anger-1", "try": "augmentation"},
    )
    picture = dataclasses.replace(recipe.picture, time_masks=masks, stretch=stretch, mixup=mixup)
    waveform = recipe.waveform or (WaveformAugmentation() if copies else None)
    return recipe.with_(picture=picture, copies=copies, waveform=waveform)


def _fit(chosen: Chosen, recipe: Recipe, key: str) -> Recipe:
    st.markdown("**Fit**")
    fit = recipe.fit
    one, two, three, four = st.columns(4)
    epochs = one.number_input("Epochs", 1, 1000, fit.epochs, key=f"epochs-{key}")
    batch = two.number_input("Batch size", 1, 1024, fit.batch_size, key=f"batch-{key}")
    learning_rate = three.number_input(
        "Learning rate", 1e-6, 1.0, fit.learning_rate, 1e-4, format="%.5f", key=f"rate-{key}"
    )
    patience = four.number_input(
        "Patience",
        0,
        1000,
        fit.patience,
        key=f"patience-{key}",
        help="Epochs without a better validation UAR before it stops; 0: never.",
    )
    decay = one.number_input("Weight decay", 0.0, 1.0, fit.weight_decay, 1e-4, format="%.5f", key=f"decay-{key}")
    loss = four.selectbox(
        "Loss",
        list(LOSSES),
        list(LOSSES).index(fit.loss),
        format_func=LOSSES.__getitem__,
        key=f"loss-{key}",
        help="The hinge loss minds only clips within the margin, as a support vector machine does.",
    )
    smoothing = two.number_input(
        "Label smoothing",
        0.0,
        0.5,
        fit.label_smoothing,
        0.05,
        key=f"smoothing-{key}",
        disabled=loss == "hinge",
        help="Not with the hinge loss.",
    )
    weights = three.toggle("Weigh rare emotions up", fit.class_weights, key=f"weights-{key}")
    st.caption(_balance(chosen, recipe.labels or chosen.corpus.emotions))
    changed = dataclasses.replace(
        fit,
        epochs=epochs,
        batch_size=batch,
        learning_rate=learning_rate,
        patience=patience,
        weight_decay=decay,
        label_smoothing=0.0 if loss == "hinge" else smoothing,
        loss=loss,
        class_weights=weights,
    )
    return recipe.with_(fit=changed)


def _balance(chosen: Chosen, labels: Sequence[str]) -> str:
    """How evenly the corpus has its emotions, and what is to be done where it does not."""
    counts = chosen.corpus.clips["emotion"].value_counts().reindex(list(labels), fill_value=0)
    most, least = str(counts.idxmax()), str(counts.idxmin())
    said = f"Most clips: {foreign.plain(most)}, {counts[most]:,}; fewest: {foreign.plain(least)}, {counts[least]:,}."
    if counts[most] < UNEVEN * counts[least]:
        return f"{said} That is even enough to leave the emotions as they are."
    return f"{said} A network learns to say what is frequent: weigh rare emotions up, and go by the UAR, in which each counts the same."


def _repeats(recipe: Recipe, key: str) -> Training:
    st.markdown("**Chance**")
    one, two, three, four = st.columns(4, vertical_alignment="bottom")
    seed = one.number_input(
        "Seed", 0, 2**31 - 1, recipe.seed, key=f"seed-{key}", help="The same seed gives the same metrics here."
    )
    seeds = two.number_input(
        "Seeds",
        1,
        20,
        1,
        key=f"seeds-{key}",
        help="Train with so many seeds, as many at a time as there are cores: mean and spread of the scores.",
    )
    n_folds = folds.FOLDS
    if recipe.split in ("kfold-speakers", "kfold-clips"):
        n_folds = three.number_input("Folds", 2, 20, folds.FOLDS, key=f"folds-{key}")
    untested = four.toggle(
        "No test rows",
        key=f"untested-{key}",
        help="For trials: choices are made on validation, and test is read for the final form alone.",
    )
    return Training(recipe.with_(seed=seed), n_folds, seeds, not untested)
