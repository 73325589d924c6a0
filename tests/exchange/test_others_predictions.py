"""Anyone's predictions become a run with every figure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from ser_core import exchange, runs, settings
from ser_core.cli import main
from ser_core.corpora import registry
from ser_core.corpora.base import Corpus
from ser_core.runs import Run, RunError
from tests import made
from tests.exchange.folders import nothing_came

SHIPPED = Run(settings.ARTIFACTS / "models" / "accurate")
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
LABELS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = made.crema_d(tmp_path_factory.mktemp("c") / "crema-d", made.SPEAKERS[:9], ("IEO", "TIE"), seconds=0.05)
    return registry.MODULES["crema-d"].load(folder)


@pytest.fixture
def answers(corpus: Corpus) -> pd.DataFrame:
    """Somebody's answers on every clip: probabilities that lean to the truth."""
    random = np.random.default_rng(0)
    scores = random.normal(size=(len(corpus.clips), 6))
    scores[np.arange(len(scores)), [LABELS.index(one) for one in corpus.clips["emotion"]]] += 1
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return pd.DataFrame({"clip": corpus.clips["clip"], **{f"p_{label}": p[:, k] for k, label in enumerate(LABELS)}})


def test_anyones_probabilities_get_every_figure(tmp_path: Path, corpus: Corpus, answers: pd.DataFrame) -> None:
    answers.to_csv(tmp_path / "theirs.csv", index=False)
    run = exchange.import_predictions(tmp_path / "theirs.csv", corpus)
    said = [LABELS[k] for k in answers.drop(columns="clip").to_numpy().argmax(axis=1)]
    found = run.metrics["test"]
    assert run.name == "theirs" and found["n"] == 108 and found["speakers"] == 9
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(corpus.clips["emotion"], said))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(corpus.clips["emotion"], said, average="macro"))
    assert "ece" in found and not run.servable and not run.problems(hashes=True)
    assert "theirs" in {one.name for one in runs.all_runs()}
    # It goes out and comes in like any other.
    assert exchange.import_zip(exchange.export(run, tmp_path / "t.zip")).metrics == run.metrics


@pytest.mark.parametrize(
    "named",
    [lambda clip: clip, lambda clip: f"{clip.split('/')[1]}.wav", lambda clip: f"C:\\x\\{clip.split('/')[1]}.FLAC"],
)
def test_labels_alone_and_files_names_are_enough(
    tmp_path: Path, corpus: Corpus, answers: pd.DataFrame, named: Callable[[str], str]
) -> None:
    table = pd.DataFrame({"File": answers["clip"].map(named), "Predicted": "Neutral", "part": "validation"})
    table.to_csv(tmp_path / "labels.tsv", sep="\t", index=False)
    run = exchange.import_predictions(tmp_path / "labels.tsv", corpus)
    assert list(run.metrics) == ["validation"]
    assert run.metrics["validation"]["accuracy"] == pytest.approx(1 / 6)
    assert not [name for name in run.predictions if name.startswith("p_")]
    assert set(run.predictions["predicted"]) == {"neutral"}


def test_folds_are_pooled_and_train_rows_say_what_was_heard(
    tmp_path: Path, corpus: Corpus, answers: pd.DataFrame
) -> None:
    speakers = corpus.clips["speaker"].to_numpy()
    answers.assign(fold=speakers).to_csv(tmp_path / "loso.csv", index=False)
    folds = exchange.import_predictions(tmp_path / "loso.csv", corpus)
    assert len(folds.metrics["test"]["folds"]) == 9
    parts = np.where(speakers == speakers[0], "test", "train")
    answers.assign(part=parts).to_csv(tmp_path / "one.csv", index=False)
    one = exchange.import_predictions(tmp_path / "one.csv", corpus)
    assert one.metrics["test"]["n"] == 12 and (one.split["part"] == "train").sum() == 96


def test_emotions_that_a_system_does_not_know_are_left_out(
    tmp_path: Path, corpus: Corpus, answers: pd.DataFrame
) -> None:
    four = ["anger", "happiness", "neutral", "sadness"]
    table = answers[["clip", *(f"p_{label}" for label in four)]].copy()
    table.iloc[:, 1:] = table.iloc[:, 1:].div(table.iloc[:, 1:].sum(axis=1), axis=0)
    table.to_csv(tmp_path / "four.csv", index=False)
    run = exchange.import_predictions(tmp_path / "four.csv", corpus)
    assert run.metrics["test"]["labels"] == four and run.metrics["test"]["n"] == 72
    assert run.recipe["source"]["left_out"] == 36


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t.rename(columns={"clip": "id"}), "no column 'clip' or 'file'"),
        (lambda t: t[["clip"]], "neither a column 'predicted' nor"),
        (lambda t: t.assign(clip=[f"x{k}" for k in range(4)] + list(t["clip"][4:])), "4 of the 108 clips"),
        (lambda t: t.assign(clip=[f"x{k}" for k in range(4)] + list(t["clip"][4:])), "x0, x1, x2 …"),
        (lambda t: pd.concat([t, t.head(1)]), "more than once"),
        (lambda t: t.assign(p_anger=t["p_anger"] + 0.01), "108 rows do not sum to 1; the first is row 2"),
        (lambda t: t.assign(p_anger=""), "do not sum to 1"),
        (lambda t: t.assign(p_joy=0.0), "names joy, which CREMA-D does not have"),
        (lambda t: t[["clip"]].assign(predicted="joy"), "names joy"),
        (lambda t: t.assign(predicted="neutral"), "is not the most probable label"),
        (lambda t: t.assign(part="exam"), "the part 'exam'"),
        (lambda t: t.assign(part="train"), "train part alone"),
        (lambda t: t.head(0), "no rows"),
    ],
)
def test_what_does_not_fit_is_said(
    tmp_path: Path,
    home: Path,
    corpus: Corpus,
    answers: pd.DataFrame,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    why: str,
) -> None:
    change(answers).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(RunError) as error:
        exchange.import_predictions(tmp_path / "bad.csv", corpus)
    assert why in str(error.value)
    assert nothing_came(home)


def test_the_commands(
    tmp_path: Path, corpus: Corpus, answers: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.zip"
    assert main.main(["runs", "export", "svm-clips", "-o", str(path)]) == 0 and path.is_file()
    capsys.readouterr()
    assert main.main(["runs", "import", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "svm-clips-2"
    answers.to_csv(tmp_path / "theirs.csv", index=False)
    command = ["runs", "import", str(tmp_path / "theirs.csv")]
    assert main.main(command) == 1
    assert "--corpus" in capsys.readouterr().err
    assert main.main([*command, "--corpus", "crema-d", "--data", str(corpus.root)]) == 0
    assert main.main(["runs", "import", str(tmp_path / "absent.zip")]) == 1
    assert "There is no file" in capsys.readouterr().err
