"""Graphs of strangers that hang, grow, die or answer nonsense: they do so in a process of their own, and are ended."""

from __future__ import annotations

import gc
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from ser_core import audio, confined, exchange, graphs, runs, settings
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError
from tests import patience

SHIPPED = settings.ARTIFACTS / "models" / "fast"
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
N = 6


def graph(nodes: list[onnx.NodeProto], *, initial: dict[str, np.ndarray] | None = None) -> bytes:
    """A graph of one input x (batch × 4) with the outputs that a model has."""
    made = helper.make_graph(
        nodes,
        "hostile",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("probabilities", "embedding")],
        [numpy_helper.from_array(value, name) for name, value in (initial or {}).items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


def looping() -> bytes:
    """It multiplies large matrices for as long as x says: at once for zeros, for ever for sound."""
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["a", "a"], ["b"]),
            helper.make_node("Softmax", ["b"], ["a2"]),
            helper.make_node("Identity", ["go"], ["go2"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("a", TensorProto.FLOAT, [400, 400]),
        ],
        [
            helper.make_tensor_value_info("go2", TensorProto.BOOL, []),
            helper.make_tensor_value_info("a2", TensorProto.FLOAT, [400, 400]),
        ],
    )
    nodes = [
        helper.make_node("ReduceSum", ["x"], ["total"], keepdims=0),
        helper.make_node("Abs", ["total"], ["size"]),
        helper.make_node("Mul", ["size", "huge"], ["times"]),
        helper.make_node("Cast", ["times"], ["count"], to=TensorProto.INT64),
        helper.make_node("Loop", ["count", "true", "start"], ["end"], body=body),
        helper.make_node("ReduceSum", ["end"], ["rest"], keepdims=0),
        helper.make_node("Mul", ["x", "zero"], ["nothing"]),
        helper.make_node("Softmax", ["nothing"], ["probabilities"]),
        helper.make_node("Add", ["nothing", "rest"], ["embedding"]),
    ]
    start = {
        "huge": np.float32(1e9),
        "true": np.array(True),
        "start": np.ones((400, 400), np.float32),
        "zero": np.float32(0),
    }
    return graph(nodes, initial={name: np.asarray(value) for name, value in start.items()})


def growing() -> bytes:
    """It asks for 20 GB."""
    nodes = [
        helper.make_node("Expand", ["one", "shape"], ["huge"]),
        helper.make_node("Add", ["huge", "huge"], ["twice"]),
        helper.make_node("ReduceSum", ["twice"], ["total"], keepdims=0),
        helper.make_node("Add", ["x", "total"], ["embedding"]),
        helper.make_node("Softmax", ["x"], ["probabilities"]),
    ]
    return graph(nodes, initial={"one": np.ones(1, np.float32), "shape": np.array([5_000_000_000], np.int64)})


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter bounds, so that a test does not wait for the real ones."""
    monkeypatch.setattr(confined, "OPEN_S", 15.0)
    monkeypatch.setattr(confined, "RUN_S", 2.0)


@pytest.fixture(autouse=True)
def earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file's test in this process may still hold a session of its own: only what a test here starts is counted."""
    monkeypatch.setattr(f"{__name__}.STARTED_BEFORE", frozenset(_confined()))


STARTED_BEFORE: frozenset[psutil.Process] = frozenset()


def _confined() -> list[psutil.Process]:
    # What failed holds its session as long as the traceback lives.
    gc.collect()
    return [child for child in psutil.Process().children(recursive=True) if "confined" in " ".join(child.cmdline())]


def children() -> list[psutil.Process]:
    return [child for child in _confined() if child not in STARTED_BEFORE]


def opened(tmp_path: Path, data: bytes) -> graphs.ConfinedSession:
    (tmp_path / "model.onnx").write_bytes(data)
    return graphs.ConfinedSession(tmp_path / "model.onnx")


