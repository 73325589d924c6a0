"""Accuracy of groups of clips: a speaker's, an age group's, a sentence's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy

from ser_core.corpora import details
from ser_core.corpora.base import Corpus
from ser_core.evaluation import metrics

#: By what predictions are grouped, the first thing that is asked for first; a class is no group of voices.
BY = ("speaker", "sex", "age group", "race", "intensity", "sentence", "fold")
#: Lower bounds of the age groups, years.
AGES = (0, 25, 35, 45, 55, 65)


def stated(predictions: pd.DataFrame, corpora: Mapping[str, Corpus]) -> pd.DataFrame:
    """Return a row a prediction with those of BY that divide the clips, '' where one is not known.

    corpora: those that are here, by name (details.of_clips).
    """
    table = details.of_clips(list(predictions["clip"]), corpora)
    table["age group"] = age_groups(table["age"])
    table = table.assign(
        speaker=predictions["speaker"].astype(str).to_numpy(), fold=predictions["fold"].astype(str).to_numpy()
    )
    return table[[name for name in BY if table[name].replace("", pd.NA).nunique() > 1]]


def by_group(predictions: pd.DataFrame, groups: pd.Series, labels: Sequence[str]) -> pd.DataFrame:
    """Return a row a group: group, n, speakers, accuracy, low, high, method, sorted by group; clips without a group are left out.

    groups: a value a prediction, '' or missing = not known. The 95 % interval is over speakers where the group has 8 or more of
    them (metrics.interval), else Wilson's over clips, which is too narrow as clips of one speaker are not independent.
    """
    known = groups.fillna("").astype(str)
    rows = []
    for name, part in predictions.groupby(known.to_numpy()):
        if name:
            rows.append({"group": name, **_scored(part, labels)})
    columns = ["group", "n", "speakers", "accuracy", "low", "high", "method"]
    return pd.DataFrame(rows, columns=columns)


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share observed on `n` independent cases (Wilson 1927, JASA 22:209-212)."""
    z = float(scipy.stats.norm.ppf((1 + metrics.LEVEL) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def age_groups(ages: pd.Series) -> pd.Series:
    """Return `25 to 34` and the like for each age in years, '' where it is not known."""
    stated = pd.to_numeric(ages, errors="coerce")
    names = [f"{low} to {high - 1}" for low, high in pairwise(AGES)]
    names[0], last = f"under {AGES[1]}", f"{AGES[-1]} and over"
    cut = pd.cut(stated, [*AGES, np.inf], right=False, labels=[*names, last])
    return cut.astype(object).fillna("").astype(str)


def _scored(part: pd.DataFrame, labels: Sequence[str]) -> dict[str, object]:
    accuracy = float((part["true"] == part["predicted"]).mean())
    speakers = metrics.speakers(part)
    scores: dict[str, object] = {"n": len(part), "speakers": speakers, "accuracy": accuracy}
    if speakers >= metrics.SPEAKERS_FOR_T:
        span = metrics.interval(part, "accuracy", labels)
        return scores | {name: span[name] for name in ("low", "high", "method")}
    # A clip that several seeds answered is one clip.
    low, high = wilson(accuracy, part["clip"].nunique())
    return scores | {"low": low, "high": high, "method": "Wilson over clips (too narrow: under 8 speakers)"}
