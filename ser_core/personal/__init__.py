"""A model for one's own classes: a small classifier on a shipped model's embedding, fitted on one's own recordings."""
