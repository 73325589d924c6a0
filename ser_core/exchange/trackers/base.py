"""What every tracker can be told of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

Value = str | int | float | bool


class Tracker(Protocol):
    """One run as a tracker keeps it; a fault of the tracker is raised as whatever its library raises."""

    @property
    def place(self) -> str:
        """Where it lies, and how it is looked at: for the reader."""

    def parameters(self, values: Mapping[str, Value]) -> None:
        """What the run was made with, by dotted names."""

    def point(self, step: int, values: Mapping[str, float]) -> None:
        """Where curves are at an epoch."""

    def scores(self, values: Mapping[str, float]) -> None:
        """What the finished run was measured to have."""

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
        """A small table, such as a confusion matrix."""

    def text(self, name: str, text: str) -> None:
        """A text in Markdown."""

    def file(self, path: Path) -> None:
        """A file, under its own name."""

    def close(self, *, failed: bool = False) -> None:
        """Say that nothing more comes; `failed`: because the training did not end well."""