@pytest.mark.usefixtures("bounded")
def test_a_graph_that_never_answers_is_ended_and_others_are_answered_meanwhile(tmp_path: Path) -> None:
    session = opened(tmp_path, looping())
    assert session.run(["probabilities"], {"x": np.zeros((1, 4), np.float32)})[0].shape == (1, 4)
    failed: list[Exception] = []

    def ask() -> None:
        try:
            session.run(["embedding"], {"x": np.ones((1, 4), np.float32)})
        except graphs.GraphError as error:
            failed.append(error)

    hanging = threading.Thread(target=ask)
    hanging.start()
    begun = time.monotonic()
    Predictor(Run(SHIPPED)).predict(audio.decode(VOICE))
    assert hanging.is_alive() or failed
    hanging.join(timeout=30)
    assert time.monotonic() - begun < 30 and "takes more than 2 s for an answer" in str(failed[0])
    assert not children()
    # It is opened anew for whoever asks next.
    assert session.run(["probabilities"], {"x": np.zeros((1, 4), np.float32)})[0].shape == (1, 4)


@pytest.mark.usefixtures("bounded")
def test_a_graph_that_grows_without_measure_takes_nothing_from_the_server(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    session = opened(tmp_path, growing())
    with pytest.raises(graphs.GraphError, match="does not answer"):
        session.run(["embedding"], {"x": np.ones((1, 4), np.float32)})
    assert psutil.Process().memory_info().rss - before < 300e6


def test_memory_is_looked_at_while_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(tmp_path, looping())
    monkeypatch.setattr(confined, "MEMORY", 1_000_000)
    with pytest.raises(graphs.GraphError, match="takes more than 1 MB of memory"):
        session.run(["embedding"], {"x": np.ones((1, 4), np.float32)})
    assert not children()


def test_a_process_that_dies_is_a_sentence(tmp_path: Path) -> None:
    session = opened(tmp_path, looping())
    (child,) = children()
    child.kill()
    with pytest.raises(graphs.GraphError, match="its process ended"):
        session.run(["probabilities"], {"x": np.zeros((1, 4), np.float32)})


def test_no_process_is_left_when_a_model_is_forgotten(tmp_path: Path) -> None:
    session = opened(tmp_path, looping())
    assert len(children()) == 1
    del session
    deadline = time.monotonic() + patience.SECONDS
    while children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not children()


def zipped(tmp_path: Path, change: Callable[[onnx.ModelProto], None]) -> Path:
    """A shipped model with another graph, sealed by its author, as a zip."""
    run = Run(Path(shutil.copytree(SHIPPED, tmp_path / "hostile")))
    model = onnx.load(run.path / "model.onnx")
    change(model)
    (run.path / "model.onnx").write_bytes(model.SerializeToString())
    run.seal()
    return Path(shutil.make_archive(str(tmp_path / "hostile"), "zip", tmp_path, "hostile"))


def answers(values: list[float], *, on_sound_alone: bool = False) -> Callable[[onnx.ModelProto], None]:
    """Let the graph answer these values, whatever it hears, or whenever it hears anything."""

    def change(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            for number, name in enumerate(node.output):
                if name == "probabilities":
                    node.output[number] = "honest"
        model.graph.initializer.append(numpy_helper.from_array(np.array([values], np.float32), "lie"))
        given = next(one for one in model.graph.input if one.name not in ("n_frames", "profile", "profile_weight"))
        axes = list(range(1, len(given.type.tensor_type.shape.dim)))
        spread = [
            helper.make_node("Abs", [given.name], ["lie_size"]),
            helper.make_node("ReduceMax", ["lie_size"], ["lie_loud"], axes=axes, keepdims=0),
            helper.make_node("Sign", ["lie_loud"], ["lie_heard"]),
            helper.make_node("Unsqueeze", ["lie_heard", "lie_axis"], ["lie_column"]),
            helper.make_node("Mul", ["lie_column", "lie"], ["lie_said"]),
            helper.make_node("Sub", ["lie_one", "lie_column"], ["lie_silent"]),
            helper.make_node("Mul", ["lie_silent", "honest"], ["lie_honest"]),
            helper.make_node("Add", ["lie_said", "lie_honest"], ["probabilities"]),
        ]
        plain = [
            helper.make_node("Mul", ["honest", "lie_zero"], ["lie_nothing"]),
            helper.make_node("Add", ["lie_nothing", "lie"], ["probabilities"]),
        ]
        for name, value in {
            "lie_axis": np.array([1], np.int64),
            "lie_one": np.float32(1),
            "lie_zero": np.float32(0),
        }.items():
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        model.graph.node.extend(spread if on_sound_alone else plain)

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (answers([5, -4, 0, 0, 0, 0]), "they are not all from 0 to 1"),
        (answers([float("nan")] * N), "they are not all from 0 to 1"),
        (answers([0.1] * N), "they sum to 0.6"),
        (answers([5, -4, 0, 0, 0, 0], on_sound_alone=True), "they are not all from 0 to 1"),
    ],
)
def test_what_is_no_probability_is_not_imported(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None], why: str
) -> None:
    with pytest.raises(RunError, match=why):
        exchange.import_zip(zipped(tmp_path, change))
    assert runs.own() == [] and not children()


