"""Analyze: what does the model hear in this clip, and why?"""

import streamlit as st

from pages.analyze import clip, many
from pages.widgets import audio_source, model_picker

source, models = st.columns([3, 2], gap="large")
with source:
    sounds = audio_source.choose()
with models:
    picked = model_picker.choose()
    if len(picked) == 1:
        model_picker.about(picked[0])

if not sounds:
    st.caption("The answer appears here, with the waveform and the mel-spectrogram that it was read from.")
elif len(sounds) == 1:
    clip.show(sounds[0], picked)
else:
    selected = many.choose(sounds, picked)
    if selected is not None:
        clip.show(selected, picked)
