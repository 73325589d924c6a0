"""Fine-tuning begins where a finished run ended."""

import keras
import numpy as np
import pytest

from ser_core import audio, recipes, runs, settings
from ser_core.networks import build
from ser_core.predictor import Predictor
from ser_core.recipes import RecipeError
from ser_core.training import start


def network(**params: object) -> keras.Model:
    recipe = recipes.from_dict(runs.find("accurate").recipe["recipe"])
    return build.trainable(recipe.network, {**recipe.network_params, **params}, recipe.feature_set, 3)


def test_a_network_for_other_classes_begins_with_the_runs_embedding() -> None:
    base = Predictor(runs.find("accurate"))
    voice = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac").samples
    (one,) = base.inputs
    cut = one.windows(one.source.extract(voice))
    begun = network()
    start.take_over(begun, base.run)
    n, dims = len(cut.n_frames), one.source.dims
    nothing = {"profile": np.zeros((n, 2, dims), np.float32), "profile_weight": np.zeros(n, np.float32)}
    said = begun.predict({one.name: cut.features, "n_frames": cut.n_frames, **nothing}, verbose=0)
    assert said["embedding"] == pytest.approx(base.windows(voice)[1], abs=1e-4)
    assert said["logits"].shape == (len(cut.n_frames), 3)
    assert all(np.isfinite(weight).all() for weight in begun.get_weights())


def test_another_design_is_refused() -> None:
    with pytest.raises(RecipeError, match="of another design"):
        start.take_over(network(channels=[16, 32]), runs.find("accurate"))


def test_a_run_without_a_network_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"has no model\.keras"):
        start.take_over(network(), runs.find("svm-clips"))
