"""The modulation spectrum: its picture, mean or frame by frame, and the four steps to the cells of one band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from pages.analyze import computed, model_inputs, picture_parameters
from pages.analyze.pictures import CAMERA, DRAWN_S
from ser_core import audio, figures
from ser_core.features import msf
from ser_core.runs import Run

READING = (
    "Upwards, how high a sound is; to the right, how fast its loudness changes: the brighter a cell, the more of the "
    "sound's energy changes at that pace. Syllables come about 4 times a second; tense voices put more into faster changes."
)
MEAN, FRAMES = "Mean over time", "Frame by frame"
#: The steps are drawn for the first seconds of a clip, or single changes could not be seen.
STEPS_S = 6.0


@st.fragment
def show(key: str, clip: audio.Clip, start_s: float, models: list[Run], *, look_closer: bool) -> None:
    """Draw the modulation spectrum of a clip's first minute; with `look_closer` its sliders and the four steps.

    `start_s` is where the clip begins in the recording; times are said and drawn in the recording's.
    """
    if clip.duration > DRAWN_S:
        clip, key = audio.segment(clip, 0.0, DRAWN_S), f"{key}@{DRAWN_S:g}"
    st.markdown("##### Modulation spectral features (MSF)")
    picture, beside = st.columns([3, 4], gap="large")
    with beside:
        st.caption(READING)
        spec, mark = model_inputs.msf_spec(models)[1], ""
        if look_closer:
            spec, mark = picture_parameters.modulation(models)
        if mark:
            st.caption(f":material/visibility: {mark.capitalize()}.")
        elif not look_closer:
            st.caption(
                f"Preset {spec.name}: {spec.bands} acoustic bands × {spec.modulations} modulation bands, frames of "
                f"{1000 * spec.frame_s:g} ms."
            )
        energy, times = computed.modulation(key, spec, clip.samples)
        frame = _frame(key, start_s + times, spec)
        seen = energy.mean(axis=2) if frame is None else energy[:, :, frame]
        band = _band(key, seen, spec) if look_closer else None
    with picture:
        st.plotly_chart(
            figures.modulation_picture(
                seen,
                spec.acoustic_hz,
                spec.modulation_hz,
                # One scale for all frames, so that they can be compared.
                top=None if frame is None else float(energy.max()),
                band=band,
            ),
            key=f"msf-{key}",
            config={**CAMERA, "toImageButtonOptions": {"filename": f"{Path(clip.name).stem}-msf", "scale": 2}},
            alt="Modulation spectrum: acoustic band over modulation frequency",
        )
    if band is not None:
        _steps(key, clip, start_s, spec, band, seen[band])


def _frame(key: str, times: np.ndarray, spec: msf.MsfSpec) -> int | None:
    if len(times) < 2:
        return None
    mode = st.segmented_control(
        "What is drawn", [MEAN, FRAMES], default=MEAN, required=True, key="msf-mode", label_visibility="collapsed"
    )
    if mode == MEAN:
        return None
    chosen = st.select_slider(
        "Moment (s)", range(len(times)), format_func=lambda k: f"{times[k]:.2f}", key=f"msf-frame-{key}-{len(times)}"
    )
    st.caption(f"The {1000 * spec.frame_s:g} ms around it.")
    return int(chosen)


def _band(key: str, seen: np.ndarray, spec: msf.MsfSpec) -> int:
    hertz = spec.acoustic_hz
    chosen = st.select_slider(
        "Acoustic band for the four steps (Hz)",
        range(len(hertz)),
        value=int(seen.sum(axis=1).argmax()),
        format_func=lambda k: f"{hertz[k]:.0f}",
        key=f"msf-band-{key}-{len(hertz)}",
    )
    return int(chosen)


def _steps(key: str, clip: audio.Clip, start_s: float, spec: msf.MsfSpec, band: int, cells: np.ndarray) -> None:
    part = clip if clip.duration <= STEPS_S else audio.segment(clip, 0.0, STEPS_S)
    steps = computed.modulation_steps(f"{key}@{part.duration:g}", spec, band, part.samples)
    st.markdown("**From the sound to the cells of one band**")
    st.plotly_chart(
        figures.modulation_steps(
            start_s + steps.times_s,
            steps.filtered,
            steps.envelope,
            steps.spectrum_hz,
            steps.spectrum,
            steps.modulation_hz,
            steps.responses,
            cells,
            steps.band_hz,
        ),
        key=f"msf-steps-{key}",
        config={"displayModeBar": False},
        alt="Gammatone output, envelope, its spectrum, the cells",
    )
    length = f"the first {STEPS_S:g} s" if clip.duration > STEPS_S else "the whole clip"
    st.caption(
        f"1 to 3 are drawn for {length}. 1: what the gammatone filter lets through. 2: how loud that is at every moment. 3: how fast "
        "that loudness changes; dotted, what each modulation filter takes of it. 4: the energy that each of them gets in "
        "per cent of all bands': the framed row of the picture."
    )
