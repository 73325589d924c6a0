"""Graphs as exporters leave them, brought to the contract; scikit-learn's classifiers as graphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

#: Operator set of graphs made here; the newest that skl2onnx writes and every supported ONNX Runtime reads.
OPSET = 18


def rename_outputs(path: Path, names: list[str]) -> None:
    """Give the graph's outputs these names, in order. Exporters number them; the contract names them."""
    model = onnx.load(path)
    renamed = dict(zip((output.name for output in model.graph.output), names, strict=True))
    for node in model.graph.node:
        node.output[:] = [renamed.get(name, name) for name in node.output]
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for output in model.graph.output:
        output.name = renamed[output.name]
    onnx.checker.check_model(model)
    onnx.save(model, path)


def from_scikit_learn(fitted: Pipeline, dims: int, temperature: float, input_name: str) -> onnx.ModelProto:
    """Return a fitted (scaling, classifier) pipeline as a graph: `probabilities` and, as `embedding`, the scaled vector.

    The classifier's scores (decision values, one a class in the order of `classes_`) are divided by `temperature` and
    given to a softmax.
    """
    # Imported here: a prediction does not wait for the converter and scikit-learn.
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    scaling, classifier = fitted.named_steps["scaling"], fitted.named_steps["classifier"]
    options = {id(classifier): {"zipmap": False, "raw_scores": True}}
    shape = [(input_name, FloatTensorType([None, dims]))]
    scaled = to_onnx(scaling, initial_types=shape, target_opset=OPSET)
    scores = to_onnx(
        classifier, initial_types=[("scaled", FloatTensorType([None, dims]))], options=options, target_opset=OPSET
    )
    joined = onnx.compose.merge_models(
        onnx.compose.add_prefix(scaled, "scaling_", rename_inputs=False),
        onnx.compose.add_prefix(scores, "classifier_"),
        io_map=[(f"scaling_{scaled.graph.output[0].name}", "classifier_scaled")],
    )
    graph = joined.graph
    graph.initializer.append(onnx.numpy_helper.from_array(np.array(temperature, np.float32), "temperature"))
    graph.node.extend(
        [
            onnx.helper.make_node("Div", [f"classifier_{scores.graph.output[1].name}", "temperature"], ["calibrated"]),
            onnx.helper.make_node("Softmax", ["calibrated"], ["probabilities"], axis=-1),
            onnx.helper.make_node("Identity", [f"scaling_{scaled.graph.output[0].name}"], ["embedding"]),
        ]
    )
    del graph.output[:]
    for name, width in (("probabilities", len(classifier.classes_)), ("embedding", dims)):
        graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, width]))
    onnx.checker.check_model(joined)
    return joined
