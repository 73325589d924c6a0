"""A model behind its encoder, as one graph, hears what the sources make of hidden states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from ser_core import graphs
from ser_core.encoders import find
from ser_core.features.sources.base import POOLS, pooled


@pytest.mark.parametrize("frames", [2, 6, 320, 666])
def test_every_pool_is_the_source_s(tmp_path: Path, frames: int) -> None:
    ear = find("whisper-tiny")
    width = ear.width * ear.blocks * len(POOLS)
    vectors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["clips", width]) for name in ("vector", "same")]
    graph = helper.make_graph([helper.make_node("Identity", ["vector"], ["same"])], "same", vectors[:1], vectors[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), tmp_path / "m.onnx")
    joined = graphs.behind_encoder(tmp_path / "m.onnx", ear.graph, tuple(range(1, ear.blocks + 1)), POOLS)

    logmel = np.random.default_rng(0).normal(size=(1, frames, 80)).astype(np.float32)
    given = onnxruntime.InferenceSession(joined.SerializeToString()).run(None, {"logmel": logmel})[0][0]

    states = np.concatenate([block[0] for block in ear.run(logmel)], axis=1)
    assert given == pytest.approx(pooled(states, POOLS), abs=1e-4)
