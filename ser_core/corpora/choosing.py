"""Clips that can stand side by side: one sentence, or one speaker, in every emotion."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def in_most_emotions(clips: pd.DataFrame, by: str) -> list[str]:
    """Return the values of the column `by` that occur in more than one emotion, those in most emotions first, else by name."""
    stated = clips[clips[by] != ""]
    counts = stated.groupby(by)["emotion"].nunique()
    counts = counts[counts > 1]
    return [str(name) for name in counts.sort_index().sort_values(ascending=False, kind="stable").index]


def side_by_side(clips: pd.DataFrame, emotions: Sequence[str], alike: Sequence[str]) -> dict[str, str]:
    """Return a clip an emotion, chosen so that they have as much of `alike` (columns, the weightiest first) in common as can be.

    emotions without a clip have no entry. Of several equally good clips the first by name stands.
    """
    common: dict[str, str] = {}
    left = clips
    for column in alike:
        shared = in_most_emotions(left, column)
        if shared:
            common[column] = shared[0]
            left = left[left[column] == shared[0]]
    chosen = {}
    for emotion in emotions:
        rows = clips[clips["emotion"] == emotion].sort_values("clip", kind="stable")
        for column, value in common.items():
            narrowed = rows[rows[column] == value]
            rows = rows if narrowed.empty else narrowed
        if not rows.empty:
            chosen[emotion] = str(rows["clip"].iloc[0])
    return chosen
