"""Paired timing: what is compared runs in turn, so that a busy machine slows both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def median_milliseconds(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run every piece of work once to warm up, then in turn `rounds` times; return each one's median in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if turn:
                times[name].append(1000.0 * (time.perf_counter() - start))
    return {name: statistics.median(ms) for name, ms in times.items()}
