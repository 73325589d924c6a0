"""How far two forms of one model may lie apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ser_core import serving
from ser_core.runs import RunError

#: Largest difference of a probability between a graph and what it was made of, or what its run says.
PARITY = 1e-4


def checked(difference: float, graph: str, origin: str) -> float:
    """Return the difference. Raises RunError, which names the two, where it is larger than PARITY."""
    if not difference <= PARITY:
        raise RunError(f"{graph} differs from {origin} by {difference:.1e} in a probability (allowed: {PARITY:.0e}).")
    return difference


def of_graph(path: Path, real: dict[str, np.ndarray], expected: np.ndarray) -> float:
    """Return the largest difference of the graph's probabilities on a batch of windows from `expected`; raises as `checked`."""
    probabilities, _ = serving.run(serving.session(path), real)
    return checked(float(np.abs(probabilities - expected).max()), "model.onnx", "its origin")
