"""A new head on a graph's embedding: the same inputs and the same embedding, other classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx

from ser_core.serving import GraphError

#: What the nodes and tensors of a head are called in the graph.
PREFIX = "head"


@dataclass(frozen=True, eq=False)
class Head:
    """A scaling and a linear classifier on an embedding of `dims` values.

    mean, deviation: dims; weights: dims × classes; bias: classes; temperature divides the scores before the softmax.
    """

    mean: np.ndarray = field(repr=False)
    deviation: np.ndarray = field(repr=False)
    weights: np.ndarray = field(repr=False)
    bias: np.ndarray = field(repr=False)
    temperature: float = 1.0

    def scores(self, embedding: np.ndarray) -> np.ndarray:
        """Return the scores (rows × classes) of embeddings (rows × dims), before temperature and softmax."""
        scores: np.ndarray = ((embedding - self.mean) / self.deviation) @ self.weights + self.bias
        return scores


def with_head(path: Path, head: Head) -> onnx.ModelProto:
    """Return the graph at `path` with `head` on its `embedding` as its `probabilities`.

    Inputs, `embedding`, operator set and IR version stay; what only the old probabilities needed is left out. Raises
    GraphError for a graph without these two outputs, or an embedding of another width than the head's.
    """
    model = onnx.load(path)
    graph = model.graph
    outputs = {output.name: output for output in graph.output}
    if set(outputs) != {"probabilities", "embedding"}:
        raise GraphError(f"{path.name} has the outputs {', '.join(outputs)}; a head needs probabilities and embedding.")
    dims = outputs["embedding"].type.tensor_type.shape.dim[-1].dim_value
    if dims != len(head.mean):
        raise GraphError(f"The embedding of {path.name} has {dims} values, the head reads {len(head.mean)}.")
    _keep_what_leads_to(graph, "embedding")
    prefix = _free(PREFIX, graph)
    constants = {
        "mean": head.mean,
        "deviation": head.deviation,
        "weights": head.weights,
        "bias": head.bias,
        "temperature": np.array(head.temperature),
    }
    for name, values in constants.items():
        graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values, np.float32), f"{prefix}/{name}"))
    steps = [
        ("Sub", "embedding", "mean", "centred"),
        ("Div", "centred", "deviation", "scaled"),
        ("MatMul", "scaled", "weights", "weighed"),
        ("Add", "weighed", "bias", "scores"),
        ("Div", "scores", "temperature", "calibrated"),
    ]
    for kind, before, constant, after in steps:
        first = before if before == "embedding" else f"{prefix}/{before}"
        graph.node.append(
            onnx.helper.make_node(kind, [first, f"{prefix}/{constant}"], [f"{prefix}/{after}"], f"{prefix}/{after}")
        )
    graph.node.append(
        onnx.helper.make_node("Softmax", [f"{prefix}/calibrated"], ["probabilities"], f"{prefix}/softmax", axis=-1)
    )
    _state_outputs(graph, outputs, len(head.bias))
    onnx.checker.check_model(model, full_check=True)
    return model


def _keep_what_leads_to(graph: onnx.GraphProto, output: str) -> None:
    """Remove the nodes, constants and shapes that `output` does not need; the inputs stay."""
    needed, kept = {output}, []
    # Nodes are sorted: whatever a node reads was made before it.
    for node in reversed(graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed.update(_reads(node))
    nodes = list(reversed(kept))
    del graph.node[:]
    graph.node.extend(nodes)
    _keep(graph.initializer, needed)
    _keep(graph.value_info, needed | {name for node in nodes for name in node.output})


def _reads(node: onnx.NodeProto) -> set[str]:
    """Every tensor that a node reads, inside the bodies of loops and branches too."""
    names = set(node.input)
    for attribute in node.attribute:
        bodies = [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else list(attribute.graphs)
        for body in bodies:
            for inner in body.node:
                names |= _reads(inner)
    return names


def _keep(entries: object, names: Iterable[str]) -> None:
    wanted = set(names)
    kept = [entry for entry in entries if entry.name in wanted]  # type: ignore[attr-defined]
    del entries[:]  # type: ignore[attr-defined]
    entries.extend(kept)  # type: ignore[attr-defined]


def _free(prefix: str, graph: onnx.GraphProto) -> str:
    """`prefix`, or with a number behind it where the graph has a head already."""
    taken = {name.split("/")[0] for node in graph.node for name in (node.name, *node.input, *node.output)}
    number, free = 1, prefix
    while free in taken:
        number += 1
        free = f"{prefix}{number}"
    return free


def _state_outputs(graph: onnx.GraphProto, before: dict[str, onnx.ValueInfoProto], classes: int) -> None:
    probabilities = onnx.ValueInfoProto()
    probabilities.CopyFrom(before["probabilities"])
    probabilities.type.tensor_type.shape.dim[-1].dim_value = classes
    embedding = onnx.ValueInfoProto()
    embedding.CopyFrom(before["embedding"])
    del graph.output[:]
    graph.output.extend([probabilities, embedding])
