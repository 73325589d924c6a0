"""Live: what does the model hear now?"""

import streamlit as st

from pages.live import connection, keeping, microphone_stream, watching
from pages.widgets import foreign, model_picker, voice_profile
from ser_core.graphs import GraphError
from ser_core.runs import RunError

voice_profile.begin()
stream = microphone_stream.of_this_visitor()
st.title("What does a model hear now?", anchor=False)
start, models = st.columns([3, 2], gap="large")
with models:
    run = model_picker.choose_one(disabled=stream.listening)
    if run is not None:
        model_picker.about(run)
        try:
            voice_profile.before_live(run, disabled=stream.listening)
            stream.predictor, stream.grows = voice_profile.judge(run), voice_profile.tuned()
        except (RunError, GraphError, OSError) as error:
            st.error(f"{foreign.plain(run.name)} cannot answer: {foreign.plain(error)}")
            run = None
with start:
    state = connection.show(stream) if run is not None else None
if state is not None:
    watching.show(stream, playing=state.playing, connecting=state.signalling and not state.playing)
if stream.session is not None:
    keeping.show(stream.session, running=stream.listening)
