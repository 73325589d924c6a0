"""Home: an answer first; then which models, corpora and runs are here, and what it cannot do."""

import streamlit as st

from pages.home import first_answer, here
from ser_core import settings

st.title("What emotion does this voice act?")
st.markdown("A model trained on actors names it, and says how often it is right.")
first_answer.show()
with st.container(horizontal=True):
    st.page_link("pages/train/page.py", label="Train a network", icon=":material/model_training:")
    st.page_link("pages/results/page.py", label="See what models confuse", icon=":material/grid_on:")
    st.page_link(
        "pages/lessons/page.py",
        label="Guess against it",
        icon=":material/hearing:",
        query_params={"view": "guess"},
    )
    if not settings.school_class():
        st.page_link("pages/live/page.py", label="Go live", icon=":material/graphic_eq:")

st.subheader("Best models", anchor="models")
here.models()

# In a lesson corpora are the teacher's affair, and everybody's runs are on the board.
if not settings.school_class():
    corpora, runs = st.columns(2, gap="large")
    with corpora:
        st.subheader("Corpora", anchor="corpora")
        here.corpora()
    with runs:
        st.subheader("Last runs", anchor="runs")
        here.last_runs()

if not settings.school_class():
    st.subheader("What it cannot do", anchor="limits")
limits = st.expander("What it cannot do", icon=":material/gavel:") if settings.school_class() else st.container()
limits.markdown(
    "- It tells which emotion a voice was **acted** with, as actors of one corpus act it. It does not read minds, and felt emotion sounds different.\n"
    "- People who listen to the same clips name the intended emotion in about 4 of 10 cases; emotion in a voice alone is ambiguous.\n"
    "- It was not measured on your microphone, your language, children or spontaneous speech. “Uncertain” and “no speech” are answers.\n"
    "- In the EU, inferring people's emotions at work or in schools is prohibited except for medical or safety reasons (AI Act, Art. 5(1)(f))."
)
