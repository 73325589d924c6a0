"""ONNX graphs without Keras: opened and run, brought to the contract, made of classifiers, given a new head, averaged."""

from ser_core.graphs.exported import OPSET, Placed, from_scikit_learn, rename_outputs
from ser_core.graphs.head import Head, with_head
from ser_core.graphs.mean import mean_of
from ser_core.serving import DTYPES, GraphError, run, session, signature

__all__ = [
    "DTYPES",
    "OPSET",
    "GraphError",
    "Head",
    "Placed",
    "from_scikit_learn",
    "mean_of",
    "rename_outputs",
    "run",
    "session",
    "signature",
    "with_head",
]
