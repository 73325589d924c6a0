"""One recipe of each kind of network really trains: an epoch on corpora of 60 short clips, pairwise over splits and what they lack."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_core import audio, recipes, runs
from ser_core.corpora import manifest
from ser_core.corpora.base import Corpus
from ser_core.predictor import Predictor
from ser_core.runs import RunError
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")

SMALL = {
    "crnn": {"channels": [8, 8], "stem": 4, "gru": 4},
    "cnn1d": {"channels": [8]},
    "cnn2d-separable": {"channels": [4, 8]},
}
CASES = {
    "two emotions": (6, ("anger", "neutral"), 5),
    "a rare emotion by one speaker": (6, ("anger", "neutral", "sadness"), 3),
    "one speaker": (1, ("anger", "neutral", "sadness"), 20),
    "no speaker column": (6, ("anger", "neutral"), 5),
}
#: Every pair of a case and a split that can be trained, each kind of network at least once; several fits by those that are quick.
PAIRS = [
    ("crnn", "two emotions", "speakers"),
    ("cnn1d-model5", "two emotions", "clips"),
    ("logreg", "two emotions", "kfold-speakers"),
    ("mlp", "two emotions", "kfold-clips"),
    ("svm", "two emotions", "loso"),
    ("paper-crema-d", "a rare emotion by one speaker", "speakers"),
    ("cnn2d-model3", "a rare emotion by one speaker", "clips"),
    ("svm", "a rare emotion by one speaker", "kfold-speakers"),
    ("logreg", "a rare emotion by one speaker", "loso"),
    ("cnn1d-model4", "one speaker", "clips"),
    ("svm", "one speaker", "kfold-clips"),
    ("logreg", "no speaker column", "clips"),
    ("svm", "no speaker column", "kfold-clips"),
]


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Corpus]:
    """Of every case a table of clips; sadness, where it is rare, is of one speaker."""
    voices = {"anger": (220.0, 0.6, 7.0), "neutral": (140.0, 0.3, 4.0), "sadness": (100.0, 0.15, 2.0)}
    found = {}
    for case, (speakers, emotions, each) in CASES.items():
        folder, rows = tmp_path_factory.mktemp("corpus"), []
        random = np.random.default_rng(1)
        for speaker in range(speakers):
            for emotion in emotions:
                if case.startswith("a rare") and emotion == "sadness" and speaker != 1:
                    continue
                for number in range(each):
                    sound = made.voice(*voices[emotion], 0.3, random)
                    soundfile.write(folder / f"{speaker}-{emotion}-{number}.wav", sound, made.RATE, subtype="PCM_16")
                    stated = "" if case == "no speaker column" else f"s{speaker}"
                    rows.append((f"{speaker}-{emotion}-{number}.wav", emotion, stated))
        pd.DataFrame(rows, columns=["file", "emotion", "speaker"]).to_csv(folder / "clips.csv", index=False)
        found[case] = manifest.load(folder / "clips.csv", "made")
    return found


@pytest.mark.parametrize(("name", "case", "split"), PAIRS)
def test_it_trains(corpora: dict[str, Corpus], tmp_path: Path, name: str, case: str, split: str) -> None:
    recipe = recipes.named(name)
    recipe = recipe.with_(split=split, network_params=SMALL.get(recipe.network, recipe.network_params), corpus="made")
    recipe = recipe.override(
        ["fit.epochs=1", "fit.batch_size=16", *(["features=mfcc-20"] if recipe.features == "seed" else [])]
    )
    corpus = corpora[case]
    run = repeats.train(recipe, corpus, runs.create(tmp_path / "r"), Quiet(), n_folds=2)
    labels = corpus.emotions
    assert run.status["state"] == "done" and run.problems(hashes=True) == []
    assert tuple(run.metrics["test"]["labels"]) == labels
    probabilities = run.predictions[[f"p_{label}" for label in labels]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-4)
    if runs.pieces(run):
        lacking = [piece for piece in runs.pieces(run) if set(_trained(piece)) < set(labels)]
        assert len(run.recipe["notes"]) == len(lacking) and all(note in run.card for note in run.recipe["notes"])
        for piece in lacking if recipe.network in ("svm", "logreg") else []:
            assert (piece.predictions["p_sadness"] == 0).all() and not _trained(piece).eq("sadness").any()
    else:
        found = Predictor(run).predict(audio.decode(Path(corpus.clips["path"][0])))
        assert set(found.labels) == set(labels)


def _trained(run: runs.Run) -> pd.Series:
    return run.split["emotion"][run.split["part"] == "train"]


@pytest.mark.parametrize("network", ["svm", "logreg"])
def test_labels_in_another_order_and_never_seen_are_answered_by_the_graph_too(
    corpora: dict[str, Corpus], tmp_path: Path, network: str
) -> None:
    labels = ("neutral", "sadness", "anger")
    recipe = recipes.named(network).with_(features="mfcc-20", labels=labels, corpus="made", split="kfold-speakers")
    run = repeats.train(
        recipe, corpora["a rare emotion by one speaker"], runs.create(tmp_path / "r"), Quiet(), n_folds=3
    )
    for piece in runs.pieces(run):
        model = Predictor(piece)
        assert model.labels == labels
        rows = piece.predictions.set_index("clip")
        clip = corpora["a rare emotion by one speaker"].clips.set_index("clip").loc[rows.index[0]]
        found = model.predict(audio.decode(Path(clip["path"])))
        np.testing.assert_allclose(
            found.probabilities, rows.iloc[0][[f"p_{label}" for label in labels]].astype(float), atol=1e-4
        )


def test_a_fit_that_diverges_ends_with_the_epoch_and_what_to_try(corpora: dict[str, Corpus], tmp_path: Path) -> None:
    recipe = recipes.named("cnn1d-model5").with_(corpus="made", split="clips")
    recipe = recipe.override(
        ["fit.epochs=4", "fit.batch_size=8", "fit.learning_rate=1.0", "fit.warmup_epochs=0", "fit.weight_decay=0"]
    )
    corpus = corpora["two emotions"]
    run = runs.create(tmp_path / "r")

    class Poisoned(Quiet):
        """After the first epoch the features hold what no feature is: the loss is not finite from then on."""

        def epoch(self, row: dict[str, object], epochs: int) -> None:
            from ser_core.augment.picture import PictureAugmentation

            monkeypatch.setattr(PictureAugmentation, "mask", lambda self, frames, random: frames * np.float32("nan"))

    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        pytest.raises(RunError, match=r"diverged in epoch 2.*fit\.learning_rate=0\.1"),
    ):
        repeats.train(recipe, corpus, run, Poisoned())
    assert run.status["state"] == "failed" and "diverged in epoch 2" in run.status["message"]
    assert len(run.history) == 1 and run.has("best.weights.h5") and run.has("checkpoint.keras")


def test_classical_classifiers_are_trained_without_tensorflow_or_warnings(
    corpora: dict[str, Corpus], tmp_path: Path
) -> None:
    program = (
        "import sys; from ser_core.cli.main import main; status = main(sys.argv[1:]); "
        "sys.exit(status or ('tensorflow' in sys.modules) * 3)"
    )
    table = corpora["two emotions"].root
    words = [
        "train",
        "svm",
        "--data",
        str(table),
        "--set",
        "corpus=manifest",
        "--set",
        "features=mfcc-20",
        "--run",
        str(tmp_path / "r"),
    ]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
