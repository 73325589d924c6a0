"""A graph held against what it was made of, before a run with it is called done."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ser_core import graphs
from ser_core.graphs import parity


def checked(path: Path, real: dict[str, np.ndarray], expected: np.ndarray) -> float:
    """Return the largest difference of the graph's probabilities from `expected`. Raises RunError above `parity.PARITY`."""
    probabilities, _ = graphs.run(graphs.session(path), real)
    return parity.checked(float(np.abs(probabilities - expected).max()), "model.onnx", "its origin")
