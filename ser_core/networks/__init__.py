"""Networks of the recipes, by name. With `training` the only package that imports Keras."""
