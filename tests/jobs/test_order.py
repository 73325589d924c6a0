"""The command of an order makes the recipe that was asked for, whatever was changed."""

import dataclasses
from pathlib import Path

import pytest

from ser_core import recipes
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.cli import main as cli
from ser_core.cli import overrides
from ser_core.jobs.order import Order

BASE = recipes.named("cnn1d-model5")


@pytest.mark.parametrize(
    "wanted",
    [
        BASE,
        BASE.with_(split="loso", seed=7),
        BASE.with_(corpus="savee", labels=("anger", "neutral")),
        BASE.with_(fit=dataclasses.replace(BASE.fit, epochs=3, learning_rate=1e-4, class_weights=True)),
        BASE.with_(copies=2, waveform=WaveformAugmentation(p=0.25)),
        BASE.with_(picture=dataclasses.replace(BASE.picture, mixup=0.0, noise_snr_db=(5.0, 10.0))),
        BASE.with_(features="seed-frames", lda=5, network_params={"channels": [8], "dense": 0}),
        BASE.with_(corpus="2024"),
    ],
)
def test_the_command_line_understands_what_was_asked(wanted: recipes.Recipe) -> None:
    words = Order("cnn1d-model5", wanted).arguments(Path("r"))
    stated = cli.parser().parse_args(words)
    assert overrides.resolve(stated) == wanted
    assert stated.run == Path("r") and not stated.no_test and stated.seeds == 1


def test_an_unchanged_recipe_is_a_short_command_and_options_are_said() -> None:
    assert Order("cnn1d-model5", BASE).arguments(Path("r")) == [
        *("train", "cnn1d-model5", "--split", "speakers", "--seed", "0", "--run", "r")
    ]
    stated = cli.parser().parse_args(
        Order("svm", recipes.named("svm").with_(split="kfold-clips"), folds=4, seeds=3, test=False).arguments(Path("r"))
    )
    assert (stated.folds, stated.seeds, stated.no_test, stated.split) == (4, 3, True, "kfold-clips")


@pytest.mark.parametrize(("split", "trainings"), [("speakers", 2), ("clips", 2), ("kfold-clips", 8), ("loso", 24)])
def test_how_many_fits_it_takes(split: str, trainings: int) -> None:
    assert Order("svm", recipes.named("svm").with_(split=split), folds=4, seeds=2).trainings(12) == trainings
