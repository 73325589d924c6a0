"""Runs in and out: what comes back is what went, and what was tampered with stays out."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest

from ser_core import audio, exchange, files, runs, settings
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError, cards, epochs
from tests import made
from tests.exchange.folders import nothing_came

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


def whole(run: Run, path: Path) -> Run:
    """A copy in the plain form, the weights of a model too."""
    return Run(Path(shutil.copytree(run.path, path))) if run.has("model.onnx") else runs.weightless(run, path)


def changed(tmp_path: Path, change: Callable[[Run], None], *, of: Run = WEIGHTLESS, seal: bool = True) -> Path:
    """A zip of a copy of a run after `change`; sealed again, so that its hashes are right."""
    run = whole(of, tmp_path / "copy")
    change(run)
    if seal:
        Run(run.path).seal()
    return zipped(run.path, tmp_path / "copy.zip")


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
    parent = whole(WEIGHTLESS, tmp_path / "cv")
    for fold in ("1", "2"):
        runs.weightless(WEIGHTLESS, parent.path / "folds" / fold)
    back = exchange.import_zip(exchange.export(parent, tmp_path / "cv.zip"))
    assert [one.name for one in runs.pieces(back)] == ["1", "2"]
    (parent.path / "folds" / "2" / "card.md").write_text("another")
    with pytest.raises(RunError, match=r"folds/2: card.md"):
        exchange.import_zip(zipped(parent.path, tmp_path / "bad.zip"))


def test_what_was_answered_after_every_epoch_comes_along_and_another_form_of_it_stays_out(tmp_path: Path) -> None:
    run = whole(Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers"), tmp_path / "mine")
    found = made.filmed(run)
    run.seal()
    back = epochs.read(exchange.import_zip(exchange.export(run, tmp_path / "run.zip")))
    assert back is not None and (back.clips, back.labels) == (found.clips, found.labels)
    np.testing.assert_array_equal(back.matrices, found.matrices)
    np.savez(run.path / epochs.FILE, labels=np.array(["anger"]))
    run.seal()
    with pytest.raises(RunError, match=r"epochs\.npz"):
        exchange.import_zip(zipped(run.path, tmp_path / "wrong.zip"))


def test_only_finished_and_whole_runs_are_exported(tmp_path: Path) -> None:
    run = whole(WEIGHTLESS, tmp_path / "copy")
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
        (_stated("recipe.json", recipe=[]), True, "should be an object"),
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
    path = exchange.export(WEIGHTLESS, tmp_path / "run.zip")
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
        listed["card.md"] = {"bytes": card.stat().st_size, "sha256": files.sha256(card)}
        run.write_json("files.json", listed)

    run = exchange.import_zip(changed(tmp_path, change, seal=False))
    assert not (tmp_path / "exploded").exists()
    kept = {path.name for path in run.path.rglob("*")}
    assert kept == {path.name for path in whole(WEIGHTLESS, tmp_path / "as it was").path.iterdir()}
    assert set(run.recipe["imported"]["left_out"]) == {"model.keras", "scaler.pkl", "extra.md", "folds/x/loose.csv"}
    assert "<img" not in cards.as_html(run.card)


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
