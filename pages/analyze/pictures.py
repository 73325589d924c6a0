"""The evidence on one time axis: waveform, mel-spectrogram, MFCC, chroma and the descriptors' courses."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.analyze import choice, computed, descriptor_curves, model_inputs, picture_parameters
from pages.widgets.audio_source import Sound
from ser_core import audio, figures
from ser_core.encoders import whisper
from ser_core.features import encoder, logmel, spectral
from ser_core.runs import Run

#: Longest stretch that is drawn at once; a longer clip is walked through.
DRAWN_S = 60.0
#: A camera at the figure's upper right saves what is seen.
CAMERA = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]]}


def show(
    sound: Sound,
    clip: audio.Clip,
    region: tuple[float, float] | None,
    shown: list[str],
    descriptors: list[str],
    models: list[Run],
    *,
    look_closer: bool,
) -> None:
    """Draw the chosen pictures of a clip, or of a minute of it, with the region marked, and say how to read them."""
    start_s, drawn = _drawn(sound, clip)
    _draw(f"{sound.digest}@{start_s:g}", sound, drawn, start_s, region, shown, descriptors, models, look_closer)


@st.fragment
def _draw(
    key: str,
    sound: Sound,
    clip: audio.Clip,
    start_s: float,
    region: tuple[float, float] | None,
    shown: list[str],
    descriptors: list[str],
    models: list[Run],
    look_closer: bool,
) -> None:
    # A fragment: a slider beside the pictures redraws them and nothing else on the page.
    spectral_names = choice.spectral_names(shown, descriptors)
    mel_spec, mel_mark = model_inputs.logmel_spec(models)[1], ""
    spec, mark = model_inputs.spectral_spec(models)[1], ""
    place = st.container()
    if look_closer and (choice.MEL in shown or spectral_names):
        place, beside = st.columns([4, 1], gap="medium")
        with beside:
            if choice.MEL in shown:
                mel_spec, mel_mark = picture_parameters.mel(models)
            if spectral_names:
                spec, mark = picture_parameters.descriptors(models)
    rows: list[figures.Row] = [figures.Wave(clip.samples, clip.sample_rate)]
    readings = [("Waveform", "The air's movement at the microphone.")]
    if choice.MEL in shown:
        picture = computed.picture(key, mel_spec, clip.samples)
        title = f"Mel-spectrogram · {mel_mark}" if mel_mark else "Mel-spectrogram"
        rows.append(figures.mel_picture(picture, logmel.mel_hz(mel_spec), mel_spec.hop_s, title=title))
        readings.append(
            (
                "Mel-spectrogram",
                "How strong each pitch range is at each moment, brighter is louder (0 dB is the loudest).",
            )
        )
    if choice.EAR in shown:
        heard = computed.heard(key, clip.samples)
        title = "What the pretrained ear hears: one level, without silence at both ends"
        rows.append(figures.mel_picture(heard, whisper.mel_hz(), encoder.Heard.hop_s, title=title))
        readings.append(
            (
                "What the pretrained ear hears",
                "Whisper's own mel-spectrogram, 80 bands: from it a network that learned to write down speech makes the features.",
            )
        )
    for name in spectral_names:
        values = computed.descriptors(key, (name,), spec, clip.samples)[name]
        rows += descriptor_curves.rows(name, values, spec.hop_s, mark)
        readings.append((spectral.DESCRIPTORS[name].title, descriptor_curves.reading(name)))
    with place:
        titles = " above ".join(title for title, _ in readings)
        st.plotly_chart(
            figures.stacked(rows, start_s=start_s, region=region),
            key=f"pictures-{sound.digest}",
            config={**CAMERA, "toImageButtonOptions": {"filename": f"{Path(sound.name).stem}-pictures", "scale": 2}},
            alt=f"{titles[0]}{titles[1:].lower()} on one time axis",
        )
        said = [f"**{title}** · {text}" for title, text in readings]
        st.caption(
            "  \n".join([*said, "Drag to zoom in time, double-click for the whole clip; the camera saves the picture."])
        )


def _drawn(sound: Sound, clip: audio.Clip) -> tuple[float, audio.Clip]:
    if clip.duration <= DRAWN_S:
        return 0.0, clip
    last = int(clip.duration // DRAWN_S)
    minute = st.slider("Minute that is drawn", 1, last + 1, 1, key=f"minute-{sound.digest}")
    start = (minute - 1) * DRAWN_S
    return start, audio.segment(clip, start, min(clip.duration, start + DRAWN_S))
