"""What is queued is data: a job's folder states it, and its process reads the very recipe that was asked for."""

import dataclasses
from pathlib import Path

import pytest

from ser_core import jobs, recipes, runs, settings
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.cli import main as cli
from ser_core.cli import overrides
from ser_core.jobs.orders import Check, Download, Evaluation, Selection, Training
from tests.jobs import steps

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
        recipes.named("svm").with_(descriptors=("mfcc",), selected_on="0123456789abcdef"),
    ],
)
def test_the_process_reads_what_was_asked(wanted: recipes.Recipe) -> None:
    with steps.no_runner():
        job = Training(wanted).queue()
    stated = cli.parser().parse_args(list(job.arguments))
    assert overrides.resolve(stated) == wanted
    assert job.run is not None and stated.run == job.run and not stated.no_test and stated.seeds == 1
    again = jobs.find(job.id).order
    assert recipes.from_dict(again["recipe"]) == wanted and again["run"] == str(job.run)
    assert runs.Run(job.run).status["state"] == "queued"


def test_options_are_said() -> None:
    with steps.no_runner():
        job = Training(recipes.named("svm").with_(split="kfold-clips"), folds=4, seeds=3, test=False).queue()
    stated = cli.parser().parse_args(list(job.arguments))
    assert (stated.folds, stated.seeds, stated.no_test) == (4, 3, True)
    assert (job.order["folds"], job.order["seeds"], job.order["test"]) == (4, 3, False)
    assert job.title == "svm on crema-d, kfold-clips, 3 seeds"


@pytest.mark.parametrize(("split", "trainings"), [("speakers", 2), ("clips", 2), ("kfold-clips", 8), ("loso", 24)])
def test_how_many_fits_it_takes(split: str, trainings: int) -> None:
    assert Training(recipes.named("svm").with_(split=split), folds=4, seeds=2).trainings(12) == trainings


def test_other_work_is_stated_too(tmp_path: Path) -> None:
    with steps.no_runner():
        selection = Selection.new(BASE.with_(split="clips")).queue("selecting")
        others = [
            Download("crema-d", tmp_path, 2).queue("fetching"),
            Check("savee").queue("checking"),
            Evaluation(tmp_path / "run", "savee").queue("evaluating"),
        ]
    for job in (selection, *others):
        assert cli.parser().parse_args(list(job.arguments)).handler
    assert overrides.resolve(cli.parser().parse_args(list(selection.arguments))) == BASE.with_(split="clips")
    assert Path(selection.order["out"]).parent == settings.home().selections
    assert [job.order for job in others] == [
        {"corpus": "crema-d", "folder": str(tmp_path), "speakers": 2},
        {"corpus": "savee"},
        {"run": str(tmp_path / "run"), "corpus": "savee"},
    ]
