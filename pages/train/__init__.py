"""Train: make a model."""
