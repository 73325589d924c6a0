"""Analyze: what does the model hear in this clip, and why?"""

import streamlit as st

from pages.analyze import clip, file_table, real_voices
from pages.widgets import audio_source, model_picker, voice_profile

voice_profile.begin()
source, models = st.columns([3, 2], gap="large")
with source:
    sounds = audio_source.choose()
with models:
    picked = model_picker.choose()
    if len(picked) == 1:
        model_picker.about(picked[0])
    below = st.container()

if not sounds:
    st.caption("The answer appears here, with the waveform and the mel-spectrogram that it was read from.")
else:
    chosen = sounds[0] if len(sounds) == 1 else file_table.choose(sounds, picked)
    clip.show(chosen, picked, others=sounds)
if st.session_state.get("source") == audio_source.SAMPLE:
    # After the answer, which does not wait until twelve others are there.
    with below:
        real_voices.say(picked)
