"""Several graphs of one kind as one: the mean of their probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx

from ser_core.serving import GraphError


def mean_of(paths: Sequence[Path]) -> onnx.ModelProto:
    """Return a graph with the inputs of those at `paths`, the mean of their probabilities, and the first one's embedding.

    Raises GraphError where they differ in their inputs, classes or operator sets.
    """
    models = [onnx.load(path) for path in paths]
    contracts = [_contract(model) for model in models]
    for path, contract in zip(paths, contracts, strict=True):
        if contract != contracts[0]:
            raise GraphError(
                f"The graph of {path.parent.name} has other inputs, classes or operators than that of {paths[0].parent.name}."
            )
    whole = onnx.ModelProto()
    whole.CopyFrom(models[0])
    graph = whole.graph
    for field in (graph.node, graph.initializer, graph.value_info):
        del field[:]
    for number, model in enumerate(models):
        prefix = f"member{number}/"
        renamed = onnx.compose.add_prefix(model, prefix, rename_inputs=False)
        graph.node.extend(renamed.graph.node)
        graph.initializer.extend(renamed.graph.initializer)
        graph.value_info.extend(renamed.graph.value_info)
    each = [f"member{number}/probabilities" for number in range(len(models))]
    graph.node.append(onnx.helper.make_node("Mean", each, ["probabilities"], "mean/probabilities"))
    graph.node.append(onnx.helper.make_node("Identity", ["member0/embedding"], ["embedding"], "mean/embedding"))
    onnx.checker.check_model(whole, full_check=True)
    return whole


def _contract(model: onnx.ModelProto) -> tuple[object, ...]:
    """Names, types and shapes of what a graph takes, the number of its classes, and the operator sets that it is written in."""
    inputs = sorted(
        (given.name, given.type.tensor_type.elem_type, tuple(d.dim_value for d in given.type.tensor_type.shape.dim[1:]))
        for given in model.graph.input
    )
    outputs = {output.name: output.type.tensor_type.shape.dim[-1].dim_value for output in model.graph.output}
    operators = sorted((opset.domain, opset.version) for opset in model.opset_import)
    return (*inputs, *operators, outputs.get("probabilities"))
