"""The network that hears a voice as it is and as it differs from its speaker's profile: none changes nothing, more speech weighs more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, recipes, runs
from ser_core.corpora import registry
from ser_core.evaluation import temperature
from ser_core.features import profile
from ser_core.networks import layers
from ser_core.predictor import Predictor
from ser_core.runs import Run
from ser_core.training import refit, repeats
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")
SPEAKERS = made.SPEAKERS[:6]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("c"), SPEAKERS, made.SENTENCES[:2], seconds=0.6)


@pytest.fixture
def trained(folder: Path, one_home: Path, shared_home: Path) -> Run:
    """A run of the network on a set that is computed in no time."""
    path = one_home / "voice"
    if not path.exists():
        recipe = recipes.named("voice").with_(features="mfcc-20", waveform=None, copies=0).override(["fit.epochs=3"])
        repeats.train(recipe, registry.load("crema-d", folder), runs.create(path), Quiet())
    return Run(path)


def test_half_of_it_is_heard_beside_the_voice_at_half_s() -> None:
    vector, voice = np.ones((3, 4), np.float32), np.full((3, 4), 0.25, np.float32)
    weight = np.array([0.0, profile.weight(2.0), 1.0], np.float32)
    plain, beside, heard = (np.asarray(found) for found in layers.BesideVoice(2.0)(vector, voice, weight))
    np.testing.assert_allclose(heard, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], atol=1e-6)
    np.testing.assert_array_equal(plain, vector)
    np.testing.assert_allclose(beside, 0.75)


def test_a_temperature_by_the_weight_is_found() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0.0, 1.0, (4000, 3))
    weights = random.uniform(0.0, 1.0, 4000)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.eye(3)[[random.choice(3, p=row) for row in chances]]
    # What is said too boldly, the more so the more speech: by the temperature that undoes it.
    bold = logits * temperature.by_weight(1.0, 3.0, weights)[:, None]
    found = temperature.fit_temperature(bold, np.arange(4000), targets, plain=1.0, weights=weights)
    assert found == pytest.approx(3.0, abs=0.4)


def test_a_profile_is_used_and_none_is_as_none(trained: Run, folder: Path) -> None:
    model = Predictor(trained)
    assert model.takes_profile and not model.needs_voice
    files = sorted((folder / "AudioWAV").glob(f"{SPEAKERS[0]}_*.wav"))
    clips = [audio.decode(file) for file in files]
    alone = model.predict(clips[0]).probabilities
    given = model.with_voice(model.profile_of(clips[1:8])).predict(clips[0])
    assert np.abs(given.probabilities - alone).max() > 1e-3 and given.profile is not None
    feeds = {"mfcc_20": np.ones((1, 40), np.float32)}
    lying = {**feeds, "profile": np.full((1, 2, 40), 9.0, np.float32), "profile_weight": np.zeros(1, np.float32)}
    nothing = {**lying, "profile": np.zeros((1, 2, 40), np.float32)}
    said = [model.session.run(["probabilities"], one)[0] for one in (lying, nothing)]
    np.testing.assert_allclose(*said, atol=1e-6)
    assert trained.recipe["found"]["temperature_with_voice"] > 0


def test_a_refit_keeps_the_temperature_by_a_voice(trained: Run) -> None:
    assert refit.settled_by(trained).with_voice == trained.recipe["found"]["temperature_with_voice"]
