"""Two clips side by side: answers, waveform, mel-spectrogram and modulation spectrum on the same scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from pages.analyze import answer, computed, player
from pages.analyze.pictures import CAMERA, DRAWN_S
from pages.widgets import audio_source, cached, crema_d_samples, in_url
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
        st.error(str(error), icon=":material/error:")
        return
    clips = [(sound, key, _minute(clip)), (second, second.digest, _minute(second_clip))]
    peak = max(float(np.abs(one.samples).max(initial=0.0)) for _, _, one in clips)
    span = max(one.duration for _, _, one in clips)
    spec = msf.PRESETS["wu"]
    energies = [computed.modulation(f"{k}@{one.duration:g}", spec, one.samples)[0].mean(axis=2) for _, k, one in clips]
    for number, (column, (whose, its_key, one), energy) in enumerate(
        zip(st.columns(2, gap="large"), clips, energies, strict=True)
    ):
        with column:
            st.caption(player.facts(whose, one))
            st.audio(audio.encode_wav(one.samples), format="audio/wav")
            for run in models:
                answer.brief(its_key, one, run, place=f"compared-{number}", named=len(models) > 1)
            _pictures(f"{its_key}@{one.duration:g}", one, number, peak, span)
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
    return _sample()


def _sample() -> Sound:
    by_name = {one["name"]: one for one in audio_source.samples()} | crema_d_samples.listed()
    names = list(by_name)
    in_url.begin("second", by_name, names[0], key="second-sample")
    name = st.selectbox("Second sample", names, format_func=lambda key: by_name[key]["title"], key="second-sample")
    one = by_name[name]
    path = Path(one.get("path") or audio_source.SAMPLES / one["file"])
    return Sound(path.name, path.read_bytes(), "synthetic voice, no person spoke" if one["kind"] == "voice" else "")


def _minute(clip: audio.Clip) -> audio.Clip:
    return clip if clip.duration <= DRAWN_S else audio.segment(clip, 0.0, DRAWN_S)
