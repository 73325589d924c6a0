"""Live: what does the model hear now?"""

import streamlit as st

from pages.live import connection, ear, keeping, watching
from pages.widgets import model_picker, voice
from ser_core.graphs import GraphError
from ser_core.runs import RunError

mine = ear.of_this_visitor()
start, models = st.columns([3, 2], gap="large")
with models:
    run = model_picker.choose_one(disabled=mine.listening)
    if run is not None:
        model_picker.about(run)
        try:
            voice.choose([run], disabled=mine.listening)
            mine.predictor = voice.judge(run)
        except (RunError, GraphError, OSError) as error:
            st.error(f"{run.name} cannot answer: {error}")
            run = None
with start:
    state = connection.show(mine) if run is not None else None
if state is not None:
    watching.show(mine, playing=state.playing, connecting=state.signalling and not state.playing)
if mine.session is not None:
    keeping.show(mine.session, running=mine.listening)
