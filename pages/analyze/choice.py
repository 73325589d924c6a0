"""What of a clip is shown: the pictures, and what can be tried with it. Both stand in the URL."""

from __future__ import annotations

import streamlit as st

from pages.widgets import in_url
from ser_core.features import spectral

MEL, MFCC, CHROMA, DESCRIPTORS, MSF, EAR = "mel", "mfcc", "chroma", "descriptors", "msf", "ear"
PICTURES = {
    MEL: "Mel-spectrogram",
    MFCC: "MFCC",
    CHROMA: "Chroma",
    DESCRIPTORS: "Descriptors",
    MSF: "Modulation (MSF)",
    EAR: "What the pretrained ear hears",
}
AUGMENTATION, RESYNTHESIS, COMPARISON = "augmentation", "resynthesis", "comparison"
TRIALS = {
    AUGMENTATION: ":material/tune: Augmentation",
    RESYNTHESIS: ":material/hearing: Hear what a picture keeps",
    COMPARISON: ":material/compare: Compare with another clip",
}
#: Descriptors with a course over time that no picture of their own shows.
COURSES = (
    "rms",
    "zero_crossing_rate",
    "spectral_centroid",
    "spectral_bandwidth",
    "spectral_rolloff",
    "spectral_flatness",
    "spectral_contrast",
    "tonnetz",
    "poly_features",
    "mfcc_delta",
    "mfcc_delta2",
    "yin",
    "pyin",
)


def pictures() -> list[str]:
    """Draw the choice of pictures and return them in their order."""
    return _many("Pictures", "show", PICTURES, [MEL, MSF])


def look_closer() -> bool:
    """Draw the switch for the sliders beside the pictures and return whether it is on."""
    in_url.begin("closer", in_url.SWITCH, "off", values=in_url.SWITCH, quiet=True)
    return st.toggle("Look closer", key="closer", help="Sliders beside each picture")


def descriptors() -> list[str]:
    """Draw the choice of descriptors and return their names in the catalogue's order."""
    in_url.begin_many("descriptor", COURSES, list(COURSES[:3]), key="descriptors")
    picked = st.multiselect(
        "Descriptors over time",
        COURSES,
        format_func=lambda name: spectral.DESCRIPTORS[name].title,
        key="descriptors",
        select_all=False,
    )
    return [name for name in COURSES if name in picked]


def spectral_names(shown: list[str], descriptors: list[str]) -> list[str]:
    """Return the catalogue's names of what the chosen pictures show of the spectral descriptors."""
    first = {MFCC: "mfcc", CHROMA: "chroma_stft"}
    return [name for picture, name in first.items() if picture in shown] + descriptors


def trials() -> list[str]:
    """Draw the choice of things to try with the clip and return them in their order."""
    return _many("Try", "try", TRIALS, [])


def _many(label: str, name: str, options: dict[str, str], default: list[str]) -> list[str]:
    in_url.begin_many(name, options, default)
    picked = st.pills(
        label,
        list(options),
        selection_mode="multi",
        format_func=lambda option: options[option],
        key=name,
        wrap=True,
    )
    return [option for option in options if option in picked]
