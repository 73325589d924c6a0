"""Opening a graph and running it, and what its inputs are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

# On systems where ONNX Runtime would report how it is used, it does not.
onnxruntime.disable_telemetry_events()

#: Element types of graph inputs, as feature.json names them.
DTYPES = {"tensor(float)": "float32", "tensor(int32)": "int32", "tensor(int64)": "int64"}


class GraphError(ValueError):
    """A graph is not one that this program can serve; the message says why."""


def session(path: Path) -> onnxruntime.InferenceSession:
    """Open the graph at `path` with one thread and no spinning, so that many sessions share two cores well.

    Raises GraphError where ONNX Runtime refuses it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class.
        raise GraphError(f"{path.name} cannot be opened by ONNX Runtime: {error}") from error


def signature(opened: onnxruntime.InferenceSession) -> dict[str, tuple[list[int], str]]:
    """Return the graph's inputs by name, as `features.contract` states them: shape without the batch, element type."""
    return {taken.name: (list(taken.shape[1:]), DTYPES.get(taken.type, taken.type)) for taken in opened.get_inputs()}


def run(opened: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return (probabilities, embedding) of a batch of windows."""
    probabilities, embedding = opened.run(["probabilities", "embedding"], inputs)
    return probabilities, embedding
