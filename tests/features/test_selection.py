"""Incremental selection finds what helps, on train speakers alone, and is bound to its split."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import recipes
from ser_core.cli.main import main
from ser_core.features import selection, sets
from ser_core.features.sources import FeatureError, SpectralSource
from tests import made


def test_the_group_that_carries_the_label_joins_first_and_noise_is_not_kept() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(["anger", "fear", "neutral"], 60)
    speakers = np.tile([f"s{k}" for k in range(6)], 30)
    signal = np.eye(3)[np.repeat([0, 1, 2], 60)] + random.normal(0, 0.6, (180, 3))
    values = np.concatenate([random.normal(size=(180, 4)), signal, random.normal(size=(180, 30))], axis=1)
    seen: list[tuple[int, int]] = []
    groups = {"noise": slice(0, 4), "signal": slice(4, 7), "more noise": slice(7, 37)}
    found = selection.select(
        values, labels, speakers, groups, progress=lambda done, total: seen.append((done, total)), n_jobs=1
    )
    assert found.steps[0].group == "signal" and found.steps[0].score > 0.6
    assert "more noise" not in found.kept
    assert seen[-1] == (6, 6)
    assert list(found.path().columns) == ["step", "group", "score", "std"]


def test_a_voice_that_gives_the_label_away_does_not_help() -> None:
    """Each speaker speaks one emotion: within folds of speakers, knowing the speaker is worth nothing."""
    random = np.random.default_rng(1)
    labels = np.repeat(["anger", "fear"], 100)
    speakers = np.repeat([f"s{k}" for k in range(10)], 20)
    voice = np.eye(10)[np.repeat(range(10), 20)] + random.normal(0, 0.05, (200, 10))
    found = selection.select(voice, labels, speakers, {"voice": slice(0, 9), "rest": slice(9, 10)}, n_jobs=1)
    assert max(step.score for step in found.steps) < 0.6


def test_one_group_is_refused() -> None:
    with pytest.raises(FeatureError, match="at least two groups"):
        selection.select(np.zeros((4, 2)), ["a", "b"] * 2, ["s", "t"] * 2, {"only": slice(0, 2)}, n_jobs=1)


def test_groups_are_the_descriptors_columns() -> None:
    source = SpectralSource(("mfcc", "loudness", "rms"), ("mean", "std"))
    assert {group.name: list(group.columns) for group in source.groups} == {
        "mfcc": list(range(40)), "loudness": list(range(40, 46)), "rms": [46, 47]
    }  # fmt: skip
    assert source.extract(made.voice(150, 0.3, 4, 0.5, np.random.default_rng(0))).shape == (1, 48)


def test_a_recipe_keeps_what_was_selected(tmp_path: Path) -> None:
    (tmp_path / "selected.json").write_text(
        json.dumps({"features": "seed-frames", "descriptors": ["rms", "mfcc"], "selected_on": "ab"})
    )
    recipe = recipes.with_selection(recipes.named("cnn1d-model1"), tmp_path / "selected.json")
    assert recipe.feature_set.inputs[0].shape == (200, 21)
    assert recipes.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    with pytest.raises(FeatureError, match="no descriptor 'pyin'"):
        sets.kept(sets.named("seed"), ("pyin",))
    with pytest.raises(recipes.RecipeError, match=r"not the selected\.json"):
        recipes.with_selection(recipe, tmp_path / "nothing.json")


def test_from_the_command_line_to_a_training_that_refuses_another_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = made.crema_d(tmp_path / "c", sentences=("IEO", "TIE"), seconds=0.4)
    own = recipes.named("cnn1d-model5").to_dict() | {
        "features": "seed-frames", "descriptors": ["mfcc", "rms", "zero_crossing_rate"], "name": "own", "network_params": {"channels": [8], "dense": 0}
    }  # fmt: skip
    (tmp_path / "own.json").write_text(json.dumps(own))
    assert main(["select", str(tmp_path / "own.json"), "--data", str(corpus), "-o", str(tmp_path / "s")]) == 0
    path = pd.read_csv(tmp_path / "s" / "path.csv")
    assert set(path["group"]) == {"mfcc", "rms", "zero_crossing_rate"}
    steps, stated = selection.read(tmp_path / "s")
    assert [step.group for step in steps] == list(path["group"])
    with pytest.raises(FeatureError, match="no selection"):
        selection.read(tmp_path)
    assert stated["clips"] < 144 and stated["speakers"] < 12
    assert main(["select", "crnn", "--data", str(corpus), "-o", str(tmp_path / "t")]) == 1
    assert "no groups of descriptors" in capsys.readouterr().err
    train = [
        "train",
        "cnn1d-model5",
        "--epochs",
        "1",
        "--set",
        f"features={tmp_path / 's' / 'selected.json'}",
        "--set",
        'network_params={"channels":[8]}',
    ]
    assert main([*train, "--run", str(tmp_path / "good")]) == 0
    assert main([*train, "--seed", "1", "--run", str(tmp_path / "bad")]) == 1
    assert "selected on another train part" in capsys.readouterr().err
