"""Whether two runs differ by more than chance: McNemar's test over clips, a sign-flip permutation test over speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.typing import SeriesGroupBy

from ser_core.evaluation.metrics import BOOTSTRAPS, LEVEL, SPEAKERS_FOR_T, without_speaker

#: Below this many clips on which only one of two is right, McNemar's test is the exact binomial one.
EXACT_BELOW = 25
#: Up to this many sign flips all are tried, otherwise `DRAWN` of them.
ALL_FLIPS = 2**14
DRAWN = 20_000


@dataclass(frozen=True)
class McNemar:
    """McNemar's test: clips on which the first alone and the second alone is right, p (two-sided), and how it was found."""

    only_first: int
    only_second: int
    p: float
    method: str


@dataclass(frozen=True)
class SignFlip:
    """A sign-flip permutation test over speakers: p (two-sided), speakers, flips tried, and whether these were all."""

    p: float
    speakers: int
    flips: int
    exact: bool

    @property
    def smallest(self) -> float:
        """The smallest p that so many speakers can give, whatever they say."""
        return 2 / self.flips if self.exact and self.flips > 1 else 1 / (self.flips + 1)


@dataclass(frozen=True)
class Span:
    """A difference of shares with its 95 % interval, and how that was found."""

    difference: float
    low: float
    high: float
    method: str


def mcnemar(first: np.ndarray, second: np.ndarray) -> McNemar:
    """Test whether the first is right more often than the second on the same clips (boolean arrays, a value a clip).

    Exact binomial below 25 discordant clips, else chi-square with Edwards' continuity correction (McNemar 1947). It takes
    clips for independent; those of one speaker are not, so it finds differences too often.
    """
    # SciPy's statistics take a second to import, and pages that only list runs do without.
    from scipy import stats

    first, second = np.asarray(first, bool), np.asarray(second, bool)
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    if b + c == 0:
        return McNemar(b, c, 1.0, "no clip on which they differ")
    if b + c < EXACT_BELOW:
        return McNemar(b, c, float(stats.binomtest(b, b + c, 0.5).pvalue), "exact binomial")
    statistic = max(abs(b - c) - 1, 0) ** 2 / (b + c)
    return McNemar(b, c, float(stats.chi2.sf(statistic, 1)), "chi-square with continuity correction")


def sign_flip(differences: np.ndarray, speakers: Sequence[str], *, seed: int = 0) -> SignFlip:
    """Test whether `differences` (a value a clip: right by the first minus right by the second) are more than chance.

    If the two were alike, each speaker's sum could as well have the other sign. All 2^S flips are tried up to 2^14, else
    20,000 drawn by `seed`; p is the share of flips whose sum is as far from 0, with one added to both where they are drawn.
    Clips whose speaker nobody stated ('') are left out.
    """
    sums = _by_speaker(differences, speakers).sum().to_numpy()
    n = len(sums)
    exact = 2**n <= ALL_FLIPS
    signs = _every_sign(n) if exact else np.random.default_rng(seed).choice((-1, 1), (DRAWN, n))
    # Sums of quarters and thirds (several seeds a clip) must not miss their own mirror by a rounding.
    as_far = int((np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9).sum())
    p = as_far / len(signs) if exact else (as_far + 1) / (len(signs) + 1)
    return SignFlip(float(p), n, len(signs), exact)


def holm(values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number (Holm 1979), in the order given."""
    order = np.argsort(values)
    corrected, largest = np.empty(len(values)), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return [float(value) for value in corrected]


def paired(differences: np.ndarray, speakers: Sequence[str]) -> Span:
    """Return the mean of paired differences (a value a clip) with its interval.

    Student's t over the speakers' own means from 8 speakers on; below that a bootstrap over clips, which is too narrow. Clips whose
    speaker nobody stated ('') are of no speaker.
    """
    from scipy import stats

    values = np.asarray(differences, float)
    own = _by_speaker(values, speakers).mean().to_numpy()
    if len(own) >= SPEAKERS_FOR_T:
        half = stats.t.ppf((1 + LEVEL) / 2, len(own) - 1) * own.std(ddof=1) / np.sqrt(len(own))
        low, high = float(own.mean() - half), float(own.mean() + half)
        left_out = without_speaker(list(speakers).count(""))
        return Span(float(values.mean()), low, high, f"Student's t over speakers{left_out}")
    picks = np.random.default_rng(0).integers(0, len(values), (BOOTSTRAPS, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Span(float(values.mean()), float(low), float(high), "bootstrap over clips (too narrow: under 8 speakers)")


def unpaired(
    first: np.ndarray, first_speakers: Sequence[str], second: np.ndarray, second_speakers: Sequence[str]
) -> Span:
    """Return by how much the first's mean exceeds the second's, measured on different clips, with its interval.

    Welch's t over the speakers' own means where both have 8 speakers or more; else a bootstrap over clips, too narrow.
    """
    from scipy import stats

    one, other = np.asarray(first, float), np.asarray(second, float)
    difference = float(one.mean() - other.mean())
    own = [
        _by_speaker(values, speakers).mean().to_numpy()
        for values, speakers in ((one, first_speakers), (other, second_speakers))
    ]
    if min(map(len, own)) >= SPEAKERS_FOR_T:
        span = stats.ttest_ind(*own, equal_var=False).confidence_interval(LEVEL)
        left_out = without_speaker([*first_speakers, *second_speakers].count(""))
        return Span(difference, float(span.low), float(span.high), f"Welch's t over speakers{left_out}")
    random = np.random.default_rng(0)
    drawn = [values[random.integers(0, len(values), (BOOTSTRAPS, len(values)))].mean(axis=1) for values in (one, other)]
    low, high = np.quantile(drawn[0] - drawn[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Span(difference, float(low), float(high), "bootstrap over clips (too narrow: under 8 speakers)")


def _by_speaker(values: np.ndarray, speakers: Sequence[str]) -> SeriesGroupBy[float, str]:
    """Values in groups by speaker, those of no stated one left out."""
    whose = np.asarray(speakers, dtype=object)
    stated = whose != ""
    return pd.Series(np.asarray(values, float)[stated]).groupby(whose[stated])


def _every_sign(n: int) -> np.ndarray:
    """All 2^n rows of n signs."""
    return 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
