"""Runs at a lab's trackers: what their own clients, or their own files, give back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import types
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ser_core import runs, settings
from ser_core.cli.main import main
from ser_core.exchange import trackers
from ser_core.exchange.trackers import contents
from ser_core.runs import Run, RunError
from tests import made
from tests.exchange import wandb_files

SHIPPED = Run(settings.ARTIFACTS / "models" / "cnn1d")
PARENT = Run(settings.ARTIFACTS / "results" / "accurate-seeds")


class Kept:
    """A tracker that keeps what it is told."""

    place = "here"

    def __init__(self, fails_at: int = 0) -> None:
        self.points: dict[str, dict[int, float]] = defaultdict(dict)
        self.told: dict[str, Any] = {}
        self.fails_at, self.closed = fails_at, ""

    def point(self, step: int, values: dict[str, float]) -> None:
        if step == self.fails_at:
            raise OSError("the tracker's\ndisk is full")
        for name, value in values.items():
            assert step not in self.points[name], "told twice"
            self.points[name][step] = value

    def parameters(self, values: dict[str, Any]) -> None:
        self.told |= values

    def scores(self, values: dict[str, float]) -> None:
        self.told |= values

    def table(self, name: str, columns: list[str], rows: list[list[Any]]) -> None:
        self.told[name] = (columns, rows)

    def text(self, name: str, text: str) -> None:
        self.told[name] = text

    def file(self, path: Path) -> None:
        self.told[path.name] = path

    def close(self, *, failed: bool = False) -> None:
        self.closed = "failed" if failed else "well"


def test_a_tracker_is_told_recipe_curves_scores_intervals_matrix_card_and_model() -> None:
    kept = Kept()
    contents.write(SHIPPED, kept)
    test = SHIPPED.metrics["test"]
    assert kept.told["recipe.network"] == SHIPPED.recipe["recipe"]["network"]
    assert kept.told["recipe.fit.epochs"] == SHIPPED.recipe["recipe"]["fit"]["epochs"]
    assert json.loads(kept.told["recipe.labels"]) == SHIPPED.recipe["recipe"]["labels"]
    assert kept.told["test/uar"] == test["uar"]
    assert kept.told["test/intervals/uar/low"] == test["intervals"]["uar"]["low"]
    assert kept.told["test/classes/anger/recall"] == test["classes"][0]["recall"]
    columns, rows = kept.told["test/confusion"]
    assert columns == ["true", *test["labels"]] and [row[1:] for row in rows] == test["confusion"]
    assert kept.told["card"] == SHIPPED.card and kept.told["model.onnx"] == SHIPPED.model_path()
    assert list(kept.points["epoch/loss"].values()) == SHIPPED.history["loss"].tolist()


def test_a_parents_trainings_are_told_under_their_names() -> None:
    kept = Kept()
    contents.write(PARENT, kept)
    for one in runs.trainings(PARENT):
        assert list(kept.points[f"{one.name}/epoch/loss"].values()) == one.history["loss"].tolist()
        assert kept.told[f"{one.name}/validation/uar"] == one.metrics["validation"]["uar"]
    assert len(runs.trainings(PARENT)) == 3 and kept.told["test/mean/uar"] == PARENT.metrics["test"]["mean"]["uar"]


def test_a_training_that_goes_on_is_told_once_and_a_tracker_that_fails_ends_nothing() -> None:
    said: list[str] = []
    kept = Kept()
    follower = trackers.Follower(kept, said.append)
    follower.begins(SHIPPED)
    follower.ends(SHIPPED)
    assert len(kept.points["epoch/loss"]) == len(SHIPPED.history) and kept.closed == "well" and not said
    kept = Kept(fails_at=2)
    follower = trackers.Follower(kept, said.append)
    follower.begins(SHIPPED)
    follower.ends(SHIPPED)
    assert said == ["The tracker failed and is told no more; the training goes on: the tracker's disk is full"]
    assert list(kept.points["epoch/loss"]) == [1]


def test_tensorboard_reads_the_same_numbers(beside: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["runs", "log", "cnn1d", "--to", "tensorboard", "--into", str(tmp_path / "logs")]
    assert main([*words, "--json"]) == 0
    assert str(tmp_path / "logs" / "cnn1d") in json.loads(capsys.readouterr().out)["place"]
    read = _read(tmp_path / "logs" / "cnn1d")
    assert read.numbers["epoch/loss"] == {
        int(row["epoch"]): np.float32(row["loss"]) for _, row in SHIPPED.history.iterrows()
    }
    for name, value in contents.numbers(SHIPPED.metrics).items():
        assert read.numbers[name] == {0: np.float32(value)}
    assert read.texts["card"] == SHIPPED.card
    counts = SHIPPED.metrics["test"]["confusion"][0]
    assert f"| anger | {' | '.join(map(str, counts))} |" in read.texts["test/confusion"]
    assert read.parameters["recipe.network"] == SHIPPED.recipe["recipe"]["network"]
    assert (tmp_path / "logs" / "cnn1d" / "model.onnx").read_bytes() == SHIPPED.model_path().read_bytes()
    names = [path.name for path in (tmp_path / "logs").rglob("*tfevents*")]
    assert len(names) == 1 and socket.gethostname() not in names[0]
    assert main(words) == 0 and (tmp_path / "logs" / "cnn1d-2").is_dir()


def test_a_training_is_followed_epoch_by_epoch(
    beside: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = made.crema_d(tmp_path / "corpus", made.SPEAKERS[:4], made.SENTENCES[:1], seconds=0.4)
    words = ["train", "mlp", "--data", str(corpus), "--epochs", "2", "--log-to", "tensorboard", "--json"]
    assert main(words) == 0
    run = Run(Path(json.loads(capsys.readouterr().out)["path"]))
    read = _read(settings.home().path / "tensorboard" / run.name)
    history = run.history
    assert len(history) == 2
    for name in ("loss", "val_uar"):
        assert read.numbers[f"epoch/{name}"] == {
            int(row["epoch"]): np.float32(row[name]) for _, row in history.iterrows()
        }
    assert read.numbers["test/uar"] == {0: np.float32(run.metrics["test"]["uar"])}
    # Epochs are told as they end, not afterwards.
    assert read.times["epoch/loss"][1] < read.times["test/uar"][0] - history["seconds"].iloc[1] / 2


def test_weights_and_biases_keeps_the_same_numbers_and_sends_nothing(
    beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    for name in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    # Whoever speaks to it would be refused here, and fail.
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert "offline-run" in trackers.log(SHIPPED, "wandb", str(tmp_path / "wb"))
    (file,) = (tmp_path / "wb").rglob("*.wandb")
    read = wandb_files.read(file)
    assert read.config["recipe.fit.epochs"] == SHIPPED.recipe["recipe"]["fit"]["epochs"]
    for name, value in contents.numbers(SHIPPED.metrics).items():
        assert read.summary[name] == value
    assert [row["epoch/loss"] for row in read.history if "epoch/loss" in row] == SHIPPED.history["loss"].tolist()
    (table,) = (tmp_path / "wb").rglob("test/confusion*.table.json")
    assert [row[1:] for row in json.loads(table.read_text())["data"]] == SHIPPED.metrics["test"]["confusion"]
    assert set(read.artifact) == {"model.onnx", "feature.json", "card.md"}
    assert read.host == ""


MLFLOW = """
import json, sys
from ser_core.cli.main import main
store = sys.argv[1]
assert main(["runs", "log", "cnn1d", "--to", "mlflow", "--into", store]) == 0
from mlflow.tracking import MlflowClient
client = MlflowClient(tracking_uri=f"sqlite:///{store}/mlflow.db")
(experiment,) = [one for one in client.search_experiments() if one.name == "ser"]
(run,) = client.search_runs([experiment.experiment_id])
card = client.download_artifacts(run.info.run_id, "card.md")
model = client.download_artifacts(run.info.run_id, "model.onnx")
matrix = client.download_artifacts(run.info.run_id, "test/confusion.csv")
loss = [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, "epoch/loss")]
print(json.dumps({"name": run.info.run_name, "status": run.info.status, "metrics": run.data.metrics, "params": run.data.params,
                  "card": card, "model": model, "matrix": matrix, "loss": loss}))
