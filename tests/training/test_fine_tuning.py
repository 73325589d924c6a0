"""Fine-tuning begins where a finished run ended."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from ser_core import audio, recipes, runs, settings
from ser_core.corpora import crema_d
from ser_core.networks import build
from ser_core.predictor import Predictor
from ser_core.recipes import RecipeError
from ser_core.training import fine_tuning, repeats
from ser_core.training.reporter import Quiet
from tests import made


def network(**params: object) -> keras.Model:
    recipe = runs.find("scratch").trained_by
    return build.trainable(recipe.network, {**recipe.network_params, **params}, recipe.feature_set, 3)


def test_a_network_for_other_classes_begins_with_the_runs_embedding() -> None:
    base = Predictor(runs.find("scratch"))
    voice = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac").samples
    (one,) = base.inputs
    cut = one.windows(one.source.extract(audio.centred(voice)))
    begun = network()
    fine_tuning.take_over(begun, base.run)
    n, dims = len(cut.n_frames), one.source.dims
    nothing = {"profile": np.zeros((n, 2, dims), np.float32), "profile_weight": np.zeros(n, np.float32)}
    said = begun.predict({one.name: cut.features, "n_frames": cut.n_frames, **nothing}, verbose=0)
    assert said["embedding"] == pytest.approx(base.windows(voice)[1], abs=1e-4)
    assert said["logits"].shape == (len(cut.n_frames), 3)
    assert all(np.isfinite(weight).all() for weight in begun.get_weights())


def test_another_design_is_refused() -> None:
    with pytest.raises(RecipeError, match="of another design"):
        fine_tuning.take_over(network(channels=[16, 32]), runs.find("scratch"))


def test_a_run_without_a_network_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"has no model\.keras"):
        fine_tuning.take_over(network(), runs.find("svm-clips"))


@pytest.mark.usefixtures("shared_home")
@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_run_that_has_learned_from_what_is_judged_here_is_refused(tmp_path: Path, part: str) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "corpus", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.5))
    base = runs.Run(shutil.copytree(runs.find("scratch").path, tmp_path / "base"))
    recipe = base.trained_by.with_(start=str(base.path), teachers=())
    planned = recipes.plan(recipe, corpus)
    judged = planned.clips["clip"][planned.divisions[0].parts == part].iloc[0]
    split = base.split
    split.loc[split["part"] == "train", "clip"] = [judged, *split["clip"][split["part"] == "train"].iloc[1:]]
    base.write_table("split.csv", split)
    base.seal()
    run = runs.create(tmp_path / "tuned")
    with pytest.raises(RecipeError, match=f"base has learned from 1 clips .* e.g. {judged}"):
        repeats.train(recipe, corpus, run, Quiet())
    assert run.status["state"] == "failed" and judged in run.status["message"]
