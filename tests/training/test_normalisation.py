"""Speaker normalisation: features scaled by all of a speaker's clips, in training as in tests; such a model judges no clip alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import audio, recipes, runs
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.features import profile, sets, store
from ser_core.predictor import Predictor
from ser_core.recipes import RecipeError
from ser_core.runs import Run
from ser_core.training import normalisation, repeats
from ser_core.training.reporter import Quiet
from ser_core.training.train import check_network
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")
SOURCE = sets.named("mfcc-20").inputs[0].source
SPEAKERS = made.SPEAKERS[:6]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("c"), SPEAKERS, made.SENTENCES[:2], seconds=0.8)


@pytest.fixture
def trained(folder: Path, one_home: Path, shared_home: Path, network: str) -> Run:
    """A run of the network whose features are normalised by speaker, trained once a file."""
    path = one_home / f"by-speaker-{network}"
    if not path.exists():
        recipe = recipes.named(network).with_(features="mfcc-20", normalise="speaker").override(["fit.epochs=2"])
        repeats.train(recipe, registry.load("crema-d", folder), runs.create(path), Quiet())
    return Run(path)


def stored(rows: dict[str, np.ndarray], seconds: dict[str, float]) -> store.Features:
    starts = {clip: (k, 1) for k, clip in enumerate(rows)}
    return store.Features(np.stack(list(rows.values())), starts, {}, {}, seconds)


def test_a_voice_is_the_mean_and_deviation_of_its_clips_by_their_speech() -> None:
    random = np.random.default_rng(0)
    clips = pd.DataFrame({"clip": [f"c/{s}{k}{copy}" for copy in ("", "#copy0") for s in "ab" for k in range(3)]})
    clips["speaker"] = clips["clip"].str[2]
    rows = {clip: random.normal(size=SOURCE.dims).astype(np.float32) for clip in clips["clip"]}
    seconds = {clip: 1.0 + k for k, clip in enumerate(rows)}
    found = normalisation.voices(clips, stored(rows, seconds), SOURCE, "speaker")
    mine = [f"c/a{k}#copy0" for k in range(3)]
    weights = np.array([seconds[clip] for clip in mine])
    values = np.stack([rows[clip] for clip in mine]).astype(float)
    mean = np.average(values, axis=0, weights=weights)
    np.testing.assert_allclose(found["c/a1#copy0"].means, mean, atol=1e-5)
    deviation = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    np.testing.assert_allclose(found["c/a1#copy0"].deviations, deviation, atol=1e-5)
    assert found["c/a0#copy0"] is found["c/a2#copy0"] and found["c/a0"].clips == 3
    assert found["c/a0"].seconds == pytest.approx(sum(seconds[f"c/a{k}"] for k in range(3)))
    whole = normalisation.voices(clips, stored(rows, seconds), SOURCE, "corpus")
    assert whole["c/a0"] is whole["c/b2"] and whole["c/a0"].clips == 6 and whole["c/a0#copy0"] is not whole["c/a0"]


def test_little_speech_counts_little_and_for_a_deviation_less() -> None:
    statistics, mean, deviation = np.array([[2.0], [3.0]]), np.array([0.0]), np.array([1.0])
    for seconds in (0.0, 5.0, 30.0, 1e9):
        centre, spread = profile.blended(statistics, profile.weight(seconds), mean, deviation)
        assert centre[0] == pytest.approx(2.0 * seconds / (seconds + 5.0))
        assert spread[0] == pytest.approx(1.0 + 2.0 * seconds / (seconds + 30.0))


@pytest.mark.parametrize("network", ["logreg", "mlp"])
def test_every_part_is_scaled_by_its_own_speakers_and_the_graph_says_the_same(trained: Run, folder: Path) -> None:
    model, corpus = Predictor(trained), registry.load("crema-d", folder)
    assert model.takes_profile and model.needs_voice and trained.feature["normalise"] == "speaker"
    assert "normalised by the statistics of all clips of the speaker" in trained.card
    tested = trained.predictions[trained.predictions["part"] == "test"]
    features = store.load(corpus, SOURCE)
    for speaker, rows in tested.groupby("speaker"):
        theirs = corpus.clips["clip"][corpus.clips["speaker"] == speaker]
        voice = model.profile_of_features((features[clip], features.seconds[clip]) for clip in theirs)
        row = rows.iloc[0]
        path = corpus.clips.set_index("clip").loc[row["clip"], "path"]
        found = model.with_voice(voice).predict(audio.decode(Path(path))).probabilities
        np.testing.assert_allclose(found, row[[f"p_{label}" for label in model.labels]].astype(float), atol=1e-4)


@pytest.mark.parametrize("network", ["logreg"])
def test_it_judges_no_clip_alone_and_none_by_a_single_recording(
    trained: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(map(str, (folder / "AudioWAV").glob(f"{SPEAKERS[0]}_*.wav")))
    said = ["predict", str(trained.path), files[0], "--json"]
    assert main(said) == 1 and "how its speaker sounds otherwise" in capsys.readouterr().err
    assert main([*said, "--profile", files[1]]) == 1 and "one recording does not tell" in capsys.readouterr().err
    assert main([*said, "--profile", *files[1:8]]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert 2 <= answer["profile"]["clips"] <= 7 and 0.0 < answer["profile"]["weight"] < 1.0


@pytest.mark.parametrize("network", ["logreg"])
def test_evaluate_uses_each_speakers_own_clips_and_says_so(
    trained: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["evaluate", str(trained.path), "--corpus", "crema-d", "--data", str(folder)]
    assert main([*said, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["adaptation"] == "speaker"
    tested = trained.metrics["test"]
    assert found["n"] == tested["n"] and found["accuracy"] == pytest.approx(tested["accuracy"])
    assert main(said) == 0 and "each speaker's tested clips themselves, without labels" in capsys.readouterr().out
    assert main([*said, "--degradation", "telephone", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["adaptation"] == "speaker"
    assert main([*said, "--adapt", "speaker", "--enrol", "5"]) == 1 and "state one of them" in capsys.readouterr().err


def test_a_shipped_model_is_adapted_on_request_and_one_without_a_profile_is_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["--corpus", "crema-d", "--data", str(folder), "--speakers", SPEAKERS[0], "--json"]
    answers = []
    for asked in ("none", "speaker"):
        assert main(["evaluate", "fast", *said, "--adapt", asked]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert [found["adaptation"] for found in answers] == ["none", "speaker"]
    assert main(["evaluate", "paper", *said, "--adapt", "speaker"]) == 1
    assert "takes no voice profile" in capsys.readouterr().err


def test_what_cannot_be_normalised_by_speaker_is_refused(folder: Path) -> None:
    corpus = registry.load("crema-d", folder)
    with pytest.raises(RecipeError, match="normalises every picture by itself"):
        recipes.plan(recipes.named("cnn2d-initial").with_(normalise="speaker"), corpus)
    with pytest.raises(RecipeError, match=r"picture\.mixup=0"):
        check_network(recipes.named("cnn1d-model1").with_(normalise="speaker"))
    with pytest.raises(RecipeError, match="lda=0"):
        recipes.named("cnn1d-model2").with_(normalise="speaker")
    with pytest.raises(RecipeError, match="normalise"):
        recipes.named("svm").with_(normalise="nobody")
