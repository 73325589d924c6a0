"""Runs in and out: what comes back is what went, what was tampered with stays out, and anyone's predictions become a run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn import metrics as sk

from ser_core import audio, exchange, runs, settings
from ser_core.cli import main
from ser_core.corpora import registry
from ser_core.corpora.base import Corpus
from ser_core.exchange import parity
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError
from tests import made

SHIPPED = Run(settings.ARTIFACTS / "models" / "accurate")
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
LABELS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]


def zipped(folder: Path, target: Path) -> Path:
    """The folder as a zip, whatever lies in it."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
    return target


def changed(tmp_path: Path, change: Callable[[Run], None], *, of: Run = WEIGHTLESS, seal: bool = True) -> Path:
    """A zip of a copy of a run after `change`; sealed again, so that its hashes are right."""
    run = Run(Path(shutil.copytree(of.path, tmp_path / "copy")))
    change(run)
    if seal:
        Run(run.path).seal()
    return zipped(run.path, tmp_path / "copy.zip")


def nothing_came(home: Path) -> bool:
    runs_there = list((home / "runs").iterdir()) if (home / "runs").is_dir() else []
    return not runs_there and not list(home.glob(".importing-*"))


def test_a_run_comes_back_as_it_went_without_its_keras_file(tmp_path: Path) -> None:
    path = exchange.export(SHIPPED, tmp_path / "run.zip")
    with zipfile.ZipFile(path) as archive:
        inside = {name.removeprefix("accurate/") for name in archive.namelist()}
    assert inside == {one.name for one in SHIPPED.path.iterdir()}
    back = exchange.import_zip(path)
    assert back.name == "accurate-2" and back.path.parent == settings.home().runs
    assert not back.has("model.keras") and back.recipe["imported"]["left_out"] == ["model.keras"]
    pd.testing.assert_frame_equal(back.predictions, SHIPPED.predictions)
    assert back.metrics["test"]["accuracy"] == SHIPPED.metrics["test"]["accuracy"]
    assert not back.problems(hashes=True)
    clip = audio.decode(VOICE)
    np.testing.assert_array_equal(
        Predictor(back).predict(clip).probabilities, Predictor(SHIPPED).predict(clip).probabilities
    )
    assert exchange.import_zip(path).name == "accurate-3"
    assert exchange.import_zip(path, name="From a friend").name == "From-a-friend"


def test_a_cross_validation_comes_back_with_its_folds(tmp_path: Path) -> None:
    parent = Run(Path(shutil.copytree(WEIGHTLESS.path, tmp_path / "cv")))
    for fold in ("1", "2"):
        runs.weightless(WEIGHTLESS, parent.path / "folds" / fold)
    back = exchange.import_zip(exchange.export(parent, tmp_path / "cv.zip"))
    assert [one.name for one in runs.pieces(back)] == ["1", "2"]
    (parent.path / "folds" / "2" / "card.md").write_text("another")
    with pytest.raises(RunError, match=r"folds/2: card.md"):
        exchange.import_zip(zipped(parent.path, tmp_path / "bad.zip"))


