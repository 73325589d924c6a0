"""Scores of several trainings of one recipe: folds of a cross-validation, or seeds; from the fold column alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ser_core.evaluation import metrics

NAMES = ("accuracy", "uar", "macro_f1")


def parts(predictions: pd.DataFrame, labels: Sequence[str]) -> dict[str, Any]:
    """Return a parent run's metrics.json: every part's pooled summary, and the scores of each of its folds or seeds.

    `folds`: [{fold, n, accuracy, uar, macro_f1}]; `mean` and `deviation` (n - 1 in the divisor) of each score over them.
    Pooled figures weigh clips, means weigh folds; LOSO folds of few clips may differ much between the two.
    """
    summaries = metrics.parts(predictions, labels)
    for part, summary in summaries.items():
        rows = predictions[predictions["part"] == part]
        single = [
            {
                "fold": str(fold),
                "n": len(group),
                **metrics.scores(metrics.confusion(group["true"], group["predicted"], labels)),
            }
            for fold, group in rows.groupby("fold", sort=False)
        ]
        table = pd.DataFrame(single)[list(NAMES)]
        summary["folds"] = single
        summary["mean"] = table.mean().to_dict()
        summary["deviation"] = table.std(ddof=1).fillna(0.0).to_dict()
    return summaries
