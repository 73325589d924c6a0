"""Imported graphs that never answer, or ask for 20 GB: others are answered meanwhile, and their processes are ended."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import psutil
from onnx import TensorProto, helper, numpy_helper

from ser_core import settings
from ser_core.runs import Run
from tests.browser import serving
from trials.load.visitor import Visitor
from trials.strangers.told import Told

SHIPPED = settings.ARTIFACTS / "models" / "fast"
VOICES = sorted((settings.ARTIFACTS / "samples").glob("voice-*.flac"))
SIZE = 400
#: Seconds within which others are answered meanwhile on an idle machine, and after which its process is gone.
ANSWERED_S, GONE_S = 2.0, 30.0


def never_answers(model: onnx.ModelProto) -> None:
    """Let the graph multiply matrices for ever before its last answer, whatever it is fed with."""
    square = ("a", "b", "c")
    a, _, c = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [SIZE, SIZE]) for name in square)
    go, going = (helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("go", "going"))
    steps = [
        helper.make_node("MatMul", ["a", "a"], ["b"]),
        helper.make_node("Softmax", ["b"], ["c"]),
        helper.make_node("Identity", ["go"], ["going"]),
    ]
    body = helper.make_graph(
        steps, "body", [helper.make_tensor_value_info("i", TensorProto.INT64, []), go, a], [going, c]
    )
    values = {"count": np.int64(10**9), "yes": np.array(True), "start": np.ones((SIZE, SIZE), np.float32)}
    _before_its_answer(model, [helper.make_node("Loop", ["count", "yes", "start"], ["end"], body=body)], values)


def asks_for_20_gb(model: onnx.ModelProto) -> None:
    """Let the graph make five billion numbers before its last answer."""
    grown = [
        helper.make_node("Mul", ["honest", "nothing"], ["none of it"]),
        helper.make_node("ReduceMax", ["none of it"], ["zero"], keepdims=0),
        helper.make_node("Add", ["zero", "one"], ["told at last"]),
        helper.make_node("Expand", ["told at last", "shape"], ["huge"]),
        helper.make_node("Sqrt", ["huge"], ["end"]),
    ]
    values = {"one": np.ones(1, np.float32), "shape": np.array([5_000_000_000], np.int64)}
    _before_its_answer(model, grown, values)


def _before_its_answer(model: onnx.ModelProto, nodes: list[onnx.NodeProto], values: dict[str, np.ndarray]) -> None:
    """Put nodes in front of the probabilities that make `end`, of which nothing is added to them."""
    for node in model.graph.node:
        for number, name in enumerate(node.output):
            if name == "probabilities":
                node.output[number] = "honest"
    model.graph.node.extend(
        [
            *nodes,
            helper.make_node("ReduceMean", ["end"], ["rest"], keepdims=0),
            helper.make_node("Mul", ["rest", "nothing"], ["none"]),
            helper.make_node("Add", ["honest", "none"], ["probabilities"]),
        ]
    )
    values = {**values, "nothing": np.float32(0)}
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in values.items())


def imported(home: Path, name: str, change: Callable[[onnx.ModelProto], None]) -> None:
    """Put the model among the runs as one that was imported, past the trial that would refuse it."""
    run = Run(Path(shutil.copytree(SHIPPED, home / "runs" / name)))
    model = onnx.load(run.path / "model.onnx")
    change(model)
    (run.path / "model.onnx").write_bytes(model.SerializeToString())
    recipe = json.loads((run.path / "recipe.json").read_text())
    (run.path / "recipe.json").write_text(json.dumps({**recipe, "imported": True}))
    run.seal()


async def driven(url: str, name: str, end: bytes) -> tuple[float, list[float], float]:
    """Return the seconds to an answer alone, those while the model `name` works, and after how many its page said `end`."""
    guest, other = Visitor(url, "accurate"), Visitor(url, name)
    await guest.arrive()
    await other.arrive()
    first, *voices = [(voice.name, voice.read_bytes()) for voice in VOICES[:5]]
    said = b"Probabilities by accurate"
    alone, _ = await guest.analyze(*first, said)
    begun = time.perf_counter()
    working = asyncio.create_task(other.analyze(*first, end))
    await asyncio.sleep(3)
    answered = [(await guest.analyze(*voice, said))[0] for voice in voices]
    told, _ = await working
    assert told != float("inf"), "its page does not say what happened"
    took = time.perf_counter() - begun
    await guest.leave()
    await other.leave()
    return alone, answered, took


def children(server: serving.Server) -> list[psutil.Process]:
    """Return the processes in which graphs of strangers run."""
    processes = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in processes if "confined" in " ".join(child.cmdline())]


def working(server: serving.Server) -> list[psutil.Process]:
    """Return those of them that take the processor's time; one whose graph was refused its memory waits for the next question."""
    return [child for child in children(server) if child.cpu_percent(interval=1) > 50]


async def warm(url: str) -> None:
    """Let the server answer once, so that all that it holds anyway is there."""
    guest = Visitor(url, "accurate")
    await guest.arrive()
    await guest.analyze(VOICES[0].name, VOICES[0].read_bytes(), b"Probabilities by accurate")
    await guest.leave()


HOSTILE = {
    "never-answers": (never_answers, b"takes more than 20 s for an answer"),
    "asks-for-20-gb": (asks_for_20_gb, b"model.onnx does not answer"),
}


def attack(place: Path) -> Told:
    """Let both answer on one server, beside somebody who asks a shipped model."""
    told = Told()
    server = serving.start(place)
    try:
        asyncio.run(warm(server.url))
        process = psutil.Process(server.process.pid)
        for name, (change, end) in HOSTILE.items():
            imported(server.home, name, change)
            before = process.memory_info().rss / 1e6
            alone, answered, took = asyncio.run(driven(server.url, name, end))
            after = process.memory_info().rss / 1e6
            told.said.append(
                f"{name}: others answered in {alone:.2f} s alone, in at most {max(answered):.2f} s meanwhile; ended after {took:.1f} s; "
                f"server {before:.0f} MB before, {after:.0f} after"
            )
            told.holds(max(answered) < ANSWERED_S, f"{name}: others waited {max(answered):.1f} s for an answer")
            told.holds(took < GONE_S and not working(server), f"{name}: its process works on after {took:.0f} s")
            told.holds(after - before < 300, f"{name}: the server grew by {after - before:.0f} MB")
    finally:
        server.stop()
    return told
