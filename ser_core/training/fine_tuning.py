"""Beginning a fit with the weights of a finished run: fine-tuning."""

from __future__ import annotations

import keras

from ser_core.recipes import RecipeError
from ser_core.runs import Run


def take_over(full: keras.Model, run: Run) -> None:
    """Give `full` the weights of the run's network up to its embedding, scaling included; the last layer stays as drawn.

    Raises RunError for a damaged run, RecipeError where it has no network in Keras, or one of another design.
    """
    run.checked()
    if not run.has("model.keras"):
        raise RecipeError(f"{run.name} has no model.keras, so there are no weights to begin with.")
    other = keras.models.load_model(run.path / "model.keras")
    try:
        _body(full).set_weights(_body(other).get_weights())
    except ValueError as error:
        raise RecipeError(f"The network of {run.name} is of another design than this recipe's: {error}") from error


def _body(model: keras.Model) -> keras.Model:
    return keras.Model(model.input, model.get_layer("embedding").output)
