"""A run's graph behind the encoder that its features come from, as one graph: log-mel in, probabilities out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ser_core.serving import GraphError

#: What the encoder's nodes and tensors are called in it.
PREFIX = "encoder/"


def behind_encoder(model: Path, encoder: Path, blocks: tuple[int, ...], pools: tuple[str, ...]) -> onnx.ModelProto:
    """Return the graph at `model`, fed with the pooled hidden states of these blocks, behind the one at `encoder`.

    Its first input becomes `logmel` (batch × frames × bands); its others, such as a voice profile, stay. Raises GraphError for frames
    and for pools that are not mean and deviation.
    """
    if not pools or not set(pools) <= {"mean", "std"}:
        raise GraphError(
            "Only a model that is fed with means and deviations of hidden states can be joined with its encoder."
        )
    head, ear = onnx.load(model), onnx.compose.add_prefix(onnx.load(encoder), PREFIX, rename_inputs=False)
    vector = head.graph.input[0].name
    joined = onnx.ModelProto()
    joined.CopyFrom(head)
    graph = joined.graph
    for field in (graph.node, graph.initializer, graph.input, graph.value_info):
        del field[:]
    graph.input.extend([ear.graph.input[0], *head.graph.input[1:]])
    graph.initializer.extend([*ear.graph.initializer, *head.graph.initializer])
    graph.initializer.append(numpy_helper.from_array(np.array([1]), f"{PREFIX}time"))
    graph.node.extend(ear.graph.node)
    graph.node.extend(_pooled([f"{PREFIX}block{block}" for block in blocks], pools, vector))
    graph.node.extend(head.graph.node)
    versions = {opset.domain: opset.version for opset in (*head.opset_import, *ear.opset_import)}
    del joined.opset_import[:]
    joined.opset_import.extend(helper.make_opsetid(domain, version) for domain, version in versions.items())
    joined.ir_version = max(head.ir_version, ear.ir_version)
    onnx.checker.check_model(joined)
    return joined


def _pooled(blocks: list[str], pools: tuple[str, ...], vector: str) -> list[onnx.NodeProto]:
    """Means and deviations over time of the blocks, one beside the other, as `features.sources.encoder` pools them."""
    at, time = f"{PREFIX}pooled/", f"{PREFIX}time"
    nodes = [
        helper.make_node("Concat", blocks, [f"{at}frames"], axis=2),
        helper.make_node("ReduceMean", [f"{at}frames", time], [f"{at}centre"], keepdims=1),
        helper.make_node("ReduceMean", [f"{at}frames", time], [f"{at}mean"], keepdims=0),
        helper.make_node("Sub", [f"{at}frames", f"{at}centre"], [f"{at}beside"]),
        helper.make_node("Mul", [f"{at}beside", f"{at}beside"], [f"{at}squares"]),
        helper.make_node("ReduceMean", [f"{at}squares", time], [f"{at}variance"], keepdims=0),
        helper.make_node("Sqrt", [f"{at}variance"], [f"{at}std"]),
        helper.make_node("Concat", [f"{at}{pool}" for pool in pools], [f"{at}vector"], axis=1),
    ]
    # Half precision ends in the encoder; what the model reads is single.
    return [*nodes, helper.make_node("Cast", [f"{at}vector"], [vector], to=TensorProto.FLOAT)]
