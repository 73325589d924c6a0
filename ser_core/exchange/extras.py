"""Packages that are installed only where somebody wants them."""

from __future__ import annotations

import importlib.util
import sys

from ser_core.runs import RunError


def needed(package: str, extra: str) -> None:
    """Raise RunError, in a sentence that says how to get it, where the optional package cannot be imported."""
    try:
        there = package in sys.modules or importlib.util.find_spec(package) is not None
    except ValueError:
        there = False
    if not there or sys.modules.get(package, sys) is None:
        raise RunError(
            f"The package {package} is not installed here; in this project's folder, pip install '.[{extra}]' brings it "
            f"(the extra {extra} of ser-core, docs/sharing.md)."
        )
