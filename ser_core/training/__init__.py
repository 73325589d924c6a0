"""Fitting a recipe's network and writing its run folder. With `networks` the only package that imports Keras."""
