"""ONNX graphs without Keras: opened and run, brought to the contract, made of classifiers, given a new head, averaged."""

from ser_core.confined import Session as ConfinedSession
from ser_core.graphs.exported import OPSET, Placed, from_scikit_learn, rename_outputs
from ser_core.graphs.head import Head, with_head
from ser_core.graphs.joined import behind_encoder
from ser_core.graphs.mean import mean_of
from ser_core.serving import DTYPES, GraphError, run, session, signature

__all__ = [
    "DTYPES",
    "OPSET",
    "ConfinedSession",
    "GraphError",
    "Head",
    "Placed",
    "behind_encoder",
    "from_scikit_learn",
    "mean_of",
    "rename_outputs",
    "run",
    "session",
    "signature",
    "with_head",
]
