"""The scaling at the beginning of a graph: which value of every input column the network takes for the mean of its train part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime

#: Operators that treat every column on its own.
BY_COLUMN = ("Add", "Sub", "Mul", "Div", "BatchNormalization", "Scaler", "Identity", "Cast")


def neutral(path: Path, name: str, dims: int) -> np.ndarray:
    """Return, for each of the `dims` last columns of the graph's input `name`, the value that its scaling turns into 0.

    Scalings subtract the train part's mean, so it is that mean; 0 where the graph begins without a scaling.
    """
    model = onnx.load(path)
    scaled = _scaled(model.graph, name)
    if scaled == name:
        return np.zeros(dims, np.float32)
    given = next(one for one in model.graph.input if one.name == name)
    wanted = _between(model.graph, name, scaled)
    nodes = [node for node in model.graph.node if node.output[0] in wanted]
    read = {one for node in nodes for one in node.input}
    small = onnx.helper.make_model(
        onnx.helper.make_graph(
            nodes,
            "scaling",
            [given],
            [onnx.helper.make_tensor_value_info(scaled, onnx.TensorProto.FLOAT, None)],
            [one for one in model.graph.initializer if one.name in read],
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )
    session = onnxruntime.InferenceSession(small.SerializeToString(), providers=["CPUExecutionProvider"])
    shape = [1, *(one.dim_value or 1 for one in given.type.tensor_type.shape.dim[1:])]
    at_0, at_1 = (
        session.run([scaled], {name: np.full(shape, value, np.float32)})[0].reshape(-1, dims)[0] for value in (0.0, 1.0)
    )
    slope = at_1 - at_0
    # A column without any deviation is scaled by nothing.
    return np.where(np.abs(slope) > 1e-12, -at_0 / np.where(slope == 0, 1, slope), 0.0).astype(np.float32)


def _steps(graph: onnx.GraphProto, name: str) -> list[tuple[str, str]]:
    """(input, output) of each step from `name` on, as long as columns are treated on their own by constants."""
    constants = {one.name for one in graph.initializer}
    found: list[tuple[str, str]] = []
    here = name
    while True:
        node = next(
            (
                one
                for one in graph.node
                if one.op_type in BY_COLUMN
                and here in one.input
                and all(other == here or other in constants or not other for other in one.input)
            ),
            None,
        )
        if node is None:
            return found
        found.append((here, node.output[0]))
        here = node.output[0]


def _scaled(graph: onnx.GraphProto, name: str) -> str:
    # What comes after the first two steps is a layer's own bias, not the scaling.
    steps = [after for _, after in _steps(graph, name)]
    kinds = {node.output[0]: node.op_type for node in graph.node}
    outputs = {one.name for one in graph.output}
    kept = name
    for after in steps[:2]:
        kept = after
        if kinds[after] in ("BatchNormalization", "Scaler") or after in outputs:
            break
    return kept


def _between(graph: onnx.GraphProto, name: str, scaled: str) -> set[str]:
    found = set()
    for _, after in _steps(graph, name):
        found.add(after)
        if after == scaled:
            break
    return found
