"""How numbers are said, the same on every page. Imports nothing heavy: the home page needs it."""

from __future__ import annotations

from typing import Any


def percent(share: float) -> str:
    """71 %"""
    return f"{100 * share:.0f} %"


def seconds(value: float) -> str:
    """2.5 s"""
    return f"{value:.1f} s" if value < 60 else f"{int(value // 60)} min {value % 60:.0f} s"


def about(seconds: float) -> str:
    """A duration as a rough word: about 40 s, about 12 min, about 3 h."""
    if seconds < 100:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def span(of: dict[str, Any]) -> str:
    """69 % to 82 %"""
    return f"{percent(of['low'])} to {percent(of['high'])}"


def megabytes(size: int) -> str:
    """0.9 MB"""
    return f"{size / 1e6:.1f} MB"


def score(metrics: dict[str, Any]) -> str:
    """A run's accuracy with its interval and where it was measured; validation only where there is no test part."""
    part = "test" if "test" in metrics else "validation"
    if part not in metrics:
        return "not measured"
    scores = metrics[part]
    speakers = f"{scores['speakers']} speakers"
    return f"{percent(scores['accuracy'])} ({span(scores['intervals']['accuracy'])}) on {scores['n']} clips of {speakers} of the {part} part"
