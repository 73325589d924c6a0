"""A run's graph behind the encoder that its features come from, as one graph: log-mel in, probabilities out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ser_core.features.sources.base import PERCENTILES, POOLS
from ser_core.serving import GraphError

#: What the encoder's nodes and tensors are called in it.
PREFIX = "encoder/"
#: And those of the pools over time.
_AT = f"{PREFIX}pooled/"


def behind_encoder(model: Path, encoder: Path, blocks: tuple[int, ...], pools: tuple[str, ...]) -> onnx.ModelProto:
    """Return the graph at `model`, fed with the pooled hidden states of these blocks, behind the one at `encoder`.

    Its first input becomes `logmel` (batch × frames × bands); its others, such as a voice profile, stay. Raises GraphError for frames
    and for pools that are neither mean, deviation nor percentiles.
    """
    if not pools or not set(pools) <= set(POOLS):
        raise GraphError(
            "Only a model that is fed with means, deviations or percentiles of hidden states can be joined with its encoder."
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
    nodes, fed = _pooled([f"{PREFIX}block{block}" for block in blocks], pools, vector)
    graph.initializer.extend(fed)
    graph.node.extend([*ear.graph.node, *nodes])
    graph.node.extend(head.graph.node)
    versions = {opset.domain: opset.version for opset in (*head.opset_import, *ear.opset_import)}
    del joined.opset_import[:]
    joined.opset_import.extend(helper.make_opsetid(domain, version) for domain, version in versions.items())
    joined.ir_version = max(head.ir_version, ear.ir_version)
    onnx.checker.check_model(joined)
    return joined


def _pooled(
    blocks: list[str], pools: tuple[str, ...], vector: str
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """The blocks' pools over time, one beside the other, as `features.sources.encoder` makes them: nodes and what they are fed with."""
    nodes = [helper.make_node("Concat", blocks, [f"{_AT}frames"], axis=2)]
    fed = [numpy_helper.from_array(np.array([1]), f"{_AT}one")]
    if {"mean", "std"} & set(pools):
        nodes += _mean_and_deviation()
    if percentiles := [pool for pool in pools if pool in PERCENTILES]:
        nodes += _sorted()
        for pool in percentiles:
            share = numpy_helper.from_array(np.array([PERCENTILES[pool] / 100.0], np.float32), f"{_AT}{pool}-share")
            fed.append(share)
            nodes += _percentile(pool)
    nodes.append(helper.make_node("Concat", [f"{_AT}{pool}" for pool in pools], [f"{_AT}vector"], axis=1))
    # Half precision ends in the encoder; what the model reads is single.
    return [*nodes, helper.make_node("Cast", [f"{_AT}vector"], [vector], to=TensorProto.FLOAT)], fed


def _mean_and_deviation() -> list[onnx.NodeProto]:
    return [
        helper.make_node("ReduceMean", [f"{_AT}frames", f"{_AT}one"], [f"{_AT}centre"], keepdims=1),
        helper.make_node("ReduceMean", [f"{_AT}frames", f"{_AT}one"], [f"{_AT}mean"], keepdims=0),
        helper.make_node("Sub", [f"{_AT}frames", f"{_AT}centre"], [f"{_AT}beside"]),
        helper.make_node("Mul", [f"{_AT}beside", f"{_AT}beside"], [f"{_AT}squares"]),
        helper.make_node("ReduceMean", [f"{_AT}squares", f"{_AT}one"], [f"{_AT}variance"], keepdims=0),
        helper.make_node("Sqrt", [f"{_AT}variance"], [f"{_AT}std"]),
    ]


def _sorted() -> list[onnx.NodeProto]:
    """Every value's frames in rising order, and the place of the last one."""
    return [
        helper.make_node("Shape", [f"{_AT}frames"], [f"{_AT}n"], start=1, end=2),
        helper.make_node("TopK", [f"{_AT}frames", f"{_AT}n"], [f"{_AT}sorted", f"{_AT}order"], axis=1, largest=0),
        helper.make_node("Sub", [f"{_AT}n", f"{_AT}one"], [f"{_AT}last"]),
        helper.make_node("Cast", [f"{_AT}last"], [f"{_AT}last-float"], to=TensorProto.FLOAT),
    ]


def _percentile(pool: str) -> list[onnx.NodeProto]:
    """One percentile, between the two nearest frames, as NumPy takes it."""
    at = f"{_AT}{pool}"
    return [
        helper.make_node("Mul", [f"{at}-share", f"{_AT}last-float"], [f"{at}-place"]),
        helper.make_node("Floor", [f"{at}-place"], [f"{at}-whole"]),
        helper.make_node("Sub", [f"{at}-place", f"{at}-whole"], [f"{at}-rest"]),
        helper.make_node("Cast", [f"{at}-whole"], [f"{at}-below"], to=TensorProto.INT64),
        helper.make_node("Add", [f"{at}-below", f"{_AT}one"], [f"{at}-next"]),
        helper.make_node("Min", [f"{at}-next", f"{_AT}last"], [f"{at}-above"]),
        helper.make_node("Gather", [f"{_AT}sorted", f"{at}-below"], [f"{at}-low"], axis=1),
        helper.make_node("Gather", [f"{_AT}sorted", f"{at}-above"], [f"{at}-high"], axis=1),
        helper.make_node("Sub", [f"{at}-high", f"{at}-low"], [f"{at}-gap"]),
        helper.make_node("Mul", [f"{at}-gap", f"{at}-rest"], [f"{at}-part"]),
        helper.make_node("Add", [f"{at}-low", f"{at}-part"], [f"{at}-frame"]),
        helper.make_node("Squeeze", [f"{at}-frame", f"{_AT}one"], [at]),
    ]
