"""The average spectrum and the average modulation spectrum of each emotion, of the clips that the filter selects."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.datasets import clip_sound, extracting, filtering
from pages.widgets import foreign
from pages.widgets.corpora import Opened
from ser_core import figures
from ser_core.corpora.base import Corpus
from ser_core.features import averages, logmel, store

#: More emotions than this are no picture any more.
MOST_EMOTIONS = 12


@st.cache_resource(max_entries=4, show_spinner=False)
def _spectra(place: str, _corpus: Corpus) -> np.ndarray:
    with st.spinner("Averaging the spectra …"):
        return averages.spectra(store.load(_corpus, averages.SPECTRUM), _corpus.clips["clip"].tolist())


@st.cache_resource(max_entries=4, show_spinner=False)
def _modulations(place: str, _corpus: Corpus) -> np.ndarray:
    with st.spinner("Averaging the modulation spectra …"):
        return averages.modulations(store.load(_corpus, averages.MODULATION), _corpus.clips["clip"].tolist())


def show(shown: Opened) -> None:
    """Draw the filters and the averages; ask before features are extracted that are not on disk yet."""
    clips = filtering.choose(shown)
    counts = clips["emotion"].value_counts()
    emotions = [emotion for emotion in shown.corpus.emotions if counts.get(emotion, 0)][:MOST_EMOTIONS]
    if not emotions:
        return
    st.caption(
        "Averaged: " + ", ".join(f"{foreign.plain(emotion)} {counts[emotion]:,}" for emotion in emotions) + " clips."
    )
    st.markdown("##### Average spectrum")
    rows = clips.index.to_numpy()
    groups = clips["emotion"].tolist()
    place = extracting.stored(shown, averages.SPECTRUM, "spectra")
    if place is not None:
        values = _spectra(place, extracting.remembered(shown))[rows]
        shape = st.toggle("Without the level: the spectrum's shape alone", key="spectrum-shape")
        means = averages.by_group(averages.level_removed(values) if shape else values, groups, emotions)
        title = "level (dB of the whole)" if shape else "level (dB)"
        st.plotly_chart(
            figures.average_spectra(emotions, logmel.mel_hz(averages.SPECTRUM.spec), means, title),
            key="average-spectra",
            config=clip_sound.CAMERA,
            alt="Average spectrum of each emotion",
        )
        st.caption(
            "How strong each pitch region is on average while somebody speaks: the mean over the clips of an emotion of "
            "each clip's long-term average spectrum, in mel bands. A line further up is a louder voice; a flatter one, a sharper voice."
        )
    st.markdown("##### Average modulation spectrum")
    place = extracting.stored(shown, averages.MODULATION, "modulation spectra")
    if place is not None:
        _modulation(_modulations(place, extracting.remembered(shown))[rows], groups, emotions)


def _modulation(values: np.ndarray, groups: list[str], emotions: list[str]) -> None:
    difference = False
    if len(emotions) > 1:
        difference = st.toggle("As difference from the mean of these emotions", value=True, key="modulation-difference")
    means = averages.by_group(values, groups, emotions)
    spec = averages.MODULATION.spec
    st.plotly_chart(
        figures.average_modulations(
            emotions,
            means - np.nanmean(means, axis=0) if difference else means,
            spec.acoustic_hz,
            spec.modulation_hz,
            difference=difference,
        ),
        key="average-modulations",
        config=clip_sound.CAMERA,
        alt="Average modulation spectrum of each emotion",
    )
    more = "Red: more than the emotions' mean, blue: less." if difference else "Brighter: more of the energy."
    st.caption(
        "Upwards the pitch region, to the right how often a second its loudness changes: syllables come about 4 times a second, "
        f"a rough or shaking voice changes faster. All pictures share one scale. {more}"
    )
