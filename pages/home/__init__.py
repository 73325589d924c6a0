"""Home: what this is, where to start, which models and corpora are here."""