"""


def test_mlflow_in_an_environment_of_its_own_reads_the_same_numbers(extras: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(extras), "-c", MLFLOW, str(tmp_path / "store")],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(settings.ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told, read = done.stdout.strip().splitlines()[-2:]
    found = json.loads(read)
    assert "experiment ser" in told and found["name"] == "cnn1d" and found["status"] == "FINISHED"
    for name, value in contents.numbers(SHIPPED.metrics).items():
        assert found["metrics"][name] == value
    assert found["params"]["recipe.network"] == SHIPPED.recipe["recipe"]["network"]
    assert [value for _, value in found["loss"]] == SHIPPED.history["loss"].tolist()
    assert Path(found["card"]).read_text() == SHIPPED.card
    assert Path(found["model"]).read_bytes() == SHIPPED.model_path().read_bytes()
    rows = [line.split(",") for line in Path(found["matrix"]).read_text().splitlines()]
    assert [[int(cell) for cell in row[1:]] for row in rows[1:]] == SHIPPED.metrics["test"]["confusion"]


def test_only_finished_runs_are_logged(beside: Path, tmp_path: Path) -> None:
    run = runs.weightless(PARENT, tmp_path / "copy")
    run.write_status("failed")
    with pytest.raises(RunError, match="only finished runs"):
        trackers.log(run, "tensorboard", str(tmp_path / "logs"))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RunError, match="tensorboard cannot keep the run"):
        trackers.log(PARENT, "tensorboard", str(tmp_path / "file"))


class _Read:
    """An event file as TensorBoard's own reader gives it: numbers and their times by tag and step, texts, hyperparameters."""

    def __init__(self) -> None:
        self.numbers: dict[str, dict[int, np.float32]] = defaultdict(dict)
        self.times: dict[str, dict[int, float]] = defaultdict(dict)
        self.texts: dict[str, str] = {}
        self.parameters: dict[str, Any] = {}


def _read(folder: Path) -> _Read:
    # TensorBoard's word for "no TensorFlow": it would be loaded to open a file.
    sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.plugins.hparams import metadata
    from tensorboard.util import tensor_util

    accumulator = event_accumulator.EventAccumulator(str(folder), size_guidance={event_accumulator.TENSORS: 0})
    accumulator.Reload()
    read = _Read()
    for tag in accumulator.Tags()["tensors"]:
        plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
        for event in accumulator.Tensors(tag):
            value = tensor_util.make_ndarray(event.tensor_proto)
            if plugin == "scalars":
                read.numbers[tag][event.step] = np.float32(value)
                read.times[tag][event.step] = event.wall_time
            elif plugin == "text":
                read.texts[tag] = value.item().decode()
    stated = accumulator.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    for name, one in metadata.parse_session_start_info_plugin_data(stated).hparams.items():
        read.parameters[name] = getattr(one, one.WhichOneof("kind"))
    return read
