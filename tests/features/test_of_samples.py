"""Hidden states of any audio encoder as features: named, pooled, kept in the store, learned from, and said where they are missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, recipes, runs, settings
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.encoders import of_samples, taking
from ser_core.features import encoder, sets, sources, store
from ser_core.predictor import Predictor
from ser_core.recipes import RecipeError, plan
from ser_core.runs import Run, leagues
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made
from tests.encoders import tiny_graph

WEIGHTS = tiny_graph.weights()


@pytest.fixture
def ear(tmp_path: Path) -> of_samples.SamplesEncoder:
    return taking.take("tiny", tiny_graph.write(tmp_path / "repository", tiny_graph.files(WEIGHTS)))


def voice(seconds: float = 1.0) -> np.ndarray:
    return made.voice(150.0, 0.3, 4.0, seconds, np.random.default_rng(0))


def source(name: str) -> sources.SamplesEncoderSource:
    found = sets.named(name).inputs[0].source
    assert isinstance(found, sources.SamplesEncoderSource)
    return found


def test_a_vector_is_pooled_from_the_layers_that_are_named(ear: of_samples.SamplesEncoder) -> None:
    sound = ear.prepared(encoder.sounding(voice())[0])
    expected = tiny_graph.states(WEIGHTS, sound)
    both = np.concatenate([expected[1], expected[3]], axis=1)
    found = source("hidden:tiny:1,3").extract(voice())
    assert found.shape == (1, 24) == (1, source("hidden:tiny:1,3").dims)
    np.testing.assert_allclose(found[0], np.concatenate([both.mean(axis=0), both.std(axis=0)]), atol=1e-4)
    np.testing.assert_allclose(source("hidden:tiny:3:mean").extract(voice())[0], expected[3].mean(axis=0), atol=1e-4)
    frames = source("hidden:tiny:2:frames")
    assert frames.hop_s == pytest.approx(0.04) and sets.named("hidden:tiny:2:frames").inputs[0].shape == (80, 6)
    np.testing.assert_allclose(frames.extract(voice())[0], expected[2][:2].mean(axis=0), atol=1e-4)
    some = sets.kept(sets.named("hidden:tiny:1-3"), ("layer2",)).inputs[0].source
    assert some == source("hidden:tiny:2") and [one.title for one in some.groups] == ["tiny, layer 2"]


def test_neither_level_nor_silence_at_both_ends_counts(ear: of_samples.SamplesEncoder) -> None:
    plain, louder = (source("hidden:tiny:2").extract(voice() * gain) for gain in (np.float32(1.0), np.float32(0.05)))
    np.testing.assert_allclose(louder, plain, atol=5e-3)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 25.0])
def test_sounds_of_any_length_give_numbers(ear: of_samples.SamplesEncoder, seconds: float) -> None:
    sound = np.random.default_rng(0).normal(0.0, 0.1, round(16_000 * seconds)).astype(np.float32)
    found = source("hidden:tiny:2:frames").extract(sound)
    assert len(found) >= 1 and np.isfinite(found).all()
    # Heard in three pieces, each of which lacks its last frame.
    assert seconds < 1 or abs(len(found) * 0.04 - seconds) < 0.2


def test_the_store_keeps_each_choice_apart(
    ear: of_samples.SamplesEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:2], made.SENTENCES[:1], seconds=0.3))
    one = source("hidden:tiny:2")
    loaded = store.load(corpus, one, n_jobs=1)
    clip = corpus.clips.iloc[0]
    np.testing.assert_allclose(
        loaded[clip["clip"]], sources.extracted(one, audio.decode(Path(clip["path"])).samples), atol=1e-6
    )
    again = tiny_graph.files(tiny_graph.weights(1))
    names = ("hidden:tiny:2", "hidden:tiny:3", "hidden:tiny:2:mean")
    before = {store.folder(corpus, source(name)) for name in names}
    taking.take("tiny", tiny_graph.write(tmp_path / "other", again))
    assert len(before | {store.folder(corpus, source(name)) for name in names}) == 6
    # What a run was trained on is another encoder now; what the store holds of it can still be learned from.
    assert "of another tiny" in one.missing and not store.lacking(corpus, one)
    monkeypatch.setenv("SER_HOME", str(tmp_path / "another"))
    assert one.missing.startswith(
        "The pretrained encoder tiny is not on this machine: `python -m ser_core encoders fetch tiny"
    )


def test_a_recipe_on_it_is_trained_served_and_told_apart(ear: of_samples.SamplesEncoder, tmp_path: Path) -> None:
    folder = made.crema_d(tmp_path / "c", made.SPEAKERS[:4], made.SENTENCES[:1], seconds=0.4)
    recipe = recipes.named("wav2vec2-logreg").with_(features="hidden:tiny:2", waveform=None, copies=0)
    run = repeats.train(recipe, crema_d.MODULE.load(folder), runs.create(settings.home().runs / "r"), Quiet())
    stated = Run(run.path).feature["inputs"][0]["source"]
    assert stated["sha256_16"] == ear.sha256[:16] and stated["blocks"] == [2] and stated["backend"] == "onnx"
    file = next((folder / "AudioWAV").iterdir())
    row = run.predictions[run.predictions["clip"] == f"crema-d/{file.stem}"]
    found = Predictor(Run(run.path)).predict(audio.decode(file))
    if len(row):
        np.testing.assert_allclose(
            found.probabilities, row[[f"p_{name}" for name in found.labels]].to_numpy()[0], atol=1e-4
        )
    assert leagues.of(run) == leagues.PRETRAINED and "made elsewhere" in run.card and "Whisper" not in run.card
    assert "no licence is stated" in run.card


@pytest.mark.parametrize("name", sorted(of_samples.KNOWN))
def test_recipes_on_encoders_that_are_not_here_say_so_in_a_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipes.named(f"{name.removesuffix('-base')}-logreg")
    given = recipe.feature_set.inputs[0]
    assert given.shape == (1536,) and given.source.blocks == (6,) and recipe.network == "logreg"
    assert sources.from_dict(json.loads(json.dumps(given.source.to_dict()))) == given.source
    folder = made.crema_d(tmp_path / "c", made.SPEAKERS[:4], made.SENTENCES[:1], seconds=0.2)
    with pytest.raises(RecipeError, match=f"encoders fetch {name}"):
        plan(recipe, crema_d.MODULE.load(folder))
    assert main(["train", recipe.name, "--data", str(folder), "--run", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"Error: The pretrained encoder {name} is not on this machine: with PyTorch")
    assert len(said.splitlines()) == 1 and said.count(". ") == 0 and not (tmp_path / "run").exists()


def test_a_known_encoder_of_another_form_lets_recipes_be_listed(tmp_path: Path) -> None:
    files = tiny_graph.files(WEIGHTS, every_layer=False)
    found = taking.take("hubert-base", tiny_graph.write(tmp_path, files))
    given = recipes.named("hubert-logreg").feature_set.inputs[0].source
    assert found.layers == (3,) and given.missing == "hubert-base as it is on this machine has no layer 6; it gives 3."
    assert source("hidden:hubert-base:3").missing == ""


@pytest.mark.parametrize(
    "changed",
    [{"blocks": []}, {"blocks": ["1"]}, {"encoder": 7}, {"pools": ["none"]}, {"every": 0}, {"step_s": 0.0}, {"backend": 3}, {"width": -1}],
)  # fmt: skip
def test_what_a_strangers_file_states_is_held_against_what_there_is(changed: dict[str, object]) -> None:
    stated = sets.named("hidden:wavlm-base:6").inputs[0].source.to_dict()
    with pytest.raises(sources.FeatureError):
        sources.from_dict({**stated, **changed})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hidden:tiny", "does not name hidden states"),
        ("hidden:tiny:x", "does not name hidden states"),
        ("hidden:tiny:1:median", "does not name hidden states"),
        ("hidden:tiny:1-900", "does not name hidden states"),
        ("hidden:tiny:7", "tiny has no layer 7; it gives 0, 1, 2, 3"),
        ("hidden:wavlm-base:13", "wavlm-base has no layer 13"),
        ("hidden:none:1", "encoders fetch none OWNER/NAME"),
        ("hidden:../x:1", "is no name of an encoder"),
    ],
)
def test_names_that_name_nothing_are_refused(ear: of_samples.SamplesEncoder, name: str, why: str) -> None:
    with pytest.raises(sources.FeatureError, match=why):
        sets.named(name)
