"""A graph held against what it was made of, before a run with it is called done."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ser_core import graphs
from ser_core.runs import RunError

#: Largest difference between Keras' and ONNX Runtime's probabilities that an export may show.
PARITY = 1e-4


def checked(path: Path, real: dict[str, np.ndarray], expected: np.ndarray) -> float:
    """Return the largest difference of the graph's probabilities from `expected`. Raises RunError above PARITY."""
    probabilities, _ = graphs.run(graphs.session(path), real)
    difference = float(np.abs(probabilities - expected).max())
    if difference > PARITY:
        raise RunError(
            f"model.onnx differs from its origin by {difference:.1e} in a probability (allowed: {PARITY:.0e})."
        )
    return difference
