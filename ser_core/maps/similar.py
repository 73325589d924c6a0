"""Which clips are most like one."""

from __future__ import annotations

import numpy as np

from ser_core.maps.projection import standardised


def nearest(values: np.ndarray, query: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of `values` (clips × dims) that are most like `query` (dims), best first, and their cosines.

    The cosine of two vectors after every dimension was scaled to mean 0 and deviation 1 over `values`: 1 = the same direction
    from the average clip, 0 = nothing in common, -1 = the opposite.
    """
    scaled = standardised(values)
    wanted = standardised(np.asarray(query)[None], values)[0]
    lengths = np.linalg.norm(scaled, axis=1) * np.linalg.norm(wanted)
    cosines = np.divide(scaled @ wanted, lengths, out=np.zeros(len(scaled)), where=lengths > 0)
    best = np.argsort(-cosines, kind="stable")[:n]
    return best, cosines[best]