def test_an_imported_model_answers_as_before_in_a_process_of_its_own(tmp_path: Path) -> None:
    run = exchange.import_zip(zipped(tmp_path, lambda model: None))
    assert run.of_a_stranger and not Run(SHIPPED).of_a_stranger
    clip = audio.decode(VOICE)
    predictor = Predictor(run)
    assert len(children()) == 1
    np.testing.assert_allclose(
        predictor.predict(clip).probabilities, Predictor(Run(SHIPPED)).predict(clip).probabilities, atol=1e-6
    )


def resealed(tmp_path: Path, change: Callable[[Run], None]) -> Path:
    run = Run(Path(shutil.copytree(SHIPPED, tmp_path / "hostile")))
    change(run)
    run.seal()
    return Path(shutil.make_archive(str(tmp_path / "hostile"), "zip", tmp_path, "hostile"))


def novelty_of(**arrays: np.ndarray) -> Callable[[Run], None]:
    """Another novelty.npz, packed as tightly as can be."""

    def change(run: Run) -> None:
        with np.load(run.path / "novelty.npz") as found:
            kept = {name: found[name] for name in found.files}
        np.savez_compressed(run.path / "novelty.npz", **{**kept, **arrays})  # type: ignore[arg-type]

    return change


def written(name: str, text: str) -> Callable[[Run], None]:
    return lambda run: run.write_text(name, text)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (novelty_of(mean=np.zeros(3)), "its arrays do not fit each other"),
        (novelty_of(noise=np.float32(0)), "its numbers describe no clips"),
        (novelty_of(noise=np.zeros(5)), "novelty.npz cannot be read"),
        (novelty_of(huge=np.zeros(100_000_000, np.uint8)), "holds more than 50 MB"),
        (written("recipe.json", "[" * 200_000 + "]" * 200_000), "recipe.json"),
        (written("predictions.csv", ",".join(f"c{k}" for k in range(300_000)) + "\n"), "has more than 2,000 columns"),
        (written("split.csv", "x" * 1_000_000), "a first line that never ends"),
    ],
)
def test_files_of_another_form_are_refused_in_a_moment(tmp_path: Path, change: Callable[[Run], None], why: str) -> None:
    path = resealed(tmp_path, change)
    begun = time.monotonic()
    with pytest.raises(RunError) as error:
        exchange.import_zip(path)
    assert why in str(error.value) and "hostile.zip was not imported" in str(error.value)
    # A moment where the machine is idle.
    assert time.monotonic() - begun < 10
    assert runs.own() == []


def test_a_description_of_other_clips_is_a_sentence(tmp_path: Path) -> None:
    dims = 7
    other = novelty_of(
        mean=np.zeros(dims), deviation=np.ones(dims), components=np.ones((1, dims)), variances=np.ones(1)
    )
    with pytest.raises(RunError, match=r"novelty\.npz describes a clip by 7 numbers"):
        exchange.import_zip(resealed(tmp_path, other))
