"""How a score is written in the tables of docs/results.md."""

from __future__ import annotations

from typing import Any


def with_interval(scores: dict[str, Any], name: str) -> str:
    """Return a score with its interval, and of several trainings their deviation."""
    span = scores["intervals"][name]
    spread = f" ± {scores['deviation'][name]:.3f}" if "deviation" in scores else ""
    return f"**{scores[name]:.3f}**{spread} ({span['low']:.2f} to {span['high']:.2f})"
