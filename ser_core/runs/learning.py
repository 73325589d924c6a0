"""What learning curves say, in words: where a training ended and why, and where it began to learn its clips by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

#: By how much of itself the validation loss has to rise above its least before the curves are said to part.
PARTED = 0.05
#: An epoch this near to the end has the best validation: more might have helped.
NEAR_END = 0.9


def said(history: pd.DataFrame, fit: Mapping[str, Any] | None = None) -> list[str]:
    """Return what is to be said of a training, a sentence each; nothing of one without epochs.

    history: a row an epoch, as in history.csv (epoch, loss, val_loss, val_uar). fit: the recipe's (`epochs`, `patience`), where it is known.
    """
    if history.empty or not {"epoch", "val_uar"} <= set(history.columns):
        return []
    fit = fit or {}
    last, best = int(history["epoch"].iloc[-1]), int(history.loc[history["val_uar"].idxmax(), "epoch"])
    planned, patience = int(fit.get("epochs") or last), int(fit.get("patience") or 0)
    sentences = []
    if last < planned and patience:
        sentences.append(
            f"It stopped after epoch {last} of {planned}: validation had not improved for {last - best} epochs."
        )
    elif best >= NEAR_END * last and last > 2:
        sentences.append(f"Validation was best in epoch {best} of {last}: it might still have learned.")
    else:
        sentences.append(f"Validation was best in epoch {best} of {last}; what came after did not help.")
    parted = _parted(history)
    if parted is not None:
        sentences.append(
            f"From epoch {parted} on the curves part: the loss on the train part goes on falling, on validation it rises. It learns its clips "
            "by heart; fewer parameters, dropout, augmentation or more voices would help."
        )
    return sentences


def _parted(history: pd.DataFrame) -> int | None:
    """The epoch of the least validation loss, where it has risen since while the train loss fell; else None."""
    if not {"loss", "val_loss"} <= set(history.columns) or history[["loss", "val_loss"]].isna().any(axis=None):
        return None
    least = int(history["val_loss"].to_numpy().argmin())
    rest = history.iloc[least:]
    rose = rest["val_loss"].iloc[-1] > (1 + PARTED) * history["val_loss"].iloc[least]
    return int(history["epoch"].iloc[least]) if rose and rest["loss"].iloc[-1] < rest["loss"].iloc[0] else None
