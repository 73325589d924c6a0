"""The rows of predictions.csv."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd


def prediction_rows(
    clips: Sequence[str],
    parts: Iterable[str],
    speakers: Iterable[str],
    true: Iterable[str],
    probabilities: Any,
    labels: Sequence[str],
    fold: str = "",
) -> pd.DataFrame:
    """Return the rows of predictions.csv for these clips (probabilities: clips × labels)."""
    predicted = [labels[k] for k in probabilities.argmax(axis=1)]
    table = pd.DataFrame(
        {
            "clip": clips,
            "part": list(parts),
            "fold": fold,
            "speaker": list(speakers),
            "true": list(true),
            "predicted": predicted,
        }
    )
    for k, label in enumerate(labels):
        table[f"p_{label}"] = probabilities[:, k]
    return table
