"""Whether a stranger's model.onnx may be opened: it is one file, its operators are ONNX's own, its inputs are as stated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx

from ser_core import audio, graphs, predictor, settings
from ser_core.features.contract import Contract, ContractError
from ser_core.runs import Run, RunError

#: Operator sets that ONNX Runtime brings along: ONNX's own, and its set for classical learners.
DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
#: The voice of which it is asked, too.
VOICE = "voice-british.flac"


def check(run: Run) -> None:
    """Raise RunError where the run's model.onnx is none that this program serves, or feature.json asks for what it cannot make.

    Refused before it is opened: data in other files, operators of one's own. Then ONNX Runtime opens it in a
    process of its own (`confined`), its inputs are held against feature.json, and it answers one window of zeros.
    """
    _plain(run.model_path())
    contract = run.contract
    absent = next(
        (given.source.missing for given in contract.inputs if given.source.looks and given.source.missing), ""
    )
    if absent:
        raise RunError(absent)
    with _opened(run) as opened:
        try:
            contract.check(graphs.signature(opened))
        except ContractError as error:
            raise RunError(str(error)) from error
        if not {"probabilities", "embedding"} <= {output.name for output in opened.get_outputs()}:
            raise RunError("model.onnx has no outputs 'probabilities' and 'embedding'.")
        _answers(contract, opened)


def hears(run: Run) -> None:
    """Give an imported run's model a voice: a graph may answer zeros and nothing else. Raises RunError where it fails."""
    if run.contract.normalise != "train":
        # It judges no clip without a profile of its speaker.
        return
    try:
        judge = predictor.Predictor(run)
        with contextlib.closing(judge.session):
            judge.predict(audio.decode(settings.ARTIFACTS / "samples" / VOICE))
    except graphs.GraphError as error:
        raise RunError(str(error)) from error


def _plain(path: Path) -> None:
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's errors share no base class with ONNX's.
        raise RunError(f"model.onnx is no ONNX file: {error}") from error
    strange = {opset.domain for opset in model.opset_import} | {node.domain for node in _nodes(model.graph)}
    strange -= set(DOMAINS)
    if strange or model.functions:
        named = ", ".join(sorted(strange)) or "functions of its own"
        raise RunError(f"model.onnx uses operators that are not ONNX's own ({named}); it is not opened.")
    for tensor in _tensors(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise RunError("model.onnx keeps data in another file; it is not opened.")


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.initializer:
                    yield from _graphs(inner)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for part in _graphs(graph):
        yield from part.node


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    for part in _graphs(graph):
        yield from part.initializer
        for sparse in part.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for node in part.node:
            for attribute in node.attribute:
                yield from (attribute.t, *attribute.tensors)


@contextlib.contextmanager
def _opened(run: Run) -> Iterator[graphs.ConfinedSession]:
    try:
        opened = graphs.ConfinedSession(run.model_path())
    except graphs.GraphError as error:
        raise RunError(str(error)) from error
    with contextlib.closing(opened):
        yield opened


def _answers(contract: Contract, opened: graphs.ConfinedSession) -> None:
    feeds = {name: np.zeros((1, *shape), dtype) for name, (shape, dtype) in contract.signature.items()}
    if "n_frames" in feeds:
        feeds["n_frames"] += contract.inputs[0].frames
    try:
        (probabilities,) = opened.run(["probabilities"], feeds)
    except graphs.GraphError as error:
        raise RunError(str(error)) from error
    if why := predictor.not_probabilities(probabilities, (1, len(contract.labels))):
        raise RunError(f"model.onnx gives {why}.")
