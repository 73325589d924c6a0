"""Analyze: what does the model hear in this clip, and why?"""

import streamlit as st

from pages.analyze import clip, file_table, real_voices
from pages.widgets import actors, audio_source, model_picker, voice_profile


def _hear(name: str) -> None:
    st.session_state.update(source=audio_source.SAMPLE, sample=name)


voice_profile.begin()
st.title("What does a model hear in this clip?", anchor=False)
# What asks stands above what is given and answered, so that on a phone nothing comes between the two.
source_at, model_at = st.columns(2, gap="large")
given_at, answer_at = st.columns(2, gap="large")
with source_at:
    source = audio_source.where()
with model_at:
    picked = model_picker.choose()
with given_at:
    sounds = audio_source.sounds(source)

if not sounds:
    with given_at.container(horizontal=True, vertical_alignment="center"):
        actors.row("hear", _hear)
    answer_at.caption(
        "The answer appears here; below it the waveform, the mel-spectrogram and the modulation spectrum."
    )
else:
    chosen = sounds[0] if len(sounds) == 1 else file_table.choose(sounds, picked)
    clip.show(chosen, picked, sounds, given_at, answer_at)
if len(picked) == 1:
    with answer_at:
        model_picker.about(picked[0])
if source == audio_source.SAMPLE:
    # After the answer, which does not wait until twelve others are there.
    with given_at:
        real_voices.say(picked)
