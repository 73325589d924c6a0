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
    given = next(taken for taken in model.graph.input if taken.name == name)
    wanted = _between(model.graph, name, scaled)
    nodes = [node for node in model.graph.node if node.output[0] in wanted]
    read = {tensor for node in nodes for tensor in node.input}
    small = onnx.helper.make_model(
        onnx.helper.make_graph(
            nodes,
            "scaling",
            [given],
            [onnx.helper.make_tensor_value_info(scaled, onnx.TensorProto.FLOAT, None)],
            [constant for constant in model.graph.initializer if constant.name in read],
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )
    session = onnxruntime.InferenceSession(small.SerializeToString(), providers=["CPUExecutionProvider"])
    shape = [1, *(size.dim_value or 1 for size in given.type.tensor_type.shape.dim[1:])]
    at_0, at_1 = (
        session.run([scaled], {name: np.full(shape, value, np.float32)})[0].reshape(-1, dims)[0] for value in (0.0, 1.0)
    )
    slope = at_1 - at_0
    # A column without any deviation is scaled by nothing.
    return np.where(np.abs(slope) > 1e-12, -at_0 / np.where(slope == 0, 1, slope), 0.0).astype(np.float32)


def _steps(graph: onnx.GraphProto, name: str) -> list[str]:
    """What each step from `name` on gives, as long as columns are treated on their own by constants."""
    constants = {constant.name for constant in graph.initializer} | {""}
    steps = [name]
    for node in graph.node:
        if node.op_type in BY_COLUMN and set(node.input) - constants == {steps[-1]}:
            steps.append(node.output[0])
    return steps[1:]


def _scaled(graph: onnx.GraphProto, name: str) -> str:
    kinds = {node.output[0]: node.op_type for node in graph.node}
    outputs = {output.name for output in graph.output}
    scaled = name
    # What comes after the first two steps is a layer's own bias, not the scaling.
    for scaled in _steps(graph, name)[:2]:
        if kinds[scaled] in ("BatchNormalization", "Scaler") or scaled in outputs:
            break
    return scaled


def _between(graph: onnx.GraphProto, name: str, scaled: str) -> set[str]:
    steps = _steps(graph, name)
    return set(steps[: steps.index(scaled) + 1])
