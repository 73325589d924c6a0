"""Home: what this is, where to start, which models and corpora are here, and what it cannot do."""

import streamlit as st

from pages.home import here

st.title("What does a voice sound like it feels?")
st.markdown(
    "Record a sentence or drop a file, see its waveform and spectrogram, and read what models trained on acted speech make of it. "
    "Everything runs on this machine: no sound and no result leaves it."
)
with st.container(horizontal=True):
    for label, icon, source in (
        ("Analyze your voice", ":material/mic:", "record"),
        ("Upload a clip", ":material/upload:", "upload"),
        ("Try a sample", ":material/library_music:", "samples"),
    ):
        if st.button(label, icon=icon, type="primary" if source == "record" else "secondary"):
            st.switch_page("pages/analyze/page.py", query_params={"source": source})
    if st.button("Go live", icon=":material/graphic_eq:"):
        st.switch_page("pages/live/page.py")

st.subheader("Models", anchor="models")
here.models()

corpora, runs = st.columns(2, gap="large")
with corpora:
    st.subheader("Corpora", anchor="corpora")
    here.corpora()
with runs:
    st.subheader("Last runs", anchor="runs")
    here.last_runs()

st.subheader("What it cannot do", anchor="limits")
st.markdown(
    "- It tells which emotion a voice was **acted** with, as actors of one corpus act it. It does not read minds, and felt emotion sounds different.\n"
    "- People who listen to the same clips name the intended emotion in about 4 of 10 cases; emotion in a voice alone is ambiguous.\n"
    "- It was not measured on your microphone, your language, children or spontaneous speech. “Uncertain” and “no speech” are answers.\n"
    "- In the EU, inferring people's emotions at work or in schools is prohibited except for medical or safety reasons (AI Act, Art. 5(1)(f))."
)
