"""Speech emotion recognition: corpora, features, networks, honest evaluation. Imports no Streamlit."""