def test_only_finished_and_whole_runs_are_exported(tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(WEIGHTLESS.path, tmp_path / "copy")))
    (run.path / "card.md").write_text("another")
    with pytest.raises(RunError, match="damaged"):
        exchange.export(run, tmp_path / "x.zip")
    run.write_status("failed")
    with pytest.raises(RunError, match="failed"):
        exchange.export(run, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def _text(name: str, old: str, new: str) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        text = (run.path / name).read_text()
        assert old in text
        (run.path / name).write_text(text.replace(old, new, 1))

    return change


def _stated(name: str, **fields: object) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        run.write_json(name, {**json.loads((run.path / name).read_text()), **fields})

    return change


@pytest.mark.parametrize(
    ("change", "seal", "why"),
    [
        (_text("card.md", "#", "##"), False, "card.md has"),
        (_text("predictions.csv", "anger", "ANGER"), False, "predictions.csv was altered"),
        (lambda run: (run.path / "predictions.csv").unlink(), False, "predictions.csv is missing"),
        (lambda run: (run.path / "split.csv").unlink(), True, "split.csv is not listed"),
        (lambda run: (run.path / "files.json").unlink(), False, "files.json is missing"),
        (_text("predictions.csv", "predicted", "guessed"), True, "no column 'predicted'"),
        (_text("predictions.csv", ",test,", ",exam,"), True, "the part 'exam'"),
        (_text("split.csv", ",train,", ",trained,"), True, "the part 'trained'"),
        (_text("metrics.json", '"accuracy": 0.', '"accuracy": 0.9'), True, "states accuracy"),
        (_stated("metrics.json", test={"labels": LABELS}), True, "another form"),
        (_stated("recipe.json", recipe={"name": "x", "title": "x", "evil": 1}), True, "no field 'evil'"),
        (_stated("recipe.json", recipe=[]), True, "must be a table"),
        (_stated("status.json", state="running"), True, "only finished runs"),
        (_stated("files.json", **{"../../escape": {"bytes": 1, "sha256": "0"}}), False, "no file of the run's folder"),
        (_stated("files.json", **{"card.md": {"bytes": "1"}}), False, "does not state the bytes"),
    ],
)
def test_a_zip_that_was_tampered_with_stays_out(
    tmp_path: Path, home: Path, change: Callable[[Run], None], seal: bool, why: str
) -> None:
    path = changed(tmp_path, change, seal=seal)
    with pytest.raises(RunError, match="was not imported") as error:
        exchange.import_zip(path)
    assert why in str(error.value)
    assert nothing_came(home)


def test_a_path_out_of_the_folder_and_what_is_no_run_stay_out(tmp_path: Path, home: Path) -> None:
    path = zipped(WEIGHTLESS.path, tmp_path / "run.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("svm-clips/../../escaped.txt", "out")
    with pytest.raises(RunError, match="leads out of its folder"):
        exchange.import_zip(path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("notes.txt", "no run")
    with pytest.raises(RunError, match="holds no run folder"):
        exchange.import_zip(tmp_path / "other.zip")
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 not really")
    with pytest.raises(RunError, match="damaged"):
        exchange.import_zip(tmp_path / "broken.zip")
    assert nothing_came(home) and not list(tmp_path.rglob("escaped.txt"))


class _Bomb:
    """Unpickled, it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_pickles_are_never_opened_and_what_is_not_listed_is_left_out(tmp_path: Path) -> None:
    def change(run: Run) -> None:
        for name in ("model.keras", "scaler.pkl"):
            (run.path / name).write_bytes(pickle.dumps(_Bomb(tmp_path / "exploded")))
        run.seal()
        (run.path / "extra.md").write_text("not listed")
        (run.path / "folds" / "x").mkdir(parents=True)
        (run.path / "folds" / "x" / "loose.csv").write_text("a")
        (run.path / "card.md").write_text("![seen](https://example.org/seen.png)")
        listed = json.loads((run.path / "files.json").read_text())
        card = run.path / "card.md"
        listed["card.md"] = {"bytes": card.stat().st_size, "sha256": runs.sha256(card)}
        run.write_json("files.json", listed)

    run = exchange.import_zip(changed(tmp_path, change, seal=False))
    assert not (tmp_path / "exploded").exists()
    kept = {path.name for path in run.path.rglob("*")}
    assert kept == {path.name for path in WEIGHTLESS.path.iterdir()}
    assert set(run.recipe["imported"]["left_out"]) == {"model.keras", "scaler.pkl", "extra.md", "folds/x/loose.csv"}
    assert "![" not in run.card


def _graph(change: Callable[[onnx.ModelProto], None]) -> Callable[[Run], None]:
    def apply(run: Run) -> None:
        model = onnx.load(run.path / "model.onnx")
        change(model)
        (run.path / "model.onnx").write_bytes(model.SerializeToString())

    return apply


def _external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def _custom(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "evil.ops"
    model.opset_import.add(domain="evil.ops", version=1)


def _renamed(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = "other"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_graph(_external), "keeps data in another file"),
        (_graph(_custom), "not ONNX's own (evil.ops)"),
        (_graph(_renamed), "model.onnx"),
        (lambda run: (run.path / "model.onnx").write_bytes(b"no graph"), "model.onnx"),
        (_stated("feature.json", labels=["anger", "fear"]), "probabilities were stated"),
        (_stated("feature.json", threshold=7), "threshold"),
    ],
)
def test_a_model_that_cannot_be_served_safely_stays_out(
    tmp_path: Path, home: Path, change: Callable[[Run], None], why: str
) -> None:
    path = changed(tmp_path, change, of=SHIPPED)
    with pytest.raises(RunError) as error:
        exchange.import_zip(path)
    assert why in str(error.value)
    assert nothing_came(home)


def test_the_example_runs_without_this_project_and_says_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(exchange.model_zip(SHIPPED, tmp_path / "model.zip")) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "accurate"
    assert {one.name for one in folder.iterdir()} == {"model.onnx", "feature.json", "card.md", "example.py"}
    assert "ser_core" not in (folder / "example.py").read_text()
    assert len((folder / "example.py").read_text().splitlines()) <= 28
    long = tmp_path / "long.wav"
    long.write_bytes(audio.encode_wav(np.tile(audio.decode(VOICE).samples, 3)))
    for sound in (VOICE, long):
        ran = subprocess.run(
            [sys.executable, "-I", "example.py", str(sound)], cwd=folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        expected = Predictor(SHIPPED).predict(audio.decode(sound))
        said = json.loads(ran.stdout)
        assert list(said) == list(expected.labels)
        np.testing.assert_allclose(list(said.values()), expected.probabilities, atol=1e-3)


def test_without_the_clips_the_model_is_said_to_be_unchecked() -> None:
    found = exchange.on_real_clips(SHIPPED)
    assert found.clips == 0 and "none of the clips" in found.sentence


def test_the_model_gives_the_probabilities_of_the_run_on_real_clips(data: Path, tmp_path: Path) -> None:
    registry.register("crema-d", data / "crema-d")
    run = Run(Path(shutil.copytree(SHIPPED.path, tmp_path / "copy")))
    run.write_json("feature.json", {**run.feature, "audio_version": audio.VERSION})
    run.seal()
    run = Run(run.path)
    rows = run.predictions
    predictor = Predictor(run)
    columns = [f"p_{label}" for label in predictor.labels]
    for clip, row in parity._here(rows[rows["part"] == "test"], 8):
        rows.loc[row.name, columns] = predictor.predict(clip).probabilities.astype(float)
    run.write_table("predictions.csv", rows)
    run.seal()
    found = exchange.on_real_clips(Run(run.path))
    assert found.clips == 8 and found.difference is not None and found.difference <= 1e-4
    rows["p_anger"] = rows["p_anger"][::-1].to_numpy()
    run.write_table("predictions.csv", rows)
    run.seal()
    with pytest.raises(RunError, match="differs from predictions"):
        exchange.on_real_clips(Run(run.path))


def test_what_was_measured_through_another_door_for_sound_is_said_to_be_unchecked(data: Path, tmp_path: Path) -> None:
    registry.register("crema-d", data / "crema-d")
    run = Run(Path(shutil.copytree(SHIPPED.path, tmp_path / "copy")))
    run.write_json("feature.json", {**run.feature, "audio_version": 0})
    run.seal()
    found = exchange.on_real_clips(Run(run.path))
    assert found.clips == 0 and "heard sound differently" in found.sentence


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
