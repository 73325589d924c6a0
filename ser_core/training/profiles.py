"""Voice profiles in training: every clip of the train part draws one in every epoch, from other clips of its speaker there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ser_core.corpora.splits import speaker_key
from ser_core.features import profile
from ser_core.features.profile import BandSums, VectorSums
from ser_core.training.parts import BATCH, Part

#: Share of clips that are given no profile: most users have none.
ABSENT = 0.4
#: Share of profiles that are of neutral clips alone: what a user can give without acting.
NEUTRAL = 0.5
#: Most clips of a profile: of neutral ones, of any emotion.
MOST_NEUTRAL, MOST = 5, 20


@dataclass(frozen=True, eq=False)
class Drawn:
    """A profile for one clip: means and deviations (2 × bands), seconds of speech (0: its speaker has no other clip), and
    whether the clip is given it.
    """

    statistics: np.ndarray
    seconds: float
    given: bool
    clips: tuple[int, ...] = field(default=())
    """Rows of the train part of which it is."""


class Profiles:
    """The profiles that the clips of a train part draw."""

    def __init__(self, clips: pd.DataFrame, sums: BandSums | VectorSums, seed: int) -> None:
        """`clips`: the part's table; `sums`: a row a clip of it, so that a draw only adds."""
        self.sums, self.seed = sums, seed
        # A changed copy hears the copies of its number: where one is on the telephone, all of the voice are.
        copy = clips["clip"].str.extract(r"(#copy\d+)$", expand=False).fillna("")
        usable = (clips["speaker"] != "").to_numpy() & (sums.frames > 0)
        key, neutral = speaker_key(clips) + copy, (clips["emotion"] == "neutral").to_numpy()
        self._any = _of_speakers(key, usable)
        self._neutral = _of_speakers(key, usable & neutral)

    def draw(self, row: int, epoch: int) -> Drawn:
        """Return the profile that the clip in `row` draws in `epoch`, the same whenever it is asked.

        Of 1 to MOST_NEUTRAL neutral clips (NEUTRAL of the draws) or 1 to MOST of any emotion, every number as likely, none of
        them the clip itself. Whether it is `given` is drawn apart: ABSENT are not, though mixtures need theirs.
        """
        random = np.random.default_rng((self.seed, epoch, row, 1))
        given, only_neutral = random.random() >= ABSENT, random.random() < NEUTRAL
        pool, most = self._others(self._neutral, row), MOST_NEUTRAL
        if not (only_neutral and len(pool)):
            pool, most = self._others(self._any, row), MOST
        if not len(pool):
            return Drawn(np.zeros_like(self.sums.pooled([]).statistics()), 0.0, False)
        count = min(int(random.integers(1, most + 1)), len(pool))
        chosen = random.permutation(pool)[:count]
        pooled = self.sums.pooled(chosen)
        return Drawn(pooled.statistics(), float(pooled.seconds), given, tuple(map(int, chosen)))

    def _others(self, pools: list[np.ndarray], row: int) -> np.ndarray:
        pool = pools[row]
        return pool[pool != row]


def drawn(part: Part, seed: int = 0) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Give a part's windows with the profile that each clip draws of its speaker's other clips, and to which clip (row) each belongs.

    So many clips at a time as a network answers in whole batches. Clips whose speaker has no other have none.
    """
    profiles, first = Profiles(part.clips, part.band_sums, seed), 0
    for piece in part.in_pieces(4 * BATCH):
        windows, rows = piece.windows
        each = [profiles.draw(first + row, 0) for row in range(len(piece.clips))]
        statistics = np.stack([one.statistics for one in each])
        weights = np.array([profile.weight(one.seconds) for one in each], np.float32)
        yield {**windows, "profile": statistics[rows], "profile_weight": weights[rows]}, first + rows
        first += len(piece.clips)


def with_some(windows: dict[str, np.ndarray], sums: BandSums | VectorSums) -> dict[str, np.ndarray]:
    """Return windows with a profile in every other one, that of all clips of `sums`, its weights from 0 to 1."""
    n = len(windows["profile_weight"])
    weights = np.where(np.arange(n) % 2 == 1, np.linspace(0.0, 1.0, n), 0.0).astype(np.float32)
    return {**windows, "profile": np.tile(sums.pooled().statistics(), (n, 1, 1)), "profile_weight": weights}


def _of_speakers(key: pd.Series, chosen: np.ndarray) -> list[np.ndarray]:
    """For every clip the rows of its speaker's clips among the chosen."""
    rows = {one: np.flatnonzero(chosen & (key == one).to_numpy()) for one in key.unique()}
    return [rows[one] for one in key]
