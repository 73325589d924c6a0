"""Who is told how far a training is: its features, its epochs, the batches within one."""

from __future__ import annotations

from typing import Any, Protocol


class Reporter(Protocol):
    """Somebody who watches a training; any of them may raise KeyboardInterrupt to end it."""

    def features(self, done: int, total: int) -> None:
        """So many of the corpus' clips have their features."""

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        """An epoch has ended, of which this is the row of history.csv."""

    def batch(self, share_of_epoch: float) -> None:
        """So much of an epoch is done."""


class Quiet(Reporter):
    """Tells nobody: folds run side by side, and their parent says how many are done."""

    def features(self, done: int, total: int) -> None: ...

    def epoch(self, row: dict[str, Any], epochs: int) -> None: ...

    def batch(self, share_of_epoch: float) -> None: ...


def in_words(row: dict[str, Any]) -> str:
    """Return what an epoch's row of history.csv says, in a line."""
    said = f"loss {row['loss']:.3f}"
    if "val_uar" in row:
        said += f", validation accuracy {row['val_accuracy']:.3f}, UAR {row['val_uar']:.3f}"
    return said
