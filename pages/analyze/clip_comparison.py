"""Two clips side by side: answers, waveform, mel-spectrogram and modulation spectrum on the same scales."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.analyze import answer, computed, player
from pages.analyze.pictures import CAMERA, DRAWN_S
from pages.widgets import audio_source, cached, foreign
from pages.widgets.audio_source import SAMPLE, SOURCES, UPLOAD, Sound
from ser_core import audio, figures
from ser_core.features import logmel, msf
from ser_core.runs import Run

OTHERS = "others"


@st.fragment
def show(sound: Sound, key: str, clip: audio.Clip, models: list[Run], others: list[Sound]) -> None:
    """Draw a chooser of the second clip, one of `others` included, and both clips side by side."""
    st.markdown("##### Compare with another clip")
    second = _choose([other for other in others if other.data != sound.data])
    if second is None:
        return
    try:
        second_clip = cached.clip(second.data, second.name)
    except audio.AudioError as error:
        st.error(foreign.plain(error), icon=":material/error:")
        return
    clips = [
        (sound, key, player.beginning(clip, DRAWN_S)),
        (second, second.digest, player.beginning(second_clip, DRAWN_S)),
    ]
    peak = max(float(np.abs(part.samples).max(initial=0.0)) for _, _, part in clips)
    span = max(part.duration for _, _, part in clips)
    spec = msf.PRESETS["wu"]
    energies = [
        computed.modulation(f"{k}@{part.duration:g}", spec, part.samples)[0].mean(axis=2) for _, k, part in clips
    ]
    for number, (column, (whose, its_key, part), energy) in enumerate(
        zip(st.columns(2, gap="large"), clips, energies, strict=True)
    ):
        with column:
            st.caption(player.facts(whose, part))
            st.audio(audio.encode_wav(part.samples), format="audio/wav")
            for run in models:
                answer.brief(its_key, part, run, place=f"compared-{number}", named=len(models) > 1)
            _pictures(f"{its_key}@{part.duration:g}", part, number, peak, span)
            st.caption("Modulation spectrum, mean over time")
            st.plotly_chart(
                figures.modulation_picture(energy, spec.acoustic_hz, spec.modulation_hz, height=360),
                key=f"compared-msf-{number}",
                config=CAMERA,
                alt="Modulation spectrum, mean over time",
            )
    st.caption("Time and amplitude have the same scale on both sides; the colours run to each clip's own maximum.")


def _pictures(key: str, clip: audio.Clip, number: int, peak: float, span: float) -> None:
    spec = logmel.LogMelSpec()
    rows: list[figures.Row] = [
        figures.Wave(clip.samples, clip.sample_rate, peak=peak, height=90),
        figures.mel_picture(cached.logmel_of(key, clip), logmel.mel_hz(spec), spec.hop_s, height=200),
    ]
    st.plotly_chart(
        figures.stacked(rows, span_s=span),
        key=f"compared-pictures-{number}",
        config=CAMERA,
        alt="Waveform above mel-spectrogram on one time axis",
    )


def _choose(others: list[Sound]) -> Sound | None:
    titles = {SAMPLE: SOURCES[SAMPLE], UPLOAD: SOURCES[UPLOAD]}
    if others:
        titles = {OTHERS: ":material/list: Of these files"} | titles
    source = st.segmented_control(
        "Where the second clip comes from",
        list(titles),
        format_func=lambda name: titles[name],
        default=next(iter(titles)),
        required=True,
        key="second-source",
        label_visibility="collapsed",
    )
    if source == OTHERS and others:
        index = st.selectbox(
            "Second clip", range(len(others)), format_func=lambda k: others[k].name, key="second-of-these"
        )
        return others[index]
    if source == UPLOAD:
        file = st.file_uploader("Drop the second audio file", type=audio_source.ENDINGS, key="second-upload")
        return Sound(file.name, file.getvalue()) if file else None
    return audio_source.sample("second", "Second sample", key="second-sample")[0]
