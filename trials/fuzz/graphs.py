"""Graphs as somebody may write them with onnx.helper: whole models of a run's inputs and outputs, of nodes that were drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

#: Operators of one input that keep its shape, or that make no number of some.
PLAIN = ("Identity", "Relu", "Neg", "Sqrt", "Log", "Exp", "Reciprocal", "Erf", "Floor", "IsNaN", "Size", "Shape", "Not")
#: Lengths, repetitions and places at the edges.
EDGES = (-(2**63), -1, 0, 1, 2, 6, 7, 1_000, 2**31, 2**62)


@st.composite
def written(draw: st.DrawFn, given: Sequence[onnx.ValueInfoProto], labels: int) -> bytes:
    """Return a model that takes what a run's does and answers something: nodes in a chain, types and shapes that may not fit."""
    nodes, values = [], {}
    at = draw(st.sampled_from([info.name for info in given]))
    for number in range(draw(st.integers(0, 6))):
        made = f"v{number}"
        kind = draw(
            st.sampled_from([*PLAIN, "Reshape", "Expand", "Tile", "Gather", "Cast", "Concat", "Loop", "If", "Random"])
        )
        edge = draw(st.sampled_from(EDGES))
        if kind in ("Reshape", "Expand", "Tile", "Gather"):
            values[f"n{number}"] = np.array([edge] * draw(st.integers(1, 3)), np.int64)
            nodes.append(helper.make_node(kind, [at, f"n{number}"], [made]))
        elif kind == "Cast":
            nodes.append(helper.make_node(kind, [at], [made], to=draw(st.integers(0, 20))))
        elif kind == "Concat":
            nodes.append(helper.make_node(kind, [at, at], [made], axis=draw(st.integers(-3, 3))))
        elif kind == "Loop":
            values |= {f"n{number}": np.array(edge, np.int64), f"y{number}": np.array(True)}
            nodes.append(helper.make_node(kind, [f"n{number}", f"y{number}", at], [made], body=_body()))
        elif kind == "If":
            values[f"y{number}"] = np.array(draw(st.booleans()))
            branch = helper.make_graph([], "branch", [], [helper.make_tensor_value_info(at, TensorProto.FLOAT, None)])
            nodes.append(helper.make_node(kind, [f"y{number}"], [made], then_branch=branch, else_branch=branch))
        elif kind == "Random":
            nodes.append(helper.make_node("RandomNormal", [], [made], shape=[max(0, min(edge, 2**40)), 2]))
        else:
            nodes.append(helper.make_node(kind, [at], [made]))
        at = made
    answered = draw(st.sampled_from([labels, 1, 0, labels + 1, 10_000]))
    values |= {"row": np.full((1, answered), draw(st.sampled_from([1.0, 0.0, -4.0, np.nan, np.inf])), np.float32)}
    values |= {"all": np.array([-1], np.int64), "nothing": np.float32(0)}
    nodes += [
        helper.make_node("Reshape", [at, "all"], ["flat"]),
        helper.make_node("ReduceMax", ["flat"], ["loud"], keepdims=0),
        helper.make_node("Mul", ["loud", "nothing"], ["quiet"]),
        helper.make_node("Add", ["row", "quiet"], ["embedding"]),
        helper.make_node(draw(st.sampled_from(["Softmax", "Identity"])), ["embedding"], ["probabilities"]),
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("probabilities", "embedding")]
    initial = [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "written", list(given), outputs, initial),
        opset_imports=[helper.make_opsetid("", draw(st.sampled_from([17] * 8 + [1, 99])))],
    )
    model.ir_version = 8
    return bytes(model.SerializeToString())


def _body() -> onnx.GraphProto:
    steps = [helper.make_node("Add", ["x", "x"], ["x2"]), helper.make_node("Identity", ["go"], ["going"])]
    taken = [
        helper.make_tensor_value_info("i", TensorProto.INT64, []),
        helper.make_tensor_value_info("go", TensorProto.BOOL, []),
        helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
    ]
    given = [
        helper.make_tensor_value_info("going", TensorProto.BOOL, []),
        helper.make_tensor_value_info("x2", TensorProto.FLOAT, None),
    ]
    return helper.make_graph(steps, "body", taken, given)
