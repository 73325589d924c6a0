"""Hear what a representation keeps: sound made again from the mel-spectrogram or from MFCCs alone."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from pages.analyze import computed, player
from pages.analyze.pictures import CAMERA
from ser_core import audio, figures
from ser_core.features import logmel

#: Longest stretch that is made to sound again, in seconds.
HEARD_S = 10.0
TITLES = {
    "logmel": (
        "Mel-spectrogram, 64 bands",
        "Words stay, and the melody of high voices; low voices turn rough, because their harmonics lie closer together than "
        "this picture tells apart.",
    ),
    "mfcc-20": (
        "MFCC, 20",
        "The mouth's shape stays, and the words with it; the harmonics go, and the melody with them: close to a whisper.",
    ),
    "mfcc-100": (
        "MFCC, 100",
        "Fine enough to tell the harmonics apart: words stay, and so does the melody.",
    ),
}


@st.fragment
def show(key: str, clip: audio.Clip) -> None:
    """Draw the choice of a representation and, once asked for, its sound and picture beside the clip's own."""
    st.markdown("##### Hear what a picture keeps")
    st.caption(
        "A model hears nothing but the numbers that it is fed with. Here sound is made from such numbers again: what is gone "
        "from it, the model hardly had."
    )
    clip = player.beginning(clip, HEARD_S, said=True)
    kept: computed.Kept = st.segmented_control(
        "What is kept",
        get_args(computed.Kept),
        default="logmel",
        format_func=lambda name: TITLES[name][0],
        required=True,
        key="resynthesis-kept",
        label_visibility="collapsed",
    )
    asked = f"resynthesis-{key}-{kept}"
    if st.button("Make it sound again", icon=":material/graphic_eq:", key="resynthesis-go"):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    sound = computed.resynthesised(f"{key}@{clip.duration:g}", kept, clip.samples)
    own, again = st.columns(2, gap="large")
    own.caption("As recorded")
    own.audio(audio.encode_wav(clip.samples), format="audio/wav")
    again.caption(f"From {TITLES[kept][0]}")
    again.audio(audio.encode_wav(sound), format="audio/wav")
    st.caption(TITLES[kept][1])
    spec = logmel.LogMelSpec()
    rows: list[figures.Row] = [
        figures.mel_picture(logmel.extract(samples, spec), logmel.mel_hz(spec), spec.hop_s, title=title, height=180)
        for title, samples in (("As recorded", clip.samples), (f"From {TITLES[kept][0]}", sound))
    ]
    st.plotly_chart(
        figures.stacked(rows, span_s=clip.duration),
        key=f"resynthesis-{key}",
        config=CAMERA,
        alt="Mel-spectrogram of the clip above that of the sound made again",
    )
