"""Graphs as exporters leave them, brought to the contract; scikit-learn's classifiers as graphs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from ser_core.features.profile import DEVIATION_NEEDS

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

#: Operator set of graphs made here; the newest that skl2onnx writes and every supported ONNX Runtime reads.
OPSET = 18
#: The logit of a label that no clip of the train part had: a probability of 0 at every temperature.
ABSENT = -1e4
#: What vectors are called once they are scaled by a voice profile.
BY_VOICE = "by_voice"


@dataclass(frozen=True, eq=False)
class Placed:
    """Which column each of a classifier's classes has among the labels; labels that it never saw are given no probability.

    places: classes × labels, 1 where they are the same. absent: a value a label, ABSENT for those without a class, else 0.
    """

    places: np.ndarray
    absent: np.ndarray

    @classmethod
    def of(cls, classes: Sequence[str], labels: Sequence[str]) -> Placed:
        """Return the columns of `classes` among `labels`; every class is a label."""
        places = np.array([[float(name == label) for label in labels] for name in classes])
        return cls(places, np.where(places.any(axis=0), 0.0, ABSENT))

    def logits(self, scores: np.ndarray) -> np.ndarray:
        """Return decision values as logits, a column a label: of two classes there is one value, for the second."""
        columns = np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores
        placed: np.ndarray = columns @ self.places + self.absent
        return placed


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


def from_scikit_learn(
    fitted: Pipeline,
    dims: int,
    temperature: float,
    input_name: str,
    placed: Placed,
    train: tuple[np.ndarray, np.ndarray] | None = None,
) -> onnx.ModelProto:
    """Return a fitted (scaling, classifier) pipeline as a graph: `probabilities` and, as `embedding`, the scaled vector.

    The classifier's scores (decision values, one a class in the order of `classes_`) are put into the labels' columns as
    `placed` says, divided by `temperature` and given to a softmax. train: mean and deviation of the train part, where vectors are
    first scaled by a voice profile (`features.profile.blended`), which is then an input too.
    """
    # Imported here: a prediction does not wait for the converter and scikit-learn.
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    scaling, classifier = fitted.named_steps["scaling"], fitted.named_steps["classifier"]
    # A linear support vector machine's converter makes no map of its scores, and refuses to be told so.
    unmapped = {} if type(classifier).__name__ == "LinearSVC" else {"zipmap": False}
    options = {id(classifier): {**unmapped, "raw_scores": True}}
    # The converter refuses a name that no Python variable could have.
    first = BY_VOICE if train is not None else input_name
    shape = [(first, FloatTensorType([None, dims]))]
    with warnings.catch_warnings():
        # The converter asks for attributes that scikit-learn is about to drop; a reader can do nothing about it.
        warnings.simplefilter("ignore", FutureWarning)
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
    constants = {"places": placed.places, "absent": placed.absent, "temperature": np.array(temperature)}
    for name, values in constants.items():
        graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float32), name))
    scaled_name, scores_name = f"scaling_{scaled.graph.output[0].name}", f"classifier_{scores.graph.output[1].name}"
    graph.node.extend(
        [
            onnx.helper.make_node("MatMul", [scores_name, "places"], ["in_their_columns"]),
            onnx.helper.make_node("Add", ["in_their_columns", "absent"], ["logits"]),
            onnx.helper.make_node("Div", ["logits", "temperature"], ["calibrated"]),
            onnx.helper.make_node("Softmax", ["calibrated"], ["probabilities"], axis=-1),
            onnx.helper.make_node("Identity", [scaled_name], ["embedding"]),
        ]
    )
    if train is not None:
        _scale_by_voice(graph, input_name, dims, *train)
    del graph.output[:]
    for name, width in (("probabilities", placed.places.shape[1]), ("embedding", dims)):
        graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, width]))
    onnx.checker.check_model(joined)
    return joined


def _scale_by_voice(graph: onnx.GraphProto, name: str, dims: int, mean: np.ndarray, deviation: np.ndarray) -> None:
    """Put what `features.profile.blended` does in front of a graph whose input is BY_VOICE."""
    constants = {
        "voice/mean": mean,
        "voice/deviation": deviation,
        "voice/needs": np.array(DEVIATION_NEEDS),
        "voice/less": np.array(DEVIATION_NEEDS - 1.0),
        "voice/one": np.array(1.0),
    }
    for constant, values in constants.items():
        graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values, np.float32), constant))
    places = {"voice/axis": np.array([1]), "voice/at0": np.array(0), "voice/at1": np.array(1)}
    for constant, values in places.items():
        graph.initializer.append(onnx.numpy_helper.from_array(values, constant))
    nodes: list[onnx.NodeProto] = []

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(onnx.helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def between(own: str, trained: str, share: str, output: str) -> str:
        rest = node("Sub", ["voice/one", share], f"{output}/rest")
        taken = node("Mul", [own, share], f"{output}/own"), node("Mul", [trained, rest], f"{output}/trained")
        return node("Add", list(taken), output)

    share = node("Unsqueeze", ["profile_weight", "voice/axis"], "voice/share")
    wide = node("Sub", ["voice/needs", node("Mul", [share, "voice/less"], "voice/missing")], "voice/left")
    wide = node("Div", [share, wide], "voice/wide")
    own_mean = node("Gather", ["profile", "voice/at0"], "voice/own-mean", axis=1)
    own_deviation = node("Gather", ["profile", "voice/at1"], "voice/own-deviation", axis=1)
    centre = between(own_mean, "voice/mean", share, "voice/centre")
    spread = between(own_deviation, "voice/deviation", wide, "voice/spread")
    node("Div", [node("Sub", [name, centre], "voice/centred"), spread], BY_VOICE)
    before = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *before])
    del graph.input[:]
    for given, shape in ((name, [dims]), ("profile", [2, dims]), ("profile_weight", [])):
        graph.input.append(onnx.helper.make_tensor_value_info(given, onnx.TensorProto.FLOAT, [None, *shape]))
