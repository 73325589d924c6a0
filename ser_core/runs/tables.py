"""The tables of a run: rows of predictions.csv, what split.csv says of speakers, and both as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from ser_core.corpora.splits import speaker_key


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


def parts_share_speakers(split: pd.DataFrame) -> bool:
    """Tell whether a split (speaker, part, clip) tests speakers of whom other clips are trained or chosen on."""
    keys, part = speaker_key(split), split["part"]
    return bool(set(keys[part != "test"]) & set(keys[part == "test"]))


def as_csv(table: pd.DataFrame) -> str:
    """Return the table as a run keeps it: CSV, probabilities with 6 significant digits."""
    return table.to_csv(index=False, float_format="%.6g")
